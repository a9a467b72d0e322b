package io.polyproc.cli;

import io.polyproc.bridge.CrashReport;
import io.polyproc.posix.Processes;
import io.polyproc.worker.MainProgram;
import java.util.List;
import java.util.Optional;

/**
 * The entry point of the command: has its arguments parsed, has done what they ask for, and exits
 * with the program's status or one of {@link ExitCode}.
 */
public final class Main {
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
      return perform(Arguments.parse(arguments, name));
    } catch (Throwable failure) { // no other code is left to report it
      CrashReport.print(failure);
      return ExitCode.INTERNAL.status();
    }
  }

  private int perform(Invocation invocation) {
    return switch (invocation) {
      case Invocation.Run run -> start(run);
      case Invocation.ShowVersion version ->
          print(version.detailed() ? Version.details() : Version.line());
      case Invocation.ShowHelp _ -> print(Help.text(name));
      case Invocation.RunDoctor doctor -> DoctorCommand.execute(doctor.arguments());
      case Invocation.RunWarm warm -> WarmCommand.execute(warm.arguments());
      case Invocation.RunCache cache -> CacheCommand.execute(cache.arguments());
      case Invocation.RunVerify verify -> VerifyCommand.execute(verify.arguments());
      case Invocation.RunPs ps -> PsCommand.execute(ps.arguments());
      case Invocation.RunStack stack -> StackCommand.execute(stack.arguments());
      case Invocation.RunProfile profile -> ProfileCommand.execute(profile.arguments());
      case Invocation.RunTop top -> TopCommand.execute(top.arguments());
      case Invocation.RunDashboard dashboard -> DashboardCommand.execute(dashboard.arguments());
      case Invocation.RunWhy why -> WhyCommand.execute(why.arguments());
      case Invocation.RunCluster cluster -> ClusterCommand.execute(cluster.arguments());
      case Invocation.Reject rejected -> reject(rejected.reason());
    };
  }

  private int start(Invocation.Run run) {
    Optional<Problem> problem = Preconditions.problem(run.program());
    if (problem.isPresent()) {
      System.err.println(name + ": " + problem.get().message());
      return problem.get().code().status();
    }
    int status = MainProgram.run(run.options(), run.program(), run.arguments(), run.recording());
    // Nothing is to take the processor from the benchmark's next run.
    if (!run.program().equals(Arguments.benchmark())) {
      ImageRenewal.afterBoot();
    }
    return status;
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
