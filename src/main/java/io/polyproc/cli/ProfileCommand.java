package io.polyproc.cli;

import io.polyproc.trace.Profile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code polyproc profile}: completes the profile of a program that was killed. */
@Command(
    name = "polyproc profile",
    description = {
      "Completes the flame graph of a program that was run with --profile <file> and",
      "was killed: makes it of what its processes had written to <file>.parts.",
      ""
    })
final class ProfileCommand implements Callable<Integer> {
  @Parameters(paramLabel = "<file>", description = "as the program was given it")
  @SuppressWarnings("NullAway.Init") // Picocli sets it
  private Path file;

  @Mixin
  @SuppressWarnings("unused") // Picocli fills it
  private final HelpOption help = new HelpOption();

  static int execute(List<String> arguments) {
    return new CommandLine(new ProfileCommand()).execute(arguments.toArray(String[]::new));
  }

  @Override
  public Integer call() {
    try {
      int processes = Profile.complete(file);
      System.out.printf("%s: of %d processes%n", file, processes);
      return ExitCode.OK.status();
    } catch (IOException e) {
      System.err.println("polyproc: " + e.getMessage());
      return ExitCode.UNAVAILABLE.status();
    }
  }
}
