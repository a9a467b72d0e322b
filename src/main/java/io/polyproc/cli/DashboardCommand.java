package io.polyproc.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code polyproc dashboard}: this user's running programs on a page. */
@Command(
    name = "polyproc dashboard",
    description = {
      "Serves a page that shows this user's programs, live: the tree of processes,",
      "processors, memory, what each does over time, pools, queues, logs, stacks, and",
      "who waits for whom. It prints the page's address, which has a secret in it; only this machine can open it.",
      "Ctrl-C ends it.",
      ""
    })
final class DashboardCommand implements Callable<Integer> {
  private static final int MAX_PORT = 65_535;
  private static final double MIN_SECONDS = 0.2;

  @Option(
      names = "--port",
      paramLabel = "<port>",
      defaultValue = "0",
      description = "of the loopback interface (0: one that is free)")
  private int port;

  @Option(
      names = "--interval",
      paramLabel = "<seconds>",
      defaultValue = "2",
      description = "from look to look, at least 0.2 (2)")
  private double seconds;

  @Mixin private final AllNodesOption allNodes = new AllNodesOption();

  @Mixin
  @SuppressWarnings("unused") // Picocli fills it
  private final HelpOption help = new HelpOption();

  static int execute(List<String> arguments) {
    return new CommandLine(new DashboardCommand()).execute(arguments.toArray(String[]::new));
  }

  @Override
  public Integer call() throws InterruptedException {
    if (port < 0 || port > MAX_PORT || !(seconds >= MIN_SECONDS)) {
      System.err.printf(
          "polyproc dashboard: --port must be from 0 to %d, and --interval at least %.1f%n",
          MAX_PORT, MIN_SECONDS);
      return ExitCode.USAGE.status();
    }
    try (DashboardServer server =
        DashboardServer.start(port, Math.round(seconds * 1000), allNodes.agent())) {
      System.out.println(server.address());
      System.out.flush();
      new CountDownLatch(1).await();
      return ExitCode.OK.status();
    } catch (IOException e) {
      System.err.println("polyproc dashboard: " + e.getMessage());
      return ExitCode.UNAVAILABLE.status();
    }
  }
}
