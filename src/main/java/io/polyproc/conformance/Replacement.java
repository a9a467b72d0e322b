package io.polyproc.conformance;

import java.util.regex.Pattern;

/**
 * Evens out a text that differs from run to run in one program only.
 *
 * @param pattern what is replaced, where {@code ^} and {@code $} stand for the ends of a line
 * @param by what stands for it
 */
record Replacement(Pattern pattern, String by) {

  private static final String ARROW = " => ";

  static Replacement parse(String text) {
    int arrow = text.indexOf(ARROW);
    if (arrow < 0) {
      throw new IllegalArgumentException("not 'pattern => text': " + text);
    }
    return new Replacement(
        Pattern.compile(text.substring(0, arrow), Pattern.MULTILINE),
        text.substring(arrow + ARROW.length()));
  }

  String apply(String text) {
    return pattern.matcher(text).replaceAll(by);
  }
}
