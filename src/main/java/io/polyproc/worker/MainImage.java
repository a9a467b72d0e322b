package io.polyproc.worker;

import io.polyproc.hotspot.ImageWriter;
import io.polyproc.hotspot.JavaEnvironment;
import io.polyproc.hotspot.Resumption;
import io.polyproc.image.HeapKeeper;
import io.polyproc.image.Installation;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.Memory;
import io.polyproc.posix.ProcessTitle;
import io.polyproc.posix.Processes;
import io.polyproc.python.Bridge;
import io.polyproc.python.CodeCache;
import io.polyproc.python.PythonContexts;
import io.polyproc.python.PythonOptions;
import io.polyproc.python.PythonRuntime;
import io.polyproc.supervisor.StandbyPolicy;
import io.polyproc.supervisor.Supervisor;
import io.polyproc.sync.SemaphoreArena;
import io.polyproc.wire.ControlClient;
import io.polyproc.wire.RunRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A process that boots Python, prepares for any program, and has its image written to a file. Each
 * process that is restored from that becomes a main program: what it has from whoever started it is
 * its own, and what must differ from process to process is made anew.
 *
 * <p>Confined to the thread that boots it, which is Python's main thread.
 */
public final class MainImage {
  private final Control control = new Control();
  private final Installation installation = Installation.current();
  private final JavaEnvironment environment;
  private final CompilerGate gate;
  private final CodeCache codes;
  private final Bridge bridge;
  private final PythonRuntime python;

  private MainImage(JavaEnvironment environment, CompilerGate gate, CodeCache codes) {
    this.environment = environment;
    this.gate = gate;
    this.codes = codes;
    bridge = new Bridge(installation.home(), control, control::close);
    python =
        PythonRuntime.start(
            codes.engine(),
            PythonOptions.DEFAULT,
            installation.pythonShim(),
            MainProgram.executable(installation),
            List.of(),
            bridge);
    // The context has installed a handler that would raise KeyboardInterrupt while it prepares.
    Processes.ignore(Processes.SIGINT);
  }

  /**
   * Boots. The process must have been started as a worker is, with the low numbers of descriptors
   * taken.
   *
   * @throws IOException if the JDK is another one than that which can be restored, with the reason
   */
  public static MainImage boot() throws IOException {
    Processes.ignore(Processes.SIGINT);
    Processes.setDefaultAction(Processes.SIGTERM);
    Processes.setDefaultAction(Processes.SIGHUP);
    ProcessTitle.set("polyproc: image");
    JavaEnvironment environment;
    try {
      environment = JavaEnvironment.find();
    } catch (ReflectiveOperationException e) {
      throw new IOException("the JDK's environment variables can't be replaced: " + e, e);
    }
    CompilerGate gate = CompilerGate.close();
    return new MainImage(environment, gate, new CodeCache(PythonContexts.engine()));
  }

  /** Imports what programs and processes need. */
  public void prepare() {
    while (python.warmUp(true)) {
      // the next step
    }
    while (python.importAhead()) {
      // the next module
    }
    codes.freeze();
  }

  /**
   * Writes the image; returns when that is done, and in each process that is restored.
   *
   * @return what a restored process is told; empty in this one
   * @throws IOException if it can't be written, with the reason
   */
  public Optional<Resumption> write(Path target) throws IOException {
    // What the JVM has opened until now has numbers above those of programs.
    Descriptors.freeLowNumbers();
    codes.forgetHeat();
    SemaphoreArena.forgetAll();
    System.gc();
    Memory.trim();
    Optional<Resumption> resumption =
        new ImageWriter(target, List.of(installation.buildFile())).write();
    if (resumption.isPresent()) {
      becomeAnother(resumption.get());
    }
    return resumption;
  }

  /** Gives up what no two processes may have in common. */
  private void becomeAnother(Resumption resumption) throws IOException {
    try {
      environment.replace(resumption.variables());
    } catch (ReflectiveOperationException e) {
      throw new IOException("the environment variables can't be replaced", e);
    }
    System.setProperty("user.dir", folder());
    SemaphoreArena.forgetAll();
    Worker.forgetRandomNumbers();
    bridge.afterFork();
    python.afterFork();
  }

  private static String folder() throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/self/cwd")).toString();
  }

  /**
   * In a restored process: runs its program to the end.
   *
   * @param arguments become {@code sys.argv[1:]}
   * @return the exit status
   */
  public int run(Program program, List<String> arguments, Resumption resumption) {
    RunRequest request =
        new RunRequest(
            installation.home().toString(),
            PythonOptions.DEFAULT.toArguments(),
            MainProgram.executable(installation).toString(),
            List.of(program.kind(), program.what()),
            arguments,
            ".",
            Processes.fileModeMask(),
            resumption.variables(),
            resumption.ignoredSignals(),
            List.of());
    ProcessTitle.set("polyproc " + String.join(" ", request.commandLine()));
    control.begin(
        Worker.command(
            installation, PythonOptions.DEFAULT, MainProgram.executable(installation), false),
        resumption.variables());
    if (MainProgram.startsProcesses(program)) {
      bridge.prepareQuietly();
    }
    gate.openAfterWork();
    HeapKeeper.start();
    try {
      return python.runProgram(request);
    } finally {
      control.close();
    }
  }

  /** Starts the supervisor when a process is wanted; before there is a program, there is none. */
  private static final class Control implements Supplier<ControlClient>, AutoCloseable {
    private @Nullable List<String> workerCommand;
    private Map<String, String> environment = Map.of();
    private Supervisor.@Nullable Connection supervisor;

    synchronized void begin(List<String> command, Map<String, String> variables) {
      workerCommand = command;
      environment = variables;
    }

    @Override
    public synchronized ControlClient get() {
      List<String> command = workerCommand;
      if (command == null) {
        throw new IllegalStateException("an image has no program yet");
      }
      Supervisor.Connection connection =
          Supervisor.start(command, environment, StandbyPolicy.fromEnvironment());
      supervisor = connection;
      return ControlClient.connect(connection.socket(), () -> {});
    }

    @Override
    public synchronized void close() {
      Supervisor.Connection connection = supervisor;
      if (connection != null) {
        connection.close();
      }
    }
  }
}
