package io.polyproc.image;

import java.io.IOException;
import java.nio.file.Path;
import org.graalvm.polyglot.Engine;

/**
 * GraalPy's standard library and native parts, unpacked from their jars. GraalPy would do it at a
 * first run, into a cache folder of the user that may not be writable.
 */
final class PythonHome {

  private PythonHome() {}

  static void unpack(Path target) throws IOException, StepFailedException {
    boolean complete = Engine.copyResources(target, "python");
    if (!complete) {
      throw new StepFailedException("GraalPy's resources are not on the class path");
    }
  }
}
