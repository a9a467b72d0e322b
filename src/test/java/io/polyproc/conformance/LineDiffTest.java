package io.polyproc.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LineDiffTest {

  @Test
  void shouldMarkLinesThatAreMissingAndAdded() {
    assertEquals("  a\n- b\n  c\n+ d", LineDiff.between("a\nb\nc", "a\nc\nd"));
  }

  @Test
  void shouldShowAllOfOneTextWhereTheOtherIsEmpty() {
    assertEquals("- a\n- b", LineDiff.between("a\nb", ""));
    assertEquals("+ a", LineDiff.between("", "a"));
  }

  @Test
  void shouldLeaveOutWhatIsFarFromADifference() {
    String lines = "1\n2\n3\n4\n5\n6\n7\n";
    assertEquals(
        "  … 2 lines that both have\n  3\n  4\n  5\n  6\n  7\n- a\n+ b\n"
            + "  1\n  2\n  3\n  4\n  5\n  … 2 lines that both have",
        LineDiff.between(lines + "a\n" + lines, lines + "b\n" + lines));
  }
}
