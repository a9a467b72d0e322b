package io.polyproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

final class DiagnosisTest {

  private static final Finding GOOD = Finding.ok("Java", "25");
  private static final Finding SLOW = Finding.note("JIT", "off: no \"image\"\n");
  private static final Finding BAD = Finding.problem("Python home", "gone");

  @Test
  void shouldFailOnlyWhereProgramsCannotRun() {
    assertEquals(ExitCode.OK, new Diagnosis(List.of(GOOD, SLOW)).exitCode());
    assertEquals(ExitCode.FAILED, new Diagnosis(List.of(GOOD, BAD)).exitCode());
  }

  @Test
  void shouldAlignItsLines() {
    assertEquals(
        """
        ok  Java         25
        !!  Python home  gone
        """,
        new Diagnosis(List.of(GOOD, BAD)).toText());
  }

  @Test
  void shouldEscapeJson() {
    assertEquals(
        """
        [
          {"level": "ok", "subject": "Java", "text": "25"},
          {"level": "note", "subject": "JIT", "text": "off: no \\"image\\"\\u000a"}
        ]
        """,
        new Diagnosis(List.of(GOOD, SLOW)).toJson());
  }
}
