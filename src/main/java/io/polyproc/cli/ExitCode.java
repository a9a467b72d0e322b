package io.polyproc.cli;

/**
 * The exit statuses of the command that are its own; any other one is the program's.
 *
 * <p>From 64 on they are those of {@code sysexits.h}. The bash launcher uses 69 and 70 too.
 */
enum ExitCode {
  OK(0, "the program ended, or called sys.exit(0)"),
  FAILED(1, "an uncaught exception; for doctor: it found a problem"),
  USAGE(2, "an unknown or incomplete option or setting; the script cannot be opened"),
  UNAVAILABLE(69, "something it needs is not there: a JDK 25, or Maven to build with"),
  INTERNAL(70, "an error of polyproc itself, or its build failed"),
  CACHE(73, "the folder that POLYPROC_CACHE names cannot be written to"),
  INTERRUPTED(130, "interrupted by SIGINT");

  private final int status;
  private final String meaning;

  ExitCode(int status, String meaning) {
    this.status = status;
    this.meaning = meaning;
  }

  int status() {
    return status;
  }

  /** One line for the reader of {@code --help}. */
  String meaning() {
    return meaning;
  }
}
