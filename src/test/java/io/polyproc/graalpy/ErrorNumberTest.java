package io.polyproc.graalpy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.graalvm.polyglot.Context;
import org.junit.jupiter.api.Test;

final class ErrorNumberTest {

  @Test
  void shouldKnowThisGraalPy() {
    assertNull(ErrorNumber.whyUnknown());
  }

  @Test
  void shouldBeNothingOutsideOfPython() {
    ErrorNumber.set(4);
    assertEquals(0, ErrorNumber.get());
  }

  @Test
  void shouldBeWhatTheLastCallOfThisThreadHasLeft() {
    try (Context context =
        Context.newBuilder("python")
            .allowAllAccess(true)
            .allowExperimentalOptions(true)
            .option("python.PosixModuleBackend", "native")
            .option("engine.WarnInterpreterOnly", "false")
            .build()) {
      context.enter();
      context.eval(
          "python",
          """
          import os
          try:
              os.stat("/there/is/none")
          except FileNotFoundError:
              pass
          """);
      assertEquals(2, ErrorNumber.get());
      ErrorNumber.set(4);
      assertEquals(4, ErrorNumber.get());
      context.leave();
    }
  }
}
