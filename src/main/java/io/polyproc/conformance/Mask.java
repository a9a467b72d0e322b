package io.polyproc.conformance;

import static java.util.stream.Collectors.joining;

import java.util.Locale;
import java.util.regex.Pattern;

/** Evens out a part of standard output that may differ from run to run. */
enum Mask {
  /** The order of the lines: processes race. */
  SORTED {
    @Override
    String apply(String text) {
      return text.lines().sorted().map(line -> line + "\n").collect(joining());
    }
  },
  /** Numbers of two to seven digits: process ids. */
  PIDS {
    @Override
    String apply(String text) {
      return NUMBER.matcher(text).replaceAll("<pid>");
    }
  },
  /** Addresses in the {@code repr} of objects. */
  ADDRESSES {
    @Override
    String apply(String text) {
      return ADDRESS.matcher(text).replaceAll("0x<address>");
    }
  };

  private static final Pattern NUMBER = Pattern.compile("(?<![\\w.\\[;])\\d{2,7}(?![\\w.])");
  private static final Pattern ADDRESS = Pattern.compile("0x[0-9a-f]+");

  abstract String apply(String text);

  static Mask named(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
