package io.polyproc.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class StackTraceFilterTest {

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream errors =
      new PrintStream(new StackTraceFilter(written), true, StandardCharsets.UTF_8);

  @Test
  void shouldMakeALineOfAFailureAndOneOfItsCause() {
    Exception failure = new IllegalStateException("broken", new ArithmeticException());
    failure.addSuppressed(new IllegalArgumentException("beside"));

    failure.printStackTrace(errors);

    assertEquals(
        CrashReport.summary("java.lang.IllegalStateException: broken")
            + "\npolyproc: caused by java.lang.ArithmeticException\n",
        text());
  }

  @Test
  void shouldLetOtherLinesThrough() {
    errors.println("a warning of Truffle: é");

    assertTrue(text().startsWith("a warning of Truffle: é"), text());
  }

  private String text() {
    return written.toString(StandardCharsets.UTF_8);
  }
}
