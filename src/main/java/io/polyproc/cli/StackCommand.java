package io.polyproc.cli;

import io.polyproc.observation.Observation;
import io.polyproc.observation.Observer;
import io.polyproc.observation.StackReport;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code polyproc stack}: what the threads of a running process are doing. */
@Command(
    name = "polyproc stack",
    description = {
      "Prints the Python stacks of all threads of a running process, with what each",
      "waits for.",
      "The process goes on meanwhile.",
      ""
    })
final class StackCommand implements Callable<Integer> {
  @Parameters(paramLabel = "<pid>", description = "the process's id, as `polyproc ps` prints it")
  private int pid;

  @Option(names = "--locals", description = "print the values of the program's variables, too")
  private boolean locals;

  @Mixin private final OtherNodeOption node = new OtherNodeOption();

  @Mixin
  @SuppressWarnings("unused") // Picocli fills it
  private final HelpOption help = new HelpOption();

  static int execute(List<String> arguments) {
    return new CommandLine(new StackCommand()).execute(arguments.toArray(String[]::new));
  }

  @Override
  public Integer call() {
    try {
      System.out.print(stacks());
      return ExitCode.OK.status();
    } catch (IOException e) {
      System.err.println("polyproc: " + e.getMessage());
      return ExitCode.FAILED.status();
    }
  }

  private String stacks() throws IOException {
    if (!node.name().isEmpty()) {
      return ClusterCommand.existing("").stack(node.name(), pid, locals, Watch.PATIENCE);
    }
    try (Observer observer = new Observer()) {
      Observation observation =
          Observation.ofProcess(
              observer,
              pid,
              locals ? Observer.Detail.LOCALS : Observer.Detail.WAITS,
              Watch.PATIENCE);
      return StackReport.of(observation, pid);
    }
  }
}
