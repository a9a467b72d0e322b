package io.polyproc.cli;

import io.polyproc.posix.Terminal;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code polyproc top}: this user's running programs and their processes, live. */
@Command(
    name = "polyproc top",
    description = {
      "Shows this user's programs and their processes on the terminal, again every",
      "second: processors, memory, tasks, queues, and what each process waits for.",
      "Keys sort and filter, show the stacks of a process, and end it; ? lists them.",
      ""
    })
final class TopCommand implements Callable<Integer> {
  private static final double MIN_SECONDS = 0.2;

  @Option(
      names = "--interval",
      paramLabel = "<seconds>",
      defaultValue = "1",
      description = "from look to look, at least 0.2 (1)")
  private double seconds;

  @Mixin private final AllNodesOption allNodes = new AllNodesOption();

  @Mixin
  @SuppressWarnings("unused") // Picocli fills it
  private final HelpOption help = new HelpOption();

  static int execute(List<String> arguments) {
    return new CommandLine(new TopCommand()).execute(arguments.toArray(String[]::new));
  }

  @Override
  public Integer call() {
    if (Terminal.size(0).isEmpty() || Terminal.size(1).isEmpty()) {
      System.err.println(
          "polyproc top: standard input and output are no terminal; `polyproc ps` prints a table");
      return ExitCode.UNAVAILABLE.status();
    }
    if (!(seconds >= MIN_SECONDS)) {
      System.err.println("polyproc top: --interval must be at least " + MIN_SECONDS);
      return ExitCode.USAGE.status();
    }
    try (Watch watch = new Watch(allNodes.agent());
        TopScreen screen = new TopScreen(watch)) {
      screen.run(Math.round(seconds * 1000));
      return ExitCode.OK.status();
    } catch (IOException e) {
      System.err.println("polyproc top: " + e.getMessage());
      return ExitCode.UNAVAILABLE.status();
    }
  }
}
