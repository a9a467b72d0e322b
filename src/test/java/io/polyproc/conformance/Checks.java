package io.polyproc.conformance;

import java.io.IOException;
import java.util.Optional;
import org.opentest4j.AssertionFailedError;

/** Turns the differences of a run into a failed test. */
final class Checks {

  private Checks() {}

  static void failOnDifferences(ConformanceProgram program, ProgramRun outcome) throws IOException {
    Optional<String> report = Report.of(program, outcome);
    if (report.isPresent()) {
      throw new AssertionFailedError(report.get());
    }
  }
}
