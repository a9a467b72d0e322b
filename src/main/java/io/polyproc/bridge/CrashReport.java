package io.polyproc.bridge;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Objects;

/** What the user gets to read when polyproc itself, or GraalPy in it, fails. */
public final class CrashReport {

  /** The environment variable that asks for the Java stack trace. */
  static final String SETTING = "POLYPROC_DEBUG";

  /** The end of the JVM's text for a SIGBUS: {@code InternalError} since Java 1.5. */
  private static final String LOST_MEMORY = "a fault occurred in an unsafe memory access operation";

  private CrashReport() {}

  /** Has what ends a thread reported here, which Java would do with a stack trace. */
  public static void forAllThreads() {
    Thread.setDefaultUncaughtExceptionHandler((_, failure) -> print(failure));
  }

  /** Tells of the failure on standard error. */
  public static void print(Throwable failure) {
    System.err.print(text(failure, wantsTrace()));
    System.err.flush();
  }

  static boolean wantsTrace() {
    return wantsTrace(Objects.requireNonNullElse(System.getenv(SETTING), ""));
  }

  static boolean wantsTrace(String setting) {
    return !setting.isEmpty() && !setting.equals("0");
  }

  static String text(Throwable failure, boolean trace) {
    String summary =
        switch (failure) {
          case OutOfMemoryError _ ->
              "polyproc: Java ran out of memory (%s); POLYPROC_JAVA_OPTS=-Xmx4g allows it 4 GiB"
                  .formatted(failure.getMessage());
          case Throwable _ when isLostMemory(failure) ->
              "polyproc: mapped memory is not there: its file was truncated, or its file system"
                  + " (/dev/shm for shared memory) is full";
          default -> summary(oneLine(failure));
        };
    return summary + System.lineSeparator() + (trace ? trace(failure) : "");
  }

  /** The line for a failure of which only the text is known. */
  static String summary(String failure) {
    return ("polyproc: internal error: %s; please report it to polyproc's issue tracker with the"
            + " output of 'polyproc doctor' and of a run with %s=1")
        .formatted(failure, SETTING);
  }

  /** What the JVM makes of a SIGBUS; Python wraps it. */
  private static boolean isLostMemory(Throwable failure) {
    return failure.toString().contains(LOST_MEMORY);
  }

  /** What failed, and what was at the bottom of it. */
  private static String oneLine(Throwable failure) {
    String text = failure.toString();
    Throwable cause = failure.getCause();
    if (cause != null) {
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      text += ", caused by " + cause;
    }
    return text.replaceAll("\\s*\\R\\s*", " ");
  }

  private static String trace(Throwable failure) {
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text, true));
    return text.toString();
  }
}
