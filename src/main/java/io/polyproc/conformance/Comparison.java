package io.polyproc.conformance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Compares a run of a program with its recording, under the rules of its header.
 *
 * @param differences a text for each thing that is not as it should be; empty for a good run
 */
record Comparison(List<String> differences) {

  /** What a reader of Python's tracebacks must never see. */
  private static final Pattern JAVA_TRACE =
      Pattern.compile(
          "^\\s+at [\\w.$/<>]+\\(|Exception in thread \"|io\\.polyproc\\.|org\\.graalvm\\."
              + "|com\\.oracle\\.|java\\.lang\\.",
          Pattern.MULTILINE);

  Comparison {
    differences = List.copyOf(differences);
  }

  static Comparison of(ConformanceProgram program, ProgramRun outcome) throws IOException {
    return of(program, outcome, RecordedOutput.stdout(program), RecordedOutput.stderr(program));
  }

  static Comparison of(
      ConformanceProgram program, ProgramRun outcome, String stdout, String stderr) {
    List<String> differences = new ArrayList<>(outcome.troubles());
    Header header = program.header();
    String printed = masked(header, outcome.stdout());
    if (!printed.equals(stdout)) {
      differences.add("standard output differs:\n" + LineDiff.between(stdout, printed));
    }
    int exit = header.exit(program.variant());
    if (outcome.exit() != exit) {
      differences.add("exit status " + outcome.exit() + " instead of " + exit);
    }
    addStderr(header.stderr(), stderr, outcome.stderr(), differences);
    if (JAVA_TRACE.matcher(outcome.stdout() + outcome.stderr()).find()) {
      differences.add("Java shows in the output:\n" + outcome.stdout() + outcome.stderr());
    }
    header
        .within()
        .filter(longest -> outcome.wall().compareTo(longest) > 0)
        .ifPresent(
            longest ->
                differences.add(
                    "took " + outcome.wall().toMillis() + " ms, more than " + longest.toMillis()));
    return new Comparison(differences);
  }

  static String masked(Header header, String stdout) {
    String masked = stdout;
    for (Replacement replacement : header.replacements()) {
      masked = replacement.apply(masked);
    }
    for (Mask mask : Mask.values()) {
      // Lines are sorted last, when what differs in them is gone.
      if (mask != Mask.SORTED && header.masks().contains(mask)) {
        masked = mask.apply(masked);
      }
    }
    return header.masks().contains(Mask.SORTED) ? Mask.SORTED.apply(masked) : masked;
  }

  private static void addStderr(
      StderrRule rule, String recorded, String actual, List<String> differences) {
    switch (rule) {
      case StderrRule.Ignored() -> {}
      case StderrRule.Empty() -> {
        if (!actual.isEmpty()) {
          differences.add("standard error is not empty:\n" + actual);
        }
      }
      case StderrRule.Recorded() -> {
        String even = Traceback.evenOut(actual);
        if (!even.equals(recorded)) {
          differences.add("standard error differs:\n" + LineDiff.between(recorded, even));
        }
      }
      case StderrRule.Contains(var texts) ->
          texts.stream()
              .filter(text -> !actual.contains(text))
              .forEach(text -> differences.add("standard error lacks '" + text + "':\n" + actual));
    }
  }
}
