package io.polyproc.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The runtime image: the JDK without its {@code jdk.graal.compiler}.
 *
 * <p>Truffle compiles only if it finds the Graal compiler, and a stock JDK 25 has an empty module
 * in its place, which hides a real one on the module path. {@code --upgrade-module-path} would
 * replace it, but switches the AOT cache off. In an image without the placeholder, the compiler's
 * jar is simply another module of the application.
 */
final class JlinkRuntime {

  /**
   * {@code java.se} for scripts that use Java, {@code jdk.security.auth} because GraalPy requires
   * it, {@code jdk.jcmd} to look into a worker that hangs.
   */
  static final List<String> MODULES =
      List.of(
          "java.se",
          "jdk.crypto.cryptoki",
          "jdk.crypto.ec",
          "jdk.httpserver",
          "jdk.internal.vm.ci",
          "jdk.jcmd",
          "jdk.jfr",
          "jdk.management",
          "jdk.management.agent",
          "jdk.net",
          "jdk.nio.mapmode",
          "jdk.security.auth",
          "jdk.unsupported",
          "jdk.zipfs");

  private static final long TIMEOUT_SECONDS = 300;

  private final Path jdk;

  JlinkRuntime(Path jdk) {
    this.jdk = jdk;
  }

  String fingerprint() throws IOException {
    return new Fingerprint()
        .text(jdk.toString())
        .content(jdk.resolve("release"))
        .texts(MODULES)
        .value();
  }

  /** Whether the JDK has what links one. */
  boolean isPossible() {
    return Files.isExecutable(jlink());
  }

  private Path jlink() {
    return jdk.resolve("bin").resolve("jlink");
  }

  void link(Path target) throws IOException, StepFailedException {
    Path jlink = jlink();
    if (!isPossible()) {
      throw new StepFailedException("there is no " + jlink + ": is this a full JDK?");
    }
    Replace.<StepFailedException>folder(
        target,
        temporary ->
            Command.run(
                List.of(
                    jlink.toString(),
                    "--add-modules",
                    String.join(",", MODULES),
                    "--strip-debug",
                    "--no-header-files",
                    "--no-man-pages",
                    "--output",
                    temporary.toString()),
                TIMEOUT_SECONDS));
  }
}
