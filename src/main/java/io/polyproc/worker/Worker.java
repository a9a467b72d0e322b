package io.polyproc.worker;

import io.polyproc.image.CompilerGate;
import io.polyproc.image.Installation;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.MessageSocket.Packet;
import io.polyproc.posix.ProcessTitle;
import io.polyproc.posix.Processes;
import io.polyproc.python.Bridge;
import io.polyproc.python.CrashReport;
import io.polyproc.python.PythonOptions;
import io.polyproc.python.PythonRuntime;
import io.polyproc.wire.ControlClient;
import io.polyproc.wire.Message;
import io.polyproc.wire.Message.Assign;
import io.polyproc.wire.MessageCodec;
import io.polyproc.wire.RunRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A worker JVM: boots, tells its supervisor, waits on its control socket for an assignment, becomes
 * that process and ends with it.
 *
 * <p>When the supervisor goes, a worker without assignment ends, and so does a daemonic process;
 * any other one goes on.
 */
public final class Worker {
  /** The descriptor of the control socket, inherited from the supervisor. */
  static final int CONTROL = 3;

  /** An argument instead of options: run once what workers run, for the AOT cache, and exit. */
  static final String TRAIN = "--train";

  private static final String IN_BACKGROUND = "polyproc.in-background";

  /** What a process does at first without the compiler; see {@link CompilerGate}. */
  static final Duration WORK_BEFORE_COMPILING = Duration.ofSeconds(3);

  /** The exit status of a process that fails outside its program. */
  private static final int FAILED = 1;

  // The descriptors of an Assign message.
  private static final int PARENT = 0;
  private static final int PAYLOAD = 1;
  private static final int STANDARD_INPUT = 2;
  private static final int OTHERS = 5;

  private final MessageSocket control;
  private final PythonRuntime python;
  private final DeferredControl deferred;
  private final CompilerGate gate;

  private Worker(
      MessageSocket control, PythonRuntime python, DeferredControl deferred, CompilerGate gate) {
    this.gate = gate;
    this.control = control;
    this.python = python;
    this.deferred = deferred;
  }

  /**
   * The command that starts a worker for programs with these options and executable.
   *
   * @param inBackground whether nobody waits while it boots, so that it may warm up thoroughly
   */
  public static List<String> command(
      Installation installation, PythonOptions options, Path executable, boolean inBackground) {
    List<String> command = new ArrayList<>(installation.javaCommand());
    if (inBackground) {
      command.add("-D" + IN_BACKGROUND + "=true");
    }
    command.add("-D" + MainProgram.EXECUTABLE_PROPERTY + "=" + executable);
    command.addAll(List.of("-m", "io.polyproc/" + Worker.class.getName()));
    command.addAll(options.toArguments());
    return List.copyOf(command);
  }

  /** Started by the supervisor only; its arguments are those of {@link PythonOptions}. */
  public static void main(String[] arguments) {
    if (Arrays.asList(arguments).contains(TRAIN)) {
      Training.run();
      return;
    }
    Processes.ignore(Processes.SIGINT);
    Processes.setDefaultAction(Processes.SIGTERM);
    Processes.setDefaultAction(Processes.SIGHUP);
    ProcessTitle.set("polyproc: standby");
    CrashReport.forAllThreads();
    Processes.exit(run(PythonOptions.fromArguments(List.of(arguments))));
  }

  private static int run(PythonOptions options) {
    try {
      return boot(options).serve();
    } catch (Throwable failure) { // nobody else is left to tell of it
      CrashReport.print(failure);
      return FAILED;
    }
  }

  private static Worker boot(PythonOptions options) {
    CompilerGate gate = CompilerGate.close();
    DeferredControl deferred = new DeferredControl();
    PythonRuntime python =
        startPython(options, new Bridge(Installation.current().home(), deferred, () -> {}));
    // The context has installed a handler that would raise KeyboardInterrupt in an idle worker.
    Processes.ignore(Processes.SIGINT);
    MessageSocket control = MessageSocket.of(CONTROL);
    Descriptors.freeLowNumbers();
    return new Worker(control, python, deferred, gate);
  }

  static PythonRuntime startPython(PythonOptions options, Bridge bridge) {
    Installation installation = Installation.current();
    return PythonRuntime.start(
        options,
        installation.pythonShim(),
        MainProgram.executable(installation),
        options.toArguments(),
        bridge);
  }

  /** Waits for an assignment and runs it; returns the exit status. */
  private int serve() {
    if (!control.send(MessageCodec.encode(new Message.Ready()))) {
      return 0;
    }
    warmUp();
    Packet packet = control.receive();
    if (packet == null) {
      return 0;
    }
    int[] descriptors = packet.descriptors();
    return switch (MessageCodec.decode(packet.data())) {
      case Assign assign -> runProcess(assign, descriptors);
      case Message.AssignProgram _ -> runProgram(descriptors);
      case Message other -> throw new IllegalStateException("not an assignment: " + other);
    };
  }

  private int runProcess(Assign assign, int[] descriptors) {
    takeStandardStreams(descriptors, STANDARD_INPUT);
    ProcessTitle.set(assign.title());
    gate.openAfter(WORK_BEFORE_COMPILING);
    deferred.connected(ControlClient.connect(control, () -> supervisorGone(assign.daemonic())));
    return python.runProcess(
        assign.parentPid(),
        descriptors[PARENT],
        descriptors[PAYLOAD],
        Arrays.copyOfRange(descriptors, OTHERS, descriptors.length));
  }

  /** Becomes the first process of a program. */
  private int runProgram(int[] descriptors) {
    takeStandardStreams(descriptors, 1);
    RunRequest request;
    try {
      request = RunRequest.decode(MemoryFile.content(descriptors[0]));
    } catch (IOException e) {
      throw new UncheckedIOException("the request to run a program can't be read", e);
    }
    Descriptors.close(descriptors[0]);
    Descriptors.handDown(
        Arrays.copyOfRange(descriptors, 4, descriptors.length), request.descriptors());
    request.ignoredSignals().forEach(Processes::ignore);
    ProcessTitle.set("polyproc " + String.join(" ", request.commandLine()));
    gate.openAfter(WORK_BEFORE_COMPILING);
    deferred.connected(ControlClient.connect(control, () -> {}));
    return python.runProgram(request);
  }

  private static void takeStandardStreams(int[] descriptors, int first) {
    for (int stream = 0; stream <= 2; stream++) {
      Descriptors.duplicateTo(descriptors[first + stream], stream);
      Descriptors.close(descriptors[first + stream]);
    }
  }

  /** Step by step: a worker that is in demand has its assignment after the one it is in. */
  private void warmUp() {
    int[] fd = {control.fd()};
    boolean more = true;
    while (more && !Descriptors.poll(fd, 0)[0]) {
      more = python.warmUp(Boolean.getBoolean(IN_BACKGROUND));
    }
  }

  private static void supervisorGone(boolean daemonic) {
    if (daemonic) {
      Processes.signal(Processes.id(), Processes.SIGKILL);
    }
  }

  /** The control client that exists only once there is an assignment. */
  private static final class DeferredControl implements Supplier<ControlClient> {
    private volatile @Nullable ControlClient client;

    void connected(ControlClient connected) {
      client = connected;
    }

    @Override
    public ControlClient get() {
      ControlClient connected = client;
      if (connected == null) {
        throw new IllegalStateException("a standby worker has no program yet");
      }
      return connected;
    }
  }
}
