package io.polyproc.cli;

import io.polyproc.bridge.CrashReport;
import io.polyproc.bridge.PythonOptions;
import io.polyproc.hotspot.Resumption;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import io.polyproc.worker.ImageMaker;
import io.polyproc.worker.Program;
import io.polyproc.worker.RestoredProcess;
import io.polyproc.worker.WorkerCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The entry point of the process whose image is kept: started by {@link WarmCommand} with the
 * image's path. A process that is restored goes on here as the command that the user has given.
 */
final class ImageProcess {
  // What a restored process was started with: the restorer's own name, the image's, and the command
  // that boots instead, whose first argument is --no-image if it is the launcher.
  private static final int IMAGE = 1;
  private static final int COMMAND = 2;
  private static final int ARGUMENTS = 4;

  /** An argument behind the path: warm up before the image is written. */
  static final String WARM_UP = "--warm-up";

  private ImageProcess() {}

  public static void main(String[] arguments) {
    CrashReport.forAllThreads();
    int status;
    try {
      status = run(Path.of(arguments[0]), List.of(arguments).contains(WARM_UP));
    } catch (Throwable failure) { // no other code is left to report it
      CrashReport.print(failure);
      status = ExitCode.INTERNAL.status();
    }
    System.out.flush();
    System.err.flush();
    Processes.exit(status);
  }

  private static int run(Path target, boolean warmsUp) {
    Optional<RestoredProcess> restored;
    try {
      ImageMaker maker = ImageMaker.boot();
      say("imports modules");
      maker.importModules();
      if (warmsUp) {
        say("warms up, which takes some minutes");
        maker.warmUp();
      } else {
        maker.runBriefly();
      }
      warmUpCommandLines();
      say("writes its image");
      restored = maker.write(target);
    } catch (IOException e) {
      System.err.println("polyproc: the image could not be written: " + e.getMessage());
      return ExitCode.FAILED.status();
    }
    return restored.isPresent() ? perform(restored.get()) : ExitCode.OK.status();
  }

  private static void say(String progress) {
    System.err.println("polyproc: a process " + progress + " …");
  }

  /** Loads the classes that a restored process needs at once. */
  private static void warmUpCommandLines() {
    List<String> command = List.of("-c", "pass");
    Invocation invocation =
        Arguments.parse(command.subList(0, command.size()), CommandName.POLYPROC);
    if (!(invocation instanceof Invocation.Run run)
        || !run.options().equals(PythonOptions.DEFAULT)) {
      throw new IllegalStateException("no image would be used for " + command);
    }
    Preconditions.problem(new Program.Code("pass"));
    Preconditions.problem(new Program.Script("/no such script"));
    PsCommand.warmUp();
  }

  /** In a restored process. */
  private static int perform(RestoredProcess process) {
    Resumption resumption = process.resumption();
    List<String> all = resumption.arguments();
    List<String> command = all.subList(COMMAND, all.size());
    if (WorkerCommand.startsWorker(command)) {
      return process.serve(command);
    }
    String launcher = all.get(COMMAND);
    List<String> arguments = all.subList(ARGUMENTS, all.size());
    CommandName name = CommandName.of(launcher);
    Invocation invocation = Arguments.parse(arguments, name);
    if (invocation instanceof Invocation.Run run && process.canHave(run.options())) {
      Optional<Problem> problem = Preconditions.problem(run.program());
      if (problem.isPresent()) {
        System.err.println(name + ": " + problem.get().message());
        return problem.get().code().status();
      }
      int status =
          process.run(
              run.options(),
              run.program(),
              run.arguments(),
              run.recording(),
              Path.of(all.get(IMAGE)));
      if (!process.isWarmedUp()) {
        ImageRenewal.afterFirstImage(resumption.variables());
      }
      return status;
    }
    return switch (invocation) {
      case Invocation.RunPs ps -> PsCommand.execute(ps.arguments());
      case Invocation.RunStack stack -> StackCommand.execute(stack.arguments());
      case Invocation.RunWhy why -> WhyCommand.execute(why.arguments());
      default -> withoutImage(command, resumption.variables());
    };
  }

  /** Becomes the command that boots, with the options that this process does not have. */
  private static int withoutImage(List<String> command, Map<String, String> variables) {
    try {
      Processes.setDefaultAction(Processes.SIGINT);
      Processes.moveTo(Path.of("."), variables);
      Processes.become(command);
    } catch (PosixException e) {
      System.err.println("polyproc: cannot start: " + e.getMessage());
    }
    return ExitCode.INTERNAL.status();
  }
}
