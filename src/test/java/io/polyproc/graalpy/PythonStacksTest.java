package io.polyproc.graalpy;

import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

final class PythonStacksTest {

  /** Another GraalPy may need another look at what is known of it. */
  @Test
  void shouldKnowTheFramesOfThisGraalPy() {
    assertNull(PythonStacks.whyUnknown());
  }
}
