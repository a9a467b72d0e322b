package io.polyproc.observation;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Python stacks as text, as {@code traceback} prints them: the innermost call last. */
public final class StackReport {
  private static final int JAVA_METHODS = 8;

  private final Observation observation;
  private final Map<String, List<String>> sources = new HashMap<>();
  private final StringBuilder out = new StringBuilder();

  private StackReport(Observation observation) {
    this.observation = observation;
  }

  /** All threads of one process. */
  public static String of(Observation observation, int pid) {
    StackReport report = new StackReport(observation);
    observation.process(pid).ifPresent(report::process);
    return report.out.toString();
  }

  /**
   * The program's part of a thread's stack, indented: without what the runtime calls within a wait.
   */
  static String ofProgram(Observation observation, ObservedThread thread, String indent) {
    StackReport report = new StackReport(observation);
    report.stack(thread.user() < 0 ? thread : thread.fromUser(), indent);
    return report.out.toString();
  }

  private void process(ObservedProcess process) {
    out.append("process %d %s: %s%n".formatted(process.pid(), process.name(), process.state()));
    if (!process.problem().isEmpty()) {
      out.append("  not all is known: %s%n".formatted(process.problem()));
    }
    for (ObservedThread thread : process.threads()) {
      out.append("%n%s".formatted(thread.isMain() ? "main thread" : "thread " + thread.name()));
      if (thread.id() != 0) {
        out.append(" (%d)".formatted(thread.id()));
      }
      out.append(
          ": %s%s%n"
              .formatted(
                  Phrases.wait(thread, observation::nameOf),
                  Phrases.duration(thread.waiting().facts())));
      stack(thread, "  ");
    }
    if (process.threads().isEmpty()) {
      kernel(process.pid());
    }
  }

  private void stack(ObservedThread thread, String indent) {
    if (!thread.answered()) {
      unanswered(thread, indent);
      return;
    }
    for (ObservedThread.Line call : thread.stack().reversed()) {
      out.append(
          "%sFile \"%s\", line %d, in %s%n"
              .formatted(indent, call.file(), call.line(), call.function()));
      String source = source(call);
      if (!source.isEmpty()) {
        out.append("%s  %s%n".formatted(indent, source));
      }
      for (List<String> variable : call.variables()) {
        out.append("%s    %s = %s%n".formatted(indent, variable.get(0), variable.get(1)));
      }
    }
  }

  /** One that is in native code, or in Java, and does not come back from there. */
  private void unanswered(ObservedThread thread, String indent) {
    out.append("%sits Python stack is not known, as it does not return from:%n".formatted(indent));
    thread.java().stream()
        .limit(JAVA_METHODS)
        .forEach(method -> out.append("%s  %s (Java)%n".formatted(indent, method)));
    if (thread.id() != 0) {
      String wait = ProcessFiles.kernelWait(thread.pid(), thread.id());
      if (!wait.isEmpty()) {
        out.append("%s  %s (kernel)%n".formatted(indent, wait));
      }
    }
  }

  private void kernel(int pid) {
    for (Map.Entry<Integer, String> thread : ProcessFiles.threads(pid).entrySet()) {
      String wait = ProcessFiles.kernelWait(pid, thread.getKey());
      out.append(
          "  thread %d %s: %s%n"
              .formatted(
                  thread.getKey(),
                  thread.getValue(),
                  wait.isEmpty() ? "runs" : wait + " (kernel)"));
    }
  }

  private String source(ObservedThread.Line call) {
    List<String> lines = sources.computeIfAbsent(call.file(), StackReport::lines);
    return call.line() >= 1 && call.line() <= lines.size()
        ? lines.get(call.line() - 1).strip()
        : "";
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of(file), StandardCharsets.UTF_8);
    } catch (MalformedInputException e) {
      return latinLines(file);
    } catch (IOException | RuntimeException e) {
      return List.of(); // no file, or none any more
    }
  }

  private static List<String> latinLines(@Nullable String file) {
    try {
      return Files.readAllLines(Path.of(String.valueOf(file)), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return List.of();
    }
  }
}
