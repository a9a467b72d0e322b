package io.polyproc.conformance;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** What a run did otherwise than is recorded, and how to repeat it. */
final class Report {

  private Report() {}

  /** The differences as text; empty if there are none. */
  static Optional<String> of(ConformanceProgram program, ProgramRun outcome) throws IOException {
    List<String> differences = Comparison.of(program, outcome).differences();
    return differences.isEmpty()
        ? Optional.empty()
        : Optional.of(text(program, outcome, differences));
  }

  private static String text(
      ConformanceProgram program, ProgramRun outcome, List<String> differences) throws IOException {
    String where = program.script().getParent() + ": " + String.join(" ", program.commandLine());
    String stderr =
        outcome.stderr().isEmpty() ? "" : "\nstandard error was:\n" + outcome.stderr().strip();
    return program.title()
        + "\nin "
        + where
        + "\n"
        + String.join("\n", differences)
        + stderr
        + "\n("
        + outcome.wall().toMillis()
        + " ms)";
  }
}
