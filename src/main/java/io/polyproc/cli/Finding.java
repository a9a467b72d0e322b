package io.polyproc.cli;

/**
 * One thing that {@code doctor} found out.
 *
 * @param subject what it is about
 * @param text what is used, or what is wrong and why
 */
record Finding(Level level, String subject, String text) {

  /** How bad it is. */
  enum Level {
    /** As it should be. */
    OK("ok"),
    /** Programs run, but slower or with a limit that they may meet. */
    NOTE("--"),
    /** Programs cannot run. */
    PROBLEM("!!");

    private final String mark;

    Level(String mark) {
      this.mark = mark;
    }

    String mark() {
      return mark;
    }
  }

  static Finding ok(String subject, String text) {
    return new Finding(Level.OK, subject, text);
  }

  static Finding note(String subject, String text) {
    return new Finding(Level.NOTE, subject, text);
  }

  static Finding problem(String subject, String text) {
    return new Finding(Level.PROBLEM, subject, text);
  }
}
