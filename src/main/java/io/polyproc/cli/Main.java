package io.polyproc.cli;

import io.polyproc.daemon.DaemonClient;
import io.polyproc.posix.Processes;
import io.polyproc.python.CrashReport;
import io.polyproc.worker.MainProgram;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The entry point of the command: has its arguments parsed, has done what they ask for, and exits
 * with the program's status or one of {@link ExitCode}.
 */
public final class Main {

  /** A program that ends sooner has the processor for itself. */
  private static final Duration DAEMON_DELAY = Duration.ofSeconds(10);

  private final CommandName name;

  private Main(CommandName name) {
    this.name = name;
  }

  public static void main(String[] arguments) {
    CrashReport.forAllThreads();
    int status = new Main(CommandName.current()).run(List.of(arguments));
    System.out.flush();
    System.err.flush();
    // Python has put its own affairs in order; Java's would only take time.
    Processes.exit(status);
  }

  private int run(List<String> arguments) {
    try {
      Invocation invocation = Arguments.parse(arguments, name);
      return DaemonRun.isClient() ? performAsClient(invocation, arguments) : perform(invocation);
    } catch (Throwable failure) { // nobody else is left to tell of it
      CrashReport.print(failure);
      return ExitCode.INTERNAL.status();
    }
  }

  /** What needs Python, or what the daemon can't do, is done by the command that has it. */
  private int performAsClient(Invocation invocation, List<String> arguments) {
    return switch (invocation) {
      case Invocation.Run run -> {
        Optional<Problem> problem = Preconditions.problem(run.program());
        if (problem.isPresent()) {
          yield report(problem.get());
        }
        OptionalInt status = DaemonRun.run(run);
        yield status.isPresent() ? status.getAsInt() : withoutDaemon(arguments);
      }
      case Invocation.RunDoctor _ -> withoutDaemon(arguments);
      default -> perform(invocation);
    };
  }

  private int withoutDaemon(List<String> arguments) {
    System.err.println(name + ": cannot start: " + DaemonRun.withoutDaemon(arguments));
    return ExitCode.INTERNAL.status();
  }

  private int perform(Invocation invocation) {
    return switch (invocation) {
      case Invocation.Run run -> start(run);
      case Invocation.ShowVersion version ->
          print(version.detailed() ? Version.details() : Version.line());
      case Invocation.ShowHelp _ -> print(Help.text(name));
      case Invocation.RunDaemon daemon -> DaemonCommand.execute(daemon.arguments());
      case Invocation.RunDoctor doctor -> DoctorCommand.execute(doctor.arguments());
      case Invocation.RunWarm warm -> WarmCommand.execute(warm.arguments());
      case Invocation.RunCache cache -> CacheCommand.execute(cache.arguments());
      case Invocation.RunVerify verify -> VerifyCommand.execute(verify.arguments());
      case Invocation.Reject rejected -> reject(rejected.reason());
    };
  }

  private int start(Invocation.Run run) {
    Optional<Problem> problem = Preconditions.problem(run.program());
    if (problem.isPresent()) {
      return report(problem.get());
    }
    // The benchmark has a daemon of its own, and no other is to take the processor from it.
    if (!DaemonClient.isWanted() || run.program().equals(Arguments.benchmark())) {
      int status = MainProgram.run(run.options(), run.program(), run.arguments());
      ImageRenewal.afterBoot();
      return status;
    }
    try (DaemonStart _ = DaemonStart.after(DAEMON_DELAY, run.options())) {
      return MainProgram.run(run.options(), run.program(), run.arguments());
    }
  }

  private int report(Problem problem) {
    System.err.println(name + ": " + problem.message());
    return problem.code().status();
  }

  private static int print(String text) {
    System.out.println(text.stripTrailing());
    return ExitCode.OK.status();
  }

  private int reject(String reason) {
    System.err.println(reason);
    System.err.println(name.usage());
    System.err.println("Try `" + name + " -h' for more information.");
    return ExitCode.USAGE.status();
  }
}
