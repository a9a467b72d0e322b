package io.polyproc.conformance;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The lines of two texts, those of only one marked by {@code -} (expected) and {@code +} (actual).
 */
final class LineDiff {

  private final List<String> expected;
  private final List<String> actual;

  /** {@code common[i][j]}: how many lines the rests from i and from j share, in order. */
  private final int[][] common;

  private LineDiff(List<String> expected, List<String> actual) {
    this.expected = expected;
    this.actual = actual;
    this.common = new int[expected.size() + 1][actual.size() + 1];
    for (int i = expected.size() - 1; i >= 0; i--) {
      for (int j = actual.size() - 1; j >= 0; j--) {
        common[i][j] =
            expected.get(i).equals(actual.get(j))
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
  }

  static String between(String expected, String actual) {
    return new LineDiff(expected.lines().toList(), actual.lines().toList()).text();
  }

  private String text() {
    Deque<String> lines = new ArrayDeque<>();
    int i = 0;
    int j = 0;
    while (i < expected.size() || j < actual.size()) {
      if (i < expected.size() && j < actual.size() && expected.get(i).equals(actual.get(j))) {
        lines.add("  " + expected.get(i++));
        j++;
      } else if (j == actual.size()
          || (i < expected.size() && common[i + 1][j] >= common[i][j + 1])) {
        lines.add("- " + expected.get(i++));
      } else {
        lines.add("+ " + actual.get(j++));
      }
    }
    return String.join("\n", lines);
  }
}
