package io.polyproc.cli;

import io.polyproc.observation.Json;
import io.polyproc.observation.Observer;
import io.polyproc.observation.ProcessReport;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code polyproc ps}: this user's running programs and their processes. */
@Command(
    name = "polyproc ps",
    description = {
      "Lists this user's programs and the processes that they have started: start",
      "method, processor time, memory (resident, and how much of it is of no file),",
      "tasks of a pool that were done, done a second since the worker's start, and",
      "are held, what each process waits for, and the lengths of queues.",
      ""
    })
final class PsCommand implements Callable<Integer> {

  @Option(names = "--json", description = "print an array of objects instead of a table")
  private boolean json;

  @Option(
      names = "--pss",
      description = "print who has how much of the memory: proportional share, own, shared")
  private boolean shares;

  @Option(
      names = "--wait",
      paramLabel = "<seconds>",
      defaultValue = "2",
      description = "how long to wait for what processes say (2)")
  private double seconds;

  @Mixin private final AllNodesOption allNodes = new AllNodesOption();

  @Mixin
  @SuppressWarnings("unused") // Picocli fills it
  private final HelpOption help = new HelpOption();

  static int execute(List<String> arguments) {
    return new CommandLine(new PsCommand()).execute(arguments.toArray(String[]::new));
  }

  /**
   * Loads and links what looking at programs needs, in a process whose image is kept. What it finds
   * is dropped.
   */
  static void warmUp() {
    new CommandLine(new PsCommand()).parseArgs("--json");
    new CommandLine(new WhyCommand()).parseArgs("1");
    new CommandLine(new StackCommand()).parseArgs("1", "--locals");
    try (Observer observer = new Observer()) {
      ProcessReport report = ProcessReport.ofAll(observer, Duration.ZERO, true);
      if (report.toText().isEmpty() || report.toJson().isEmpty()) {
        throw new IllegalStateException("a report without a line");
      }
    } catch (IOException e) {
      // No process can be met on this machine: each command will say so.
    }
  }

  @Override
  public Integer call() throws IOException {
    Duration patience = Duration.ofMillis(Math.round(seconds * 1000));
    if (allNodes.isWanted()) {
      return showAllNodes(patience);
    }
    try (Observer observer = new Observer()) {
      ProcessReport report = ProcessReport.ofAll(observer, patience, shares);
      System.out.print(json ? report.toJson() : report.toText());
    }
    return ExitCode.OK.status();
  }

  private int showAllNodes(Duration patience) {
    Map<String, String> nodes;
    try {
      nodes = ClusterCommand.existing("").processes(json, shares, patience);
    } catch (IOException e) {
      System.err.println("polyproc: " + e.getMessage());
      return ExitCode.UNAVAILABLE.status();
    }
    if (json) {
      Map<String, Object> all = new LinkedHashMap<>();
      nodes.forEach((node, text) -> all.put(node, Json.parse(text)));
      System.out.println(Json.write(all));
    } else {
      nodes.forEach((node, text) -> System.out.printf("node %s%n%s", node, text));
    }
    return ExitCode.OK.status();
  }
}
