package io.polyproc.value;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Removes the white space with which all lines of a text begin: {@code textwrap.dedent}. */
public final class Dedent {
  private static final Pattern BLANK_LINE =
      Pattern.compile("^[ \\t]+(?=\\r?$)", Pattern.MULTILINE | Pattern.UNIX_LINES);
  private static final Pattern INDENT =
      Pattern.compile("^([ \\t]*)[^ \\t\\r\\n]", Pattern.MULTILINE | Pattern.UNIX_LINES);

  private Dedent() {}

  /**
   * The text without the margin; as it is if it has none. Tabs and spaces differ. Lines of white
   * space alone do not count, and lose it with the margin.
   */
  public static String dedent(String text) {
    String margin = margin(text);
    if (margin.isEmpty()) {
      return text;
    }
    return Pattern.compile("^" + margin, Pattern.MULTILINE | Pattern.UNIX_LINES)
        .matcher(BLANK_LINE.matcher(text).replaceAll(""))
        .replaceAll("");
  }

  private static String margin(String text) {
    Matcher lines = INDENT.matcher(text);
    String margin = null;
    while (lines.find()) {
      String indent = lines.group(1);
      margin = margin == null ? indent : commonPrefix(margin, indent);
    }
    return margin == null ? "" : margin;
  }

  private static String commonPrefix(String one, String other) {
    int length = 0;
    while (length < Math.min(one.length(), other.length())
        && one.charAt(length) == other.charAt(length)) {
      length++;
    }
    return one.substring(0, length);
  }
}
