package io.polyproc.conformance;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs the conformance programs and prints a table of areas and start methods. */
public final class Verification {
  private static final List<String> METHODS = List.of("fork", "spawn", "forkserver", "");

  private final Runner runner;
  private final PrintStream output;
  private final Map<String, Map<String, Count>> counts = new TreeMap<>();
  private int runs;
  private int failures;

  private record Count(int passed, int all) {
    static final Count NONE = new Count(0, 0);

    Count plus(boolean good) {
      return new Count(passed + (good ? 1 : 0), all + 1);
    }

    @Override
    public String toString() {
      return all == 0 ? "" : passed == all ? String.valueOf(all) : passed + " of " + all;
    }
  }

  private Verification(Runner runner, PrintStream output) {
    this.runner = runner;
    this.output = output;
  }

  /**
   * Runs programs, and says at once what is wrong with one.
   *
   * @param command that runs Python
   * @param project the folder with {@code samples}
   * @param folder the programs'
   * @param globs which programs, such as <code>fork/*</code>; all if empty
   * @param jobs how many at a time
   * @return how many failed
   * @throws IOException if the programs can't be read or run
   * @throws IllegalArgumentException if the globs match none
   */
  public static int run(
      List<String> command,
      Path project,
      Path folder,
      List<String> globs,
      int jobs,
      PrintStream output)
      throws IOException, InterruptedException {
    List<ConformanceProgram> programs = ConformancePrograms.in(project, folder, globs);
    if (programs.isEmpty()) {
      throw new IllegalArgumentException("no program is named like " + String.join(" or ", globs));
    }
    Verification verification =
        new Verification(new Runner(new Interpreter("polyproc", command)), output);
    verification.runner.makeImage();
    verification.runAll(programs, jobs);
    verification.printTable();
    return verification.failures;
  }

  private void runAll(List<ConformanceProgram> programs, int jobs)
      throws IOException, InterruptedException {
    try (ExecutorService executor = Executors.newFixedThreadPool(jobs)) {
      List<Future<Optional<String>>> reports =
          programs.stream()
              .map(program -> executor.submit(() -> Report.of(program, runner.run(program))))
              .toList();
      for (int i = 0; i < programs.size(); i++) {
        note(programs.get(i), await(reports.get(i)));
      }
    }
  }

  private static Optional<String> await(Future<Optional<String>> report)
      throws IOException, InterruptedException {
    try {
      return report.get();
    } catch (ExecutionException e) {
      throw new IOException(String.valueOf(e.getCause()), e);
    }
  }

  private void note(ConformanceProgram program, Optional<String> report) {
    String area = program.name().substring(0, program.name().indexOf('/'));
    String method = METHODS.contains(program.variant()) ? program.variant() : "";
    counts
        .computeIfAbsent(area, _ -> new TreeMap<>())
        .merge(
            method,
            Count.NONE.plus(report.isEmpty()),
            (former, _) -> former.plus(report.isEmpty()));
    runs++;
    if (report.isEmpty()) {
      output.println("ok  " + program.title());
    } else {
      failures++;
      output.println("\n" + report.get() + "\n");
    }
  }

  private void printTable() {
    output.printf("%n%-14s%12s%12s%12s%12s%n", "", "fork", "spawn", "forkserver", "other");
    counts.forEach(
        (area, byMethod) -> {
          output.printf("%-14s", area);
          for (String method : METHODS) {
            output.printf("%12s", byMethod.getOrDefault(method, Count.NONE));
          }
          output.println();
        });
    output.printf(
        "%n%d of %d runs print what CPython prints, and leave nothing%n", runs - failures, runs);
  }
}
