package io.polyproc.worker;

import io.polyproc.hotspot.BufferedRandomness;
import io.polyproc.hotspot.JvmFork;
import io.polyproc.image.HeapKeeper;
import io.polyproc.image.Installation;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.MessageSocket.Packet;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.ProcessTitle;
import io.polyproc.posix.Processes;
import io.polyproc.python.Bridge;
import io.polyproc.python.CodeCache;
import io.polyproc.python.CrashReport;
import io.polyproc.python.PythonContexts;
import io.polyproc.python.PythonOptions;
import io.polyproc.python.PythonRuntime;
import io.polyproc.sync.SemaphoreArena;
import io.polyproc.wire.ControlClient;
import io.polyproc.wire.Message;
import io.polyproc.wire.Message.Assign;
import io.polyproc.wire.Message.Role;
import io.polyproc.wire.MessageCodec;
import io.polyproc.wire.RunRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.graalvm.polyglot.Engine;
import org.jspecify.annotations.Nullable;

/**
 * A worker JVM: boots, tells its supervisor, waits on its control socket for an assignment, becomes
 * that process and ends with it.
 *
 * <p>When the supervisor goes, a worker without assignment ends, and so does a daemonic process;
 * any other one goes on.
 */
public final class Worker {
  /** What starts a worker, as {@code -m} names it. */
  static final String MAIN = "io.polyproc/" + Worker.class.getName();

  /** The descriptor of the control socket, inherited from the supervisor. */
  static final int CONTROL = 3;

  /** An argument instead of options: run once what workers run, for the AOT cache, and exit. */
  static final String TRAIN = "--train";

  private static final String IN_BACKGROUND = "polyproc.in-background";

  /** A system property: whether a main program's process may leave an heir. */
  private static final String LEAVES_HEIRS = "polyproc.leaves-heirs";

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

  /** How often a zygote plays the start and the end of a process. */
  private static final int ROUNDS = 60;

  /** An apprentice is ready when it has used less than 1/QUIET_SHARE of a processor for so long. */
  private static final int QUIET_MILLIS = 500;

  private static final int QUIET_SHARE = 10;

  private static final String COMPILER = "jdk.graal.compiler";

  /** The signals from here on, {@code man 7 signal}, are nobody's to whom these are unknown. */
  private static final int FIRST_REAL_TIME = 32;

  /** What a worker does while it has nothing to do. */
  private enum Preparation {
    WARM_UP,
    IMPORTS,
    REHEARSAL,
    /** An apprentice's only one. */
    PRACTICE,
    /** An heir's last one: until all is compiled that its first steps have called for. */
    SETTLING,
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
  private @Nullable Practice practice;
  private Preparation preparation = Preparation.WARM_UP;
  private boolean isHeir;

  /** What the program of an heir's process had imported. */
  private List<String> modules = List.of();

  /** In the heir of a program that has ended: its own control socket. */
  private @Nullable MessageSocket inherited;

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

  /**
   * The command that starts a worker for programs with these options and executable.
   *
   * @param inBackground whether nobody waits while it boots, so that it may warm up thoroughly
   */
  public static List<String> command(
      Installation installation, PythonOptions options, Path executable, boolean inBackground) {
    return command(installation, options, executable, inBackground, List.of());
  }

  /** The command that starts a worker of the daemon. */
  public static List<String> daemonCommand(
      Installation installation, PythonOptions options, Path executable, boolean leavesHeirs) {
    return command(
        installation, options, executable, true, List.of("-D" + LEAVES_HEIRS + "=" + leavesHeirs));
  }

  /**
   * As above, with more options for the JVM.
   *
   * @param more come last, so that they win
   */
  public static List<String> command(
      Installation installation,
      PythonOptions options,
      Path executable,
      boolean inBackground,
      List<String> more) {
    List<String> command = new ArrayList<>(installation.javaCommand());
    if (inBackground) {
      command.add("-D" + IN_BACKGROUND + "=true");
    }
    command.add("-D" + MainProgram.EXECUTABLE_PROPERTY + "=" + executable);
    command.addAll(more);
    command.addAll(List.of("-m", MAIN));
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
      Worker worker = boot(options);
      int status = worker.serve();
      while (worker.inherited != null) {
        worker = worker.renewed(options, worker.inherited);
        status = worker.serve();
      }
      return status;
    } catch (Throwable failure) { // nobody else is left to tell of it
      CrashReport.print(failure);
      return FAILED;
    }
  }

  private static Worker boot(PythonOptions options) {
    CompilerGate gate = CompilerGate.close();
    DeferredControl deferred = new DeferredControl();
    Bridge bridge = new Bridge(Installation.current().home(), deferred);
    CodeCache codes = new CodeCache(PythonContexts.engine());
    boolean keepsCode = Boolean.getBoolean(LEAVES_HEIRS) && codes.keep();
    PythonRuntime python = startPython(codes.engine(), options, bridge);
    if (keepsCode) {
      python.importNothingNative();
    }
    MessageSocket control = MessageSocket.of(CONTROL);
    Descriptors.freeLowNumbers();
    return new Worker(control, codes, python, bridge, deferred::connected, gate);
  }

  /**
   * In a process that was restored from an image with a prepared Python in it: waits for an
   * assignment and runs it; returns the exit status.
   *
   * @param connect makes the bridge speak to the supervisor through a client
   */
  static int serveRestored(
      CodeCache codes,
      PythonRuntime python,
      Bridge bridge,
      Consumer<ControlClient> connect,
      CompilerGate gate) {
    ProcessTitle.set("polyproc: standby");
    MessageSocket control = MessageSocket.of(CONTROL);
    Descriptors.freeLowNumbers();
    return new Worker(control, codes, python, bridge, connect, gate).serve();
  }

  /** A worker in this process, when its program has ended: with this one's engine. */
  private Worker renewed(PythonOptions options, MessageSocket inherited) {
    // The JVM takes over no signal that is ignored.
    Processes.setDefaultAction(Processes.SIGINT);
    DeferredControl deferred = new DeferredControl();
    Bridge bridge = new Bridge(Installation.current().home(), deferred);
    boolean _ = codes.keep();
    PythonRuntime python = startPython(codes.engine(), options, bridge);
    Worker renewed = new Worker(inherited, codes, python, bridge, deferred::connected, gate);
    renewed.isHeir = true;
    python.importAhead(modules);
    return renewed;
  }

  private static PythonRuntime startPython(Engine engine, PythonOptions options, Bridge bridge) {
    Installation installation = Installation.current();
    PythonRuntime python =
        PythonRuntime.start(
            engine,
            options,
            installation.pythonShim(),
            MainProgram.executable(installation),
            options.toArguments(),
            bridge);
    // The context has installed a handler that would raise KeyboardInterrupt in an idle worker.
    Processes.ignore(Processes.SIGINT);
    return python;
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
        case Message.AssignProgram assign -> {
          return runProgram(assign.mayLeaveHeir(), descriptors);
        }
        case Message.Fork fork -> fork(fork.role(), descriptors);
        case Message.Prepare _ -> {} // it has ended the rest
        case Message other -> throw new IllegalStateException("not an assignment: " + other);
      }
    }
  }

  /**
   * Prepares until something comes, in short steps: a worker that is in demand has its message
   * after the one it is in. Rehearsals wait while others use all processors.
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
        // A process or a program that was played has taken it over.
        Processes.ignore(Processes.SIGINT);
      }
    }
  }

  private Preparation step() {
    return switch (preparation) {
      case WARM_UP -> warmUp();
      case IMPORTS -> python.importAhead() ? Preparation.IMPORTS : allImported();
      case REHEARSAL -> rehearse() ? Preparation.REHEARSAL : prepared();
      case PRACTICE -> practise() ? Preparation.PRACTICE : prepared();
      case SETTLING -> settle() ? prepared() : Preparation.SETTLING;
      case DONE -> Preparation.DONE;
    };
  }

  private Preparation warmUp() {
    boolean inBackground = Boolean.getBoolean(IN_BACKGROUND);
    if (python.warmUp(inBackground)) {
      return Preparation.WARM_UP;
    }
    tell(new Message.Warm(JvmFork.isSupported()));
    return inBackground ? Preparation.IMPORTS : Preparation.DONE;
  }

  /** What comes now is made anew in each round, and nobody's to find again. */
  private Preparation allImported() {
    codes.freeze();
    return isHeir ? Preparation.SETTLING : Preparation.REHEARSAL;
  }

  /** Plays a round; false if all were played. */
  private boolean rehearse() {
    if (round == ROUNDS) {
      return false;
    }
    playRound();
    return true;
  }

  private void playRound() {
    Rehearsal.play(python, round++, deferred);
    bridge.disconnect();
  }

  /** Does a little of what an apprentice does; false if that was all, or there is no compiler. */
  private boolean practise() {
    if (ModuleLayer.boot().findModule(COMPILER).isEmpty()) {
      return false;
    }
    gate.open();
    if (practice == null) {
      practice = new Practice(python, codes, this::playRound, this::isQuiet);
    }
    return practice.step();
  }

  private boolean settle() {
    if (!isQuiet()) {
      return false;
    }
    System.gc();
    return true;
  }

  /** Whether nothing is compiled for a while, or somebody waits for this worker. */
  private boolean isQuiet() {
    Duration before = Processes.processorTime();
    return Descriptors.poll(new int[] {control.fd()}, QUIET_MILLIS)[0]
        || Processes.processorTime().minus(before).toMillis() * QUIET_SHARE <= QUIET_MILLIS;
  }

  private Preparation prepared() {
    if (!isHeir) { // the same program runs again: what is hot there is worth compiling
      codes.forgetHeat();
    }
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
      case APPRENTICE -> preparation = Preparation.PRACTICE;
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
    if (assign.group() != 0) {
      Processes.joinGroup(assign.group());
    }
    takeStandardStreams(descriptors, STANDARD_INPUT);
    ProcessTitle.set(assign.title());
    gate.openAfterWork();
    HeapKeeper.start();
    deferred.accept(ControlClient.connect(control, () -> supervisorGone(assign.daemonic())));
    return python.runProcess(
        assign.parentPid(),
        descriptors[PARENT],
        descriptors[PAYLOAD],
        Arrays.copyOfRange(descriptors, OTHERS, descriptors.length));
  }

  /** Becomes the first process of a program. */
  private int runProgram(boolean mayLeaveHeir, int[] descriptors) {
    RunRequest request;
    try {
      request = RunRequest.decode(MemoryFile.content(descriptors[0]));
    } catch (IOException e) {
      throw new UncheckedIOException("the request to run a program can't be read", e);
    }
    Descriptors.close(descriptors[0]);
    request.ignoredSignals().forEach(Processes::ignore);
    Processes.joinGroup(0);
    Estate estate = mayLeaveHeir && codes.keep() ? Estate.note() : null;
    if (estate == null) {
      codes.freeze();
    } else {
      python.noteBegin();
    }
    takeStandardStreams(descriptors, 1);
    Descriptors.handDown(
        Arrays.copyOfRange(descriptors, 4, descriptors.length), request.descriptors());
    ProcessTitle.set("polyproc " + String.join(" ", request.commandLine()));
    gate.openAfterWork();
    HeapKeeper.start();
    ControlClient client = ControlClient.connect(control, () -> {});
    deferred.accept(client);
    int status = python.runProgram(request);
    if (estate != null
        && !bridge.isForked()
        && status == 0
        && request.ignoredSignals().stream().noneMatch(number -> number < FIRST_REAL_TIME)
        && estate.isWorthwhile()
        && !codes.isFull()
        && python.leavesNothing()) {
      inherited = estate.leave(control, client, this::endProgram);
    }
    return status;
  }

  /** In an heir. */
  private void endProgram() {
    modules = python.importedModules();
    python.close();
    SemaphoreArena.forgetAll();
    BufferedRandomness.forget();
    System.gc();
  }

  private static void takeStandardStreams(int[] descriptors, int first) {
    for (int stream = 0; stream <= 2; stream++) {
      Descriptors.duplicateTo(descriptors[first + stream], stream);
      Descriptors.close(descriptors[first + stream]);
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
