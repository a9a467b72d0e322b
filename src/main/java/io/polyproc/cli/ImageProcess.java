package io.polyproc.cli;

import io.polyproc.hotspot.Resumption;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import io.polyproc.python.CrashReport;
import io.polyproc.python.PythonOptions;
import io.polyproc.worker.MainImage;
import io.polyproc.worker.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The entry point of the process whose image is kept: started by {@link WarmCommand} with the
 * image's path. A process that is restored goes on here as the command that the user has given.
 */
final class ImageProcess {
  /** The restorer's own name and the image's come before the launcher and the arguments for it. */
  private static final int LAUNCHER = 2;

  private ImageProcess() {}

  public static void main(String[] arguments) {
    CrashReport.forAllThreads();
    int status;
    try {
      status = run(Path.of(arguments[0]));
    } catch (Throwable failure) { // nobody else is left to tell of it
      CrashReport.print(failure);
      status = ExitCode.INTERNAL.status();
    }
    System.out.flush();
    System.err.flush();
    Processes.exit(status);
  }

  private static int run(Path target) {
    MainImage image;
    Optional<Resumption> resumption;
    try {
      image = MainImage.boot();
      image.prepare();
      rehearseCommandLines();
      resumption = image.write(target);
    } catch (IOException e) {
      System.err.println("polyproc: the image could not be written: " + e.getMessage());
      return ExitCode.FAILED.status();
    }
    return resumption.isPresent() ? perform(image, resumption.get()) : ExitCode.OK.status();
  }

  /** Loads the classes that a restored process needs at once. */
  private static void rehearseCommandLines() {
    Arguments.parse(List.of("-c", "pass"), CommandName.POLYPROC);
    Preconditions.problem(new Program.Code("pass"));
    Preconditions.problem(new Program.Script("/no such script"));
  }

  /** In a restored process. */
  private static int perform(MainImage image, Resumption resumption) {
    List<String> all = resumption.arguments();
    String launcher = all.get(LAUNCHER);
    List<String> arguments = all.subList(LAUNCHER + 1, all.size());
    CommandName name = CommandName.of(launcher);
    Invocation invocation = Arguments.parse(arguments, name);
    if (invocation instanceof Invocation.Run run && run.options().equals(PythonOptions.DEFAULT)) {
      Optional<Problem> problem = Preconditions.problem(run.program());
      if (problem.isPresent()) {
        System.err.println(name + ": " + problem.get().message());
        return problem.get().code().status();
      }
      return image.run(run.program(), run.arguments(), resumption);
    }
    return withoutImage(launcher, arguments, resumption.variables());
  }

  /** Becomes the command that boots, with the options that this process does not have. */
  private static int withoutImage(
      String launcher, List<String> arguments, Map<String, String> variables) {
    List<String> command = new ArrayList<>(List.of(launcher, "--no-image"));
    command.addAll(arguments);
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
