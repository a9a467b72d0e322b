package io.polyproc.worker;

import io.polyproc.bridge.Bridge;
import io.polyproc.bridge.PythonContexts;
import io.polyproc.bridge.PythonOptions;
import io.polyproc.bridge.PythonRuntime;
import io.polyproc.bridge.Recording;
import io.polyproc.distribution.Installation;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.InitialSignals;
import io.polyproc.posix.ProcessTitle;
import io.polyproc.protocol.ControlClient;
import io.polyproc.supervisor.StandbyPolicy;
import io.polyproc.supervisor.Supervisor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The program given on the command line. It runs in this JVM, which is also home to the supervisor
 * of its processes, so that the program's process id is the one that the shell knows.
 */
public final class MainProgram implements Bridge.Supervision {
  /** The system property in which the launcher names what {@code sys.executable} is to be. */
  static final String EXECUTABLE_PROPERTY = "polyproc.executable";

  private final PythonOptions options;
  private final Program program;
  private final List<String> arguments;
  private final Recording recording;
  private final Installation installation = Installation.current();
  private final List<String> workerCommand;
  private Supervisor.@Nullable Connection supervisor;

  private MainProgram(
      PythonOptions options,
      Program program,
      List<String> arguments,
      Recording recording,
      List<String> workerCommand) {
    this.options = options;
    this.program = program;
    this.arguments = arguments;
    this.recording = recording;
    this.workerCommand = workerCommand;
  }

  /**
   * Runs a program to its end.
   *
   * @param arguments become {@code sys.argv[1:]}
   * @param recording what it is to tell of itself
   * @return its exit status
   */
  public static int run(
      PythonOptions options, Program program, List<String> arguments, Recording recording) {
    Installation installation = Installation.current();
    List<String> workerCommand = WorkerCommand.booting(installation, options, false);
    return new MainProgram(options, program, arguments, recording, workerCommand).run();
  }

  /**
   * Runs a program whose workers are no workers, for the training of the AOT cache.
   *
   * @param workerCommand starts whatever stands for a worker
   */
  static int train(PythonOptions options, Program program, List<String> workerCommand) {
    return new MainProgram(options, program, List.of(), Recording.NONE, workerCommand).run();
  }

  private int run() {
    InitialSignals.set();
    ProcessTitle.set("polyproc " + String.join(" ", commandLine()));
    Bridge bridge = new Bridge(installation.home(), this);
    CompilerGate gate = CompilerGate.close();
    PythonRuntime python =
        PythonRuntime.start(
            PythonContexts.engine(),
            options,
            installation.pythonShim(),
            executable(installation),
            commandLine(),
            bridge);
    Descriptors.claimLowNumbers();
    gate.openAfterWork();
    GcTrigger.startOnce();
    try {
      return python.runMain(program.kind(), program.what(), arguments, recording);
    } finally {
      beforeEnd();
    }
  }

  /** What {@code sys.executable} is to be in this process. */
  public static Path executable(Installation installation) {
    String named = System.getProperty(EXECUTABLE_PROPERTY, "");
    return named.isEmpty() ? installation.launcher() : Path.of(named);
  }

  private List<String> commandLine() {
    List<String> line = new ArrayList<>(options.toArguments());
    switch (program) {
      case Program.Script script -> line.add(script.path());
      case Program.Module module -> line.addAll(List.of("-m", module.name()));
      case Program.Code code -> line.addAll(List.of("-c", code.text()));
      case Program.StandardInput input -> {
        if (!input.name().isEmpty()) {
          line.add(input.name());
        }
      }
    }
    line.addAll(arguments);
    return line;
  }

  @Override
  public ControlClient connect() {
    Supervisor.Connection connection =
        Supervisor.start(workerCommand, System.getenv(), StandbyPolicy.fromEnvironment());
    supervisor = connection;
    return ControlClient.connect(connection.socket(), () -> {});
  }

  @Override
  public void beforeEnd() {
    Supervisor.Connection connection = supervisor;
    if (connection != null) {
      connection.close();
    }
  }

  @Override
  public void afterFork() {
    Supervisor.Connection connection = supervisor;
    if (connection != null) {
      supervisor = null;
      connection.abandon();
    }
  }
}
