package io.polyproc.worker;

import io.polyproc.bridge.Bridge;
import io.polyproc.bridge.CodeCache;
import io.polyproc.bridge.CrashReport;
import io.polyproc.bridge.PythonContexts;
import io.polyproc.bridge.PythonOptions;
import io.polyproc.bridge.PythonRuntime;
import io.polyproc.distribution.Installation;
import io.polyproc.hotspot.BufferedRandomness;
import io.polyproc.hotspot.JvmFork;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.InitialSignals;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.MessageSocket.Packet;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.ProcessTitle;
import io.polyproc.posix.Processes;
import io.polyproc.protocol.ControlClient;
import io.polyproc.protocol.Message;
import io.polyproc.protocol.Message.Assign;
import io.polyproc.protocol.Message.Role;
import io.polyproc.protocol.MessageCodec;
import io.polyproc.sync.SemaphoreArena;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A worker JVM: boots, tells its supervisor, waits on its control socket for an assignment, becomes
 * that process and ends with it.
 *
 * <pre>
 *   boot ── Ready ──► wait for a message ──┬── Assign ──► run the process in the payload ──► exit
 *                       ▲         │        └── Fork, a zygote only ──► a child begins at "wait"
 *                       │         │ none, and a processor to spare
 *                       └── the next piece of a Preparation
 * </pre>
 *
 * <p>A preparation is done in pieces, between which the socket is looked at, so that an assignment
 * waits for one piece at most. Only the main thread runs Python and reads the socket.
 *
 * <p>When the supervisor goes, a worker without assignment ends, and so does a daemonic process;
 * any other one goes on.
 */
public final class Worker {
  /** The descriptor of the control socket, inherited from the supervisor. */
  static final int CONTROL = 3;

  /** An argument instead of options: run once what workers run, for the AOT cache, and exit. */
  static final String TRAIN = "--train";

  /** The exit status of a process that fails outside its program. */
  private static final int FAILED = 1;

  // The descriptors of an Assign message.
  private static final int PARENT = 0;
  private static final int PAYLOAD = 1;
  private static final int STANDARD_INPUT = 2;
  private static final int OTHERS = 5;

  // Those of a Fork message.
  private static final int CHILD_CONTROL = 0;
  private static final int CHILD_OUTPUT = 1;

  /**
   * How long a zygote that was forked from a claimed worker waits before it warms up: many programs
   * start one process only, which needs the processor now.
   */
  private static final int REST_MILLIS = 1000;

  /** How long to wait before looking again whether there is a processor to spare. */
  private static final int BUSY_MILLIS = 250;

  /** How often a zygote runs the start and the end of a process. */
  private static final int ROUNDS = 60;

  /** What a worker does while it has nothing to do. */
  private enum Preparation {
    WARM_UP,
    IMPORTS,
    PROCESS_ROUNDS,
    DONE
  }

  private MessageSocket control;
  private final CodeCache codes;
  private final PythonRuntime python;
  private final Bridge bridge;
  private final Consumer<ControlClient> deferred;
  private final CompilerGate gate;
  private int rest;
  private int round;
  private Preparation preparation = Preparation.WARM_UP;

  private Worker(
      MessageSocket control,
      CodeCache codes,
      PythonRuntime python,
      Bridge bridge,
      Consumer<ControlClient> deferred,
      CompilerGate gate) {
    this.gate = gate;
    this.bridge = bridge;
    this.control = control;
    this.codes = codes;
    this.python = python;
    this.deferred = deferred;
  }

  /** Started by the supervisor only; its arguments are those of {@link PythonOptions}. */
  public static void main(String[] arguments) {
    if (Arrays.asList(arguments).contains(TRAIN)) {
      TrainingProgram.run();
      return;
    }
    InitialSignals.set();
    Processes.ignore(Processes.SIGINT);
    ProcessTitle.set("polyproc: standby");
    CrashReport.forAllThreads();
    Processes.exit(run(PythonOptions.fromArguments(List.of(arguments))));
  }

  private static int run(PythonOptions options) {
    try {
      return boot(options).serve();
    } catch (Throwable failure) { // no other code is left to report it
      CrashReport.print(failure);
      return FAILED;
    }
  }

  private static Worker boot(PythonOptions options) {
    CompilerGate gate = CompilerGate.close();
    DeferredControl deferred = new DeferredControl();
    Installation installation = Installation.current();
    Bridge bridge = new Bridge(installation.home(), deferred);
    CodeCache codes = new CodeCache(PythonContexts.engine());
    PythonRuntime python =
        PythonRuntime.start(
            codes.engine(),
            options,
            installation.pythonShim(),
            MainProgram.executable(installation),
            options.toArguments(),
            bridge);
    // The context has installed a handler that would raise KeyboardInterrupt in an idle worker.
    Processes.ignore(Processes.SIGINT);
    MessageSocket control = MessageSocket.of(CONTROL);
    Descriptors.freeLowNumbers();
    return new Worker(control, codes, python, bridge, deferred::connected, gate);
  }

  /**
   * In a process that was restored from an image with a prepared Python in it: waits for an
   * assignment and runs it; returns the exit status.
   */
  static int serveRestored(BootedPython booted) {
    ProcessTitle.set("polyproc: standby");
    MessageSocket control = MessageSocket.of(CONTROL);
    Descriptors.freeLowNumbers();
    return new Worker(
            control,
            booted.codes(),
            booted.python(),
            booted.bridge(),
            booted.control()::connected,
            booted.gate())
        .serve();
  }

  /** Waits for an assignment and runs it; returns the exit status. */
  private int serve() {
    tell(new Message.Ready());
    while (true) {
      prepare();
      Packet packet = control.receive();
      if (packet == null) {
        return 0;
      }
      int[] descriptors = packet.descriptors();
      switch (MessageCodec.decode(packet.data())) {
        case Assign assign -> {
          return runProcess(assign, descriptors);
        }
        case Message.Fork fork -> fork(fork.role(), descriptors);
        case Message.Prepare _ -> {} // it has ended the rest
        case Message other -> throw new IllegalStateException("not an assignment: " + other);
      }
    }
  }

  /**
   * Prepares until something comes, in short steps: a worker that is in demand has its message
   * after the one it is in. Process rounds wait while others use all processors.
   */
  private void prepare() {
    int[] fd = {control.fd()};
    int wait = rest;
    rest = 0;
    while (preparation != Preparation.DONE && !Descriptors.poll(fd, wait)[0]) {
      if (preparation != Preparation.WARM_UP
          && Processes.runnable() > Runtime.getRuntime().availableProcessors()) {
        wait = BUSY_MILLIS;
      } else {
        wait = 0;
        preparation = step();
        // The process of a round has taken it over.
        Processes.ignore(Processes.SIGINT);
      }
    }
  }

  private Preparation step() {
    return switch (preparation) {
      case WARM_UP -> warmUp();
      case IMPORTS -> python.importAhead() ? Preparation.IMPORTS : Preparation.PROCESS_ROUNDS;
      case PROCESS_ROUNDS -> runRound() ? Preparation.PROCESS_ROUNDS : prepared();
      case DONE -> Preparation.DONE;
    };
  }

  private Preparation warmUp() {
    boolean inBackground = WorkerCommand.isInBackground();
    if (python.warmUp(inBackground)) {
      return Preparation.WARM_UP;
    }
    tell(new Message.Warm(JvmFork.isSupported()));
    return inBackground ? Preparation.IMPORTS : Preparation.DONE;
  }

  /** Runs a round; false if there were enough. */
  private boolean runRound() {
    if (round == ROUNDS) {
      return false;
    }
    ProcessRound.run(python, round++, deferred);
    bridge.disconnect();
    return true;
  }

  private Preparation prepared() {
    codes.forgetHeat();
    tell(new Message.Prepared());
    return Preparation.DONE;
  }

  private void tell(Message message) {
    // If the supervisor has gone, the next message is its end.
    boolean _ = control.send(MessageCodec.encode(message));
  }

  /** Forks this JVM; the child has a control socket of its own. */
  private void fork(Role role, int[] descriptors) {
    int child;
    try {
      child = JvmFork.load().fork(true);
    } catch (PosixException | UnsupportedOperationException e) {
      Descriptors.closeAll(descriptors);
      tell(new Message.ForkFailed(String.valueOf(e.getMessage())));
      return;
    }
    SemaphoreArena.forgetAll();
    if (child != 0) {
      Descriptors.closeAll(descriptors);
      tell(new Message.Forked(child));
      return;
    }
    switch (role) {
      case STANDBY -> preparation = Preparation.DONE;
      case ZYGOTE -> rest = REST_MILLIS;
    }
    control.close();
    control = MessageSocket.of(descriptors[CHILD_CONTROL]);
    Descriptors.duplicateTo(descriptors[CHILD_OUTPUT], 1);
    Descriptors.duplicateTo(descriptors[CHILD_OUTPUT], 2);
    Descriptors.close(descriptors[CHILD_OUTPUT]);
    BufferedRandomness.forget();
    bridge.afterFork();
    python.afterFork();
  }

  private int runProcess(Assign assign, int[] descriptors) {
    takeStandardStreams(descriptors);
    ProcessTitle.set(assign.title());
    gate.openAfterWork();
    GcTrigger.startOnce();
    deferred.accept(ControlClient.connect(control, () -> supervisorGone(assign.daemonic())));
    return python.runProcess(
        assign.parentPid(),
        descriptors[PARENT],
        descriptors[PAYLOAD],
        Arrays.copyOfRange(descriptors, OTHERS, descriptors.length));
  }

  private static void takeStandardStreams(int[] descriptors) {
    for (int stream = 0; stream <= 2; stream++) {
      Descriptors.duplicateTo(descriptors[STANDARD_INPUT + stream], stream);
      Descriptors.close(descriptors[STANDARD_INPUT + stream]);
    }
  }

  private static void supervisorGone(boolean daemonic) {
    if (daemonic) {
      Processes.signal(Processes.id(), Processes.SIGKILL);
    }
  }

  /** The control client that exists only once there is an assignment. */
  private static final class DeferredControl implements Bridge.Supervision {
    private volatile @Nullable ControlClient client;
    private volatile boolean forked;

    void connected(ControlClient connected) {
      client = connected;
    }

    @Override
    public ControlClient connect() throws IOException {
      ControlClient connected = client;
      if (connected == null) {
        throw new IOException(
            forked
                ? "the supervisor of this program has ended"
                : "a standby worker has no program yet");
      }
      return connected;
    }

    @Override
    public void afterFork() {
      client = null;
      forked = true;
    }
  }
}
