package io.polyproc.bridge;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The stream for the errors of a context. Truffle writes to it, such as the stack trace of a Python
 * thread that an error of GraalPy's own has ended; Python's standard error is another one. Of a
 * stack trace only a {@link CrashReport}'s line and the causes get through.
 *
 * <p>Any thread may write; whole lines are passed on.
 */
final class StackTraceFilter extends OutputStream {
  private static final Pattern FAILURE =
      Pattern.compile("(?:[\\w$]+\\.)+[\\w$]+(?:Exception|Error)\\b.*");
  private static final Pattern TRACE =
      Pattern.compile("\\s+(?:at |\\.\\.\\. \\d+ more|Suppressed: ).*");
  private static final String CAUSE = "Caused by: ";

  private final OutputStream out;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  StackTraceFilter(OutputStream out) {
    this.out = out;
  }

  @Override
  public synchronized void write(int b) throws IOException {
    if (b != '\n') {
      line.write(b);
      return;
    }
    String text = line.toString(StandardCharsets.UTF_8);
    line.reset();
    if (!TRACE.matcher(text).matches()) {
      out.write((shown(text) + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String shown(String text) {
    if (text.startsWith(CAUSE)) {
      return "polyproc: caused by " + text.substring(CAUSE.length());
    }
    return FAILURE.matcher(text).matches() ? CrashReport.summary(text) : text;
  }
}
