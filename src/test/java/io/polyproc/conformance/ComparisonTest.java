package io.polyproc.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {

  private static ConformanceProgram program(String... header) {
    List<String> lines = new ArrayList<>(List.of("# conformance: it works"));
    lines.addAll(List.of(header));
    Path file = Path.of("area/name.py");
    return new ConformanceProgram("area/name", file, file, Header.parse(lines), "");
  }

  private static List<String> compare(
      ConformanceProgram program, String out, String err, String recorded) {
    ProgramRun outcome = new ProgramRun(out, err, 0, Duration.ofSeconds(3), List.of());
    return Comparison.of(program, outcome, recorded, "expected error\n").differences();
  }

  @Test
  void shouldAcceptWhatIsRecorded() {
    assertEquals(List.of(), compare(program(), "a\n", "", "a\n"));
  }

  @Test
  void shouldShowTheLinesThatDiffer() {
    assertEquals(
        List.of("standard output differs:\n  a\n- b\n+ c"),
        compare(program(), "a\nc\n", "", "a\nb\n"));
  }

  @Test
  void shouldSortLinesOnlyWhereAskedTo() {
    assertEquals(List.of(), compare(program("# compare: sorted"), "b\na\n", "", "a\nb\n"));
    assertEquals(1, compare(program(), "b\na\n", "", "a\nb\n").size());
  }

  @Test
  void shouldMaskProcessIdsButNoOtherNumbers() {
    ConformanceProgram program = program("# compare: pids");

    assertEquals(
        List.of(), compare(program, "id: 4123 3.12 [31m 7\n", "", "id: <pid> 3.12 [31m 7\n"));
  }

  @Test
  void shouldSortAfterMasking() {
    ConformanceProgram program = program("# compare: sorted pids");

    assertEquals(List.of(), compare(program, "98 b\n432 a\n", "", "<pid> a\n<pid> b\n"));
  }

  @Test
  void shouldMaskAddresses() {
    ConformanceProgram program = program("# compare: addresses");

    assertEquals(List.of(), compare(program, "<f at 0x7f12ab>", "", "<f at 0x<address>>"));
  }

  @Test
  void shouldWantStderrEmptyUnlessTold() {
    assertEquals(1, compare(program(), "", "a warning\n", "").size());
    assertEquals(List.of(), compare(program("# stderr: ignored"), "", "a warning\n", ""));
    assertEquals(List.of(), compare(program("# stderr: recorded"), "", "expected error\n", ""));
    assertEquals(1, compare(program("# stderr: recorded"), "", "other\n", "").size());
    assertEquals(List.of(), compare(program("# stderr: contains warn"), "", "a warning\n", ""));
    assertEquals(1, compare(program("# stderr: contains error"), "", "a warning\n", "").size());
  }

  @Test
  void shouldCompareTheExitStatus() {
    assertEquals(List.of("exit status 0 instead of 3"), compare(program("# exit: 3"), "", "", ""));
  }

  @Test
  void shouldNeverAcceptAJavaStackTrace() {
    String trace = "\tat io.polyproc/io.polyproc.worker.Worker.main(Worker.java:3)\n";

    assertEquals(1, compare(program("# stderr: ignored"), "", trace, "").size());
    assertEquals(
        List.of(),
        compare(program("# stderr: ignored"), "", "Exception in thread worker:\n at home", ""));
  }

  @Test
  void shouldHoldAProgramToItsTime() {
    assertEquals(List.of(), compare(program("# within: 4"), "", "", ""));
    assertEquals(1, compare(program("# within: 2"), "", "", "").size());
  }

  @Test
  void shouldReportWhatTheRunWasTroubledBy() {
    ProgramRun outcome = new ProgramRun("", "", 0, Duration.ZERO, List.of("left a process: 7"));

    assertTrue(
        Comparison.of(program(), outcome, "", "").differences().contains("left a process: 7"));
  }
}
