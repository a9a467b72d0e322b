package io.polyproc.conformance;

import java.util.ArrayList;
import java.util.List;

/**
 * The lines of two texts, those of only one marked by {@code -} (expected) and {@code +} (actual);
 * of what both have, the lines next to these.
 */
final class LineDiff {

  /** How many lines of both texts are shown before and after one that differs. */
  private static final int CONTEXT = 5;

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
    List<String> lines = new ArrayList<>();
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
    return String.join("\n", withoutTheDistant(lines));
  }

  private static List<String> withoutTheDistant(List<String> lines) {
    List<String> near = new ArrayList<>();
    int left = 0;
    for (int i = 0; i < lines.size(); i++) {
      if (lines.subList(Math.max(0, i - CONTEXT), Math.min(lines.size(), i + CONTEXT + 1)).stream()
          .allMatch(line -> line.startsWith(" "))) {
        left++;
        continue;
      }
      addCount(left, near);
      left = 0;
      near.add(lines.get(i));
    }
    addCount(left, near);
    return near;
  }

  private static void addCount(int left, List<String> near) {
    if (left > 0) {
      near.add("  … " + left + " lines that both have");
    }
  }
}
