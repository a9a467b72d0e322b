package io.polyproc.cli;

import io.polyproc.distribution.Installation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code polyproc doctor}. It asks the running JVM and a real Python context rather than files
 * about them, since both were started as every program's are.
 */
@Command(
    name = "polyproc doctor",
    description = {
      "Prints what was found on this machine and what is used.",
      "ok: as it should be; --: slower or limited, and why; !!: programs cannot run.",
      ""
    },
    footer = {"", "Exit status: 0 if programs can run, 1 if they cannot."})
final class DoctorCommand implements Callable<Integer> {

  @Option(names = "--json", description = "print an array of objects instead of lines")
  private boolean json;

  @Mixin
  @SuppressWarnings("unused") // Picocli fills it
  private final HelpOption help = new HelpOption();

  static int execute(List<String> arguments) {
    return new CommandLine(new DoctorCommand()).execute(arguments.toArray(String[]::new));
  }

  @Override
  public Integer call() {
    Diagnosis diagnosis = diagnose();
    System.out.print(json ? diagnosis.toJson() : diagnosis.toText());
    return diagnosis.exitCode().status();
  }

  private static Diagnosis diagnose() {
    List<Finding> findings = new ArrayList<>();
    try {
      Installation installation = Installation.current();
      findings.addAll(new InstallationFindings(installation).all());
      findings.addAll(new PythonFindings(installation).all());
    } catch (RuntimeException e) {
      findings.add(Finding.problem("polyproc", Version.POLYPROC + ", incomplete: " + e));
    }
    findings.addAll(new MachineFindings(Path.of("/"), System.getenv()).all());
    return new Diagnosis(findings);
  }
}
