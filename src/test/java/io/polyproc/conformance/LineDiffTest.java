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
}
