package io.polyproc.conformance;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Evens out what two interpreters may print differently in a traceback: the lines of {@code ^}
 * under the source (GraalPy has none), the frames of the standard library (theirs differ), and
 * addresses.
 */
final class Traceback {

  private static final Pattern CARETS = Pattern.compile("\\s*[~^]+\\s*");
  private static final Pattern FRAME = Pattern.compile("\\s*File \"(.*)\", line \\d+.*");
  private static final List<String> OWN_FILES = List.of("<work>", "<string>", "<stdin>");

  private Traceback() {}

  static String evenOut(String stderr) {
    StringBuilder kept = new StringBuilder();
    boolean skipping = false;
    for (String line : stderr.lines().toList()) {
      var frame = FRAME.matcher(line);
      if (frame.matches()) {
        skipping = OWN_FILES.stream().noneMatch(frame.group(1)::startsWith);
      } else if (!line.startsWith("    ")) {
        skipping = false;
      }
      if (!skipping && !CARETS.matcher(line).matches()) {
        kept.append(line).append('\n');
      }
    }
    return Mask.ADDRESSES.apply(kept.toString());
  }
}
