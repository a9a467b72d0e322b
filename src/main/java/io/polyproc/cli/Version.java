package io.polyproc.cli;

/**
 * The versions of what runs, known without booting it: {@code python -V} must be quick. A test
 * holds them to the build file and to GraalPy itself.
 */
final class Version {

  static final String POLYPROC = "0.1.0-SNAPSHOT";
  static final String GRAALPY = "25.0.3";
  static final String PYTHON = "3.12.8";

  private Version() {}

  /** Begins with "Python X.Y.Z", which tools look for. */
  static String line() {
    return "Python %s (polyproc %s, GraalPy %s, Java %s)"
        .formatted(PYTHON, POLYPROC, GRAALPY, System.getProperty("java.version"));
  }

  static String details() {
    return "%s%n[%s %s, %s %s]"
        .formatted(
            line(),
            System.getProperty("java.vm.name"),
            System.getProperty("java.vm.version"),
            System.getProperty("os.name"),
            System.getProperty("os.arch"));
  }
}
