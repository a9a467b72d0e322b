package io.polyproc.distribution;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** One line for each step that takes time: what it is, and how long it took or why it failed. */
final class StepProgress {

  /** A step of the build. */
  @FunctionalInterface
  interface Step {
    void run() throws IOException, StepFailedException;
  }

  private final PrintStream out;

  StepProgress(PrintStream out) {
    this.out = out;
  }

  void step(String title, Step step) throws IOException, StepFailedException {
    long start = System.nanoTime();
    out.print("polyproc: " + title + " … ");
    out.flush();
    try {
      step.run();
      out.println(secondsSince(start));
    } catch (StepFailedException e) {
      out.println("not possible: " + e.reason());
      throw e;
    } catch (IOException e) {
      out.println("not possible: " + e);
      throw e;
    }
  }

  private static String secondsSince(long start) {
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
  }
}
