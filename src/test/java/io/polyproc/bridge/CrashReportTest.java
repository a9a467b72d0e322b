package io.polyproc.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class CrashReportTest {

  @Test
  void shouldBeOneLineWithoutJavasStackTrace() {
    String report = CrashReport.text(new IllegalStateException("first\n  second"), false);

    assertEquals(1, report.lines().count());
    assertTrue(
        report.startsWith(
            "polyproc: internal error: java.lang.IllegalStateException: first second;"));
  }

  @Test
  void shouldTellWhatWasAtTheBottomOfIt() {
    Exception cause = new IllegalStateException("no code", new ArithmeticException("by zero"));
    String report = CrashReport.text(new AssertionError("cannot go on", cause), false);

    assertTrue(
        report.contains(
            "AssertionError: cannot go on, caused by java.lang.ArithmeticException: by zero;"),
        report);
  }

  @Test
  void shouldHaveTheStackTraceIfAsked() {
    String report = CrashReport.text(new IllegalStateException("broken"), true);

    assertTrue(report.contains("at io.polyproc/") || report.contains("at io.polyproc."), report);
  }

  @Test
  void shouldAskForATraceWithAnythingButNothingAndZero() {
    assertTrue(CrashReport.wantsTrace("1"));
    assertFalse(CrashReport.wantsTrace("0"));
    assertFalse(CrashReport.wantsTrace(""));
  }

  @Test
  void shouldTellHowToAllowMoreMemory() {
    assertTrue(
        CrashReport.text(new OutOfMemoryError("Java heap space"), false)
            .contains("(Java heap space); POLYPROC_JAVA_OPTS=-Xmx"));
  }

  @Test
  void shouldTellThatMappedMemoryIsNotThere() {
    InternalError fault =
        new InternalError("a fault occurred in an unsafe memory access operation");
    String report = CrashReport.text(new IllegalStateException(fault), false);

    assertTrue(report.contains("/dev/shm for shared memory) is full"), report);
    assertFalse(report.contains("internal error"), report);
  }
}
