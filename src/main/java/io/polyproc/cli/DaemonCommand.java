package io.polyproc.cli;

import io.polyproc.daemon.DaemonClient;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code polyproc daemon}: the background process that keeps workers warm. */
@Command(
    name = "daemon",
    synopsisSubcommandLabel = "status|start|stop",
    description = "The background process that keeps worker JVMs warm for the next program.")
final class DaemonCommand implements Runnable {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = CommandLine.ScopeType.INHERIT,
      description = "print this help and exit")
  @SuppressWarnings("unused") // Picocli acts on it
  private boolean help;

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  static int execute(List<String> arguments) {
    return new CommandLine(new DaemonCommand()).execute(arguments.toArray(String[]::new));
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        Objects.requireNonNull(spec).commandLine(), "Say what: status, start or stop");
  }

  @Command(name = "status", description = "print whether it runs and what it does; 1: it does not")
  int status() {
    return print(new DaemonClient().status());
  }

  @Command(name = "start", description = "start it, unless it runs")
  int start() throws IOException {
    if (new DaemonClient().start()) {
      return print(new DaemonClient().status());
    }
    System.err.println("polyproc: the daemon did not start; its log is " + DaemonClient.log());
    return ExitCode.FAILED.status();
  }

  @Command(name = "stop", description = "let it end with its last program")
  int stop() {
    return print(new DaemonClient().stop());
  }

  private static int print(Optional<String> answer) {
    System.out.print(answer.orElse("no daemon runs" + System.lineSeparator()));
    return answer.isPresent() ? ExitCode.OK.status() : ExitCode.FAILED.status();
  }
}
