package io.polyproc.conformance;

import java.io.IOException;
import java.util.List;
import org.opentest4j.AssertionFailedError;

/** Turns the differences of a run into a failed test that says how to repeat it. */
final class Checks {

  private Checks() {}

  static void failOnDifferences(Program program, Outcome outcome) throws IOException {
    List<String> differences = Comparison.of(program, outcome).differences();
    if (!differences.isEmpty()) {
      throw new AssertionFailedError(report(program, outcome, differences));
    }
  }

  private static String report(Program program, Outcome outcome, List<String> differences)
      throws IOException {
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
