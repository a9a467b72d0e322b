package io.polyproc.cli;

import io.polyproc.conformance.Verification;
import io.polyproc.distribution.Installation;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code polyproc verify}: proof, on the user's machine. */
@Command(
    name = "polyproc verify",
    description = {
      "Runs the conformance programs and compares what each prints with what CPython 3.12 printed.",
      "A table shows areas and start methods; what differs is printed in full.",
      ""
    },
    footer = {"", "Exit status: 0 if all is as recorded, 1 if not."})
final class VerifyCommand implements Callable<Integer> {

  @Parameters(
      arity = "0..*",
      paramLabel = "PROGRAMS",
      description = "only those whose name matches, such as 'fork/*' (quoted)")
  private List<String> globs = List.of();

  @Option(names = "--jobs", description = "how many programs run at a time; by default 2")
  private int jobs = 2;

  @Mixin
  @SuppressWarnings("unused") // Picocli fills it
  private final HelpOption help = new HelpOption();

  static int execute(List<String> arguments) {
    return new CommandLine(new VerifyCommand()).execute(arguments.toArray(String[]::new));
  }

  @Override
  public Integer call() throws InterruptedException {
    Installation installation = Installation.current();
    String command = installation.bin().resolve("polyproc").toString();
    try {
      int failures =
          Verification.run(
              List.of(command),
              installation.home(),
              installation.conformancePrograms(),
              globs,
              Math.max(1, jobs),
              System.out);
      return failures == 0 ? 0 : 1;
    } catch (IOException | IllegalArgumentException e) {
      System.err.println("polyproc verify: " + e.getMessage());
      return ExitCode.USAGE.status();
    }
  }
}
