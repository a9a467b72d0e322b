package io.polyproc.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** All findings of {@code doctor}, for a reader or for a program. */
record Diagnosis(List<Finding> findings) {

  Diagnosis {
    findings = List.copyOf(findings);
  }

  ExitCode exitCode() {
    return findings.stream().anyMatch(finding -> finding.level() == Finding.Level.PROBLEM)
        ? ExitCode.FAILED
        : ExitCode.OK;
  }

  /** A line for each, its subject in a column. */
  String toText() {
    int width = findings.stream().mapToInt(finding -> finding.subject().length()).max().orElse(0);
    return findings.stream()
        .map(
            finding ->
                "%s  %s  %s%n"
                    .formatted(
                        finding.level().mark(),
                        finding.subject() + " ".repeat(width - finding.subject().length()),
                        finding.text()))
        .collect(Collectors.joining());
  }

  /** An array of objects with the strings {@code level}, {@code subject} and {@code text}. */
  String toJson() {
    return findings.stream()
        .map(
            finding ->
                "  {\"level\": %s, \"subject\": %s, \"text\": %s}"
                    .formatted(
                        json(finding.level().name().toLowerCase(Locale.ROOT)),
                        json(finding.subject()),
                        json(finding.text())))
        .collect(Collectors.joining(",\n", "[\n", "\n]\n"));
  }

  private static String json(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append("\\u%04x".formatted((int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }
}
