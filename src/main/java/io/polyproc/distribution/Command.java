package io.polyproc.distribution;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a command to its end, keeps what it says to itself, and tells its last lines on failure. */
final class Command {

  private static final int LAST_LINES = 5;

  private Command() {}

  /**
   * Waits at most {@code seconds} for the command, then kills it and its children.
   *
   * @throws StepFailedException unless it exits with status 0 in that time
   */
  static void run(List<String> command, long seconds) throws IOException, StepFailedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("JDK_JAVA_OPTIONS");
    Process process = builder.start();
    String name = String.valueOf(command.getFirst());
    try {
      process.getOutputStream().close();
      CompletableFuture<Collection<String>> output =
          CompletableFuture.supplyAsync(() -> lastLines(process));
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        kill(process);
        throw new StepFailedException(
            name + " did not end within " + seconds + " s" + lastLines(output.join()));
      }
      if (process.exitValue() != 0) {
        throw new StepFailedException(
            name + " exited with status " + process.exitValue() + lastLines(output.join()));
      }
    } catch (InterruptedException e) {
      kill(process);
      Thread.currentThread().interrupt();
      throw new StepFailedException(name + " was interrupted");
    }
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static Collection<String> lastLines(Process process) {
    Deque<String> lines = new ArrayDeque<>();
    try (BufferedReader reader = process.inputReader()) {
      for (Optional<String> line = next(reader); line.isPresent(); line = next(reader)) {
        lines.addLast(line.get());
        if (lines.size() > LAST_LINES) {
          lines.removeFirst();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return lines;
  }

  private static Optional<String> next(BufferedReader reader) throws IOException {
    return Optional.ofNullable(reader.readLine());
  }

  private static String lastLines(Collection<String> lines) {
    return lines.isEmpty() ? "" : ": " + String.join(" | ", lines);
  }
}
