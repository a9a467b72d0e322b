package io.polyproc.worker;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Objects;

/** What the user gets to read when polyproc itself, or GraalPy in it, fails. */
public final class CrashReport {

  /** The environment variable that asks for the Java stack trace. */
  static final String SETTING = "POLYPROC_DEBUG";

  private CrashReport() {}

  /** Has what ends a thread reported here, which Java would do with a stack trace. */
  public static void forAllThreads() {
    Thread.setDefaultUncaughtExceptionHandler((_, failure) -> print(failure));
  }

  /** Tells of the failure on standard error. */
  public static void print(Throwable failure) {
    String setting = Objects.requireNonNullElse(System.getenv(SETTING), "");
    System.err.print(text(failure, wantsTrace(setting)));
    System.err.flush();
  }

  static boolean wantsTrace(String setting) {
    return !setting.isEmpty() && !setting.equals("0");
  }

  static String text(Throwable failure, boolean trace) {
    String summary =
        failure instanceof OutOfMemoryError
            ? "polyproc: Java ran out of memory (%s); POLYPROC_JAVA_OPTS=-Xmx4g allows it 4 GiB"
                .formatted(failure.getMessage())
            : ("polyproc: internal error: %s; please report it to polyproc's issue tracker with the"
                    + " output of 'polyproc doctor' and of a run with %s=1")
                .formatted(oneLine(failure), SETTING);
    return summary + System.lineSeparator() + (trace ? trace(failure) : "");
  }

  private static String oneLine(Throwable failure) {
    return failure.toString().replaceAll("\\s*\\R\\s*", " ");
  }

  private static String trace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }
}
