package io.polyproc.distribution;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.graalvm.polyglot.Engine;

/**
 * GraalPy's standard library and native parts, unpacked from their jars. GraalPy would do it at a
 * first run, into a cache folder of the user that may not be writable.
 */
final class PythonHome {
  private static final String MAIN = "io.polyproc/" + PythonHome.class.getName();
  private static final long TIMEOUT_SECONDS = 300;

  private PythonHome() {}

  /**
   * Unpacks them with the modules of an installation: a program may be packed so that GraalPy does
   * not find its resources there.
   */
  static void unpack(Installation installation, Path target)
      throws IOException, StepFailedException {
    Command.run(
        Stream.concat(
                installation.plainCommand().stream(), List.of("-m", MAIN, target + "").stream())
            .toList(),
        TIMEOUT_SECONDS);
  }

  /** {@code TARGET}: unpacks them with the modules of this JVM. */
  public static void main(String[] arguments) throws IOException {
    if (!Engine.copyResources(Path.of(arguments[0]), "python")) {
      throw new IOException("GraalPy's resources are not there");
    }
  }
}
