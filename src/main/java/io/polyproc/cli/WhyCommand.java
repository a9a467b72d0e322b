package io.polyproc.cli;

import io.polyproc.cluster.NodeControl;
import io.polyproc.observation.Observer;
import io.polyproc.observation.WaitReport;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code polyproc why}: what the processes of a program wait for, and whether it will come. */
@Command(
    name = "polyproc why",
    description = {
      "Prints which process of a program waits for what, held by whom and since",
      "when, and where in its source. Processes that wait for each other are",
      "reported as a deadlock, each with its Python stack; so is one that waits",
      "for what nobody is left to bring about. Of a program that uses a cluster, the",
      "processes of all nodes are looked at.",
      ""
    },
    footer = {"", "Exit status: 0 if no deadlock was found, 1 if there is one."})
final class WhyCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "<pid>",
      description = "the id of the program, or of one of its processes")
  private int pid;

  @Mixin private final OtherNodeOption node = new OtherNodeOption();

  @Option(names = "--json", description = "print an object instead of text")
  private boolean json;

  @Mixin
  @SuppressWarnings("unused") // Picocli fills it
  private final HelpOption help = new HelpOption();

  static int execute(List<String> arguments) {
    return new CommandLine(new WhyCommand()).execute(arguments.toArray(String[]::new));
  }

  @Override
  public Integer call() {
    try {
      NodeControl.WhyAnswer waits = waits();
      System.out.print(json ? waits.json() : waits.text());
      return (waits.hasFoundSomething() ? ExitCode.FAILED : ExitCode.OK).status();
    } catch (IOException e) {
      System.err.println("polyproc: " + e.getMessage());
      return ExitCode.UNAVAILABLE.status();
    }
  }

  private NodeControl.WhyAnswer waits() throws IOException {
    if (!node.name().isEmpty()) {
      return ClusterCommand.existing("").waits(node.name(), pid, Watch.PATIENCE);
    }
    try (Observer observer = new Observer()) {
      return Watch.onAllNodes(WaitReport.of(observer, pid, Watch.PATIENCE), pid);
    }
  }
}
