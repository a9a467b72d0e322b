package io.polyproc.cli;

/** A line of the screen of {@code polyproc top}. */
record StyledLine(String text, Style style) {
  /** How a line looks. */
  enum Style {
    PLAIN,
    TITLE,
    SELECTED,
    FAINT,
    WARNING
  }

  static StyledLine plain(String text) {
    return new StyledLine(text, Style.PLAIN);
  }

  /**
   * Cut to the screen's width; one with a style is filled up to it, too, as its background shows.
   */
  StyledLine cut(int width) {
    if (text.length() > width) {
      return new StyledLine(text.substring(0, Math.max(0, width)), style);
    }
    return style == Style.PLAIN
        ? this
        : new StyledLine(text + " ".repeat(width - text.length()), style);
  }

  /** Names are the program's: no control characters of theirs reach the terminal. */
  static String printable(String text) {
    return text.replaceAll("\\p{Cntrl}", "?");
  }
}
