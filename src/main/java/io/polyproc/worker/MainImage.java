package io.polyproc.worker;

import io.polyproc.bridge.Bridge;
import io.polyproc.bridge.CodeCache;
import io.polyproc.bridge.PythonContexts;
import io.polyproc.bridge.PythonOptions;
import io.polyproc.bridge.PythonRuntime;
import io.polyproc.bridge.Recording;
import io.polyproc.bridge.RunRequest;
import io.polyproc.distribution.Installation;
import io.polyproc.hotspot.CompilerTier;
import io.polyproc.hotspot.ImageWriter;
import io.polyproc.hotspot.JavaEnvironment;
import io.polyproc.hotspot.JavaHeap;
import io.polyproc.hotspot.JavaRandom;
import io.polyproc.hotspot.Resumption;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.InitialSignals;
import io.polyproc.posix.Memory;
import io.polyproc.posix.ProcessTitle;
import io.polyproc.posix.Processes;
import io.polyproc.protocol.ControlClient;
import io.polyproc.sync.SemaphoreArena;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A process that boots Python, prepares for any program, and has its image written to a file. Each
 * process that is restored from that becomes a main program: what its own parent gave it is its
 * own, and what must differ from process to process is made anew.
 *
 * <pre>
 *   boot ──► importModules ──► warmUp ──► write ──┬── this process: ends
 *            (a first image has no warm-up)       │
 *                              the file ──────────┘
 *                                 └── lib/restore ──► becomeAnother ──► serve: the main program
 * </pre>
 *
 * <p>{@code write} returns twice, as a fork does: here without a {@link Resumption}, and in each
 * restored process with the one that the restorer has filled in. Before it, what the warm-up has
 * left open is closed, and the compilers come to rest: the image has a thread as it was when it was
 * written.
 *
 * <p>Confined to the thread that boots it, which is Python's main thread.
 */
public final class MainImage {
  private static final System.Logger LOG = System.getLogger(MainImage.class.getName());

  private static final String TITLE = "polyproc: image";
  private static final int STANDARD_ERROR = 2;

  /** How often the start and the end of a process are run before the workloads. */
  private static final int ROUNDS = 60;

  /** Each piece ten times, which is a minute and a half of one processor's time. */
  private static final int EVERYDAY_STEPS = 360;

  /** Each piece twice. */
  private static final int COMPILED_STEPS = 72;

  /** How often they are run when the image is about to be written. */
  private static final int ROUNDS_AFTER_COLLECTION = 6;

  /** So often the collector gets its chance before an image is written. */
  private static final int MAX_COLLECTIONS = 10;

  // It is quiet when less than 1/QUIET_SHARE of a processor was used for so long.
  private static final int QUIET_MILLIS = 500;
  private static final int QUIET_SHARE = 10;

  private final ImageSupervision control = new ImageSupervision();
  private final Installation installation = Installation.current();
  private final String build = installation.build();
  private final JavaEnvironment environment;
  private final JavaRandom random;
  private final JavaHeap heap;
  private final CompilerGate gate;
  private final CodeCache codes;
  private final Bridge bridge;
  private final PythonRuntime python;

  private int round;
  private boolean isWarmedUp;

  private MainImage(
      JavaEnvironment environment, JavaRandom random, CompilerGate gate, CodeCache codes) {
    this.environment = environment;
    this.random = random;
    heap = JavaHeap.find();
    this.gate = gate;
    this.codes = codes;
    bridge = new Bridge(installation.home(), control);
    python =
        PythonRuntime.start(
            codes.engine(),
            PythonOptions.DEFAULT,
            installation.pythonShim(),
            MainProgram.executable(installation),
            List.of(),
            bridge);
    ignoreInterrupts();
  }

  /**
   * Boots. The process must have been started as a worker is, with the low numbers of descriptors
   * taken.
   *
   * @throws IOException if the JDK is another one than that which can be restored, with the reason
   */
  public static MainImage boot() throws IOException {
    InitialSignals.setForAll();
    ignoreInterrupts();
    ProcessTitle.set(TITLE);
    JavaEnvironment environment;
    JavaRandom random;
    try {
      environment = JavaEnvironment.find();
      random = JavaRandom.find();
    } catch (ReflectiveOperationException e) {
      throw new IOException("the JDK's variables and seeds can't be replaced: " + e, e);
    }
    CompilerGate gate = CompilerGate.close();
    return new MainImage(environment, random, gate, new CodeCache(PythonContexts.engine()));
  }

  /**
   * Imports what programs and processes need.
   *
   * @throws IOException if this process can't have what a program would have
   */
  public void importModules() throws IOException {
    while (python.warmUp(true)) {
      // the next step
    }
    while (python.importAhead()) {
      // the next module
    }
    gate.warmUp();
    warmUpSupervisor();
  }

  /** Loads and links what the first process that a program starts needs of a supervisor. */
  private void warmUpSupervisor() throws IOException {
    control.begin(workerCommand(Path.of("none")), Map.of()); // no worker is started
    ControlClient client = control.connect();
    Descriptors.close(client.takeDescriptor(client.shareDescriptor(STANDARD_ERROR)));
    control.close();
    client.awaitEnd();
    control.end();
  }

  /**
   * Lets the compiler see what programs do, until that is compiled: it takes some minutes of a
   * processor's time.
   *
   * @throws IOException if what is installed is another build than when this process was booted
   */
  public void warmUp() throws IOException {
    for (int i = 0; i < ROUNDS; i++) {
      checkBuild();
      runRound();
    }
    // Without Graal at first: here the interpreter itself is to be compiled.
    runEverydayWorkloads(EVERYDAY_STEPS);
    checkBuild();
    gate.open();
    runEverydayWorkloads(COMPILED_STEPS);
    WarmUpPlan plan =
        new WarmUpPlan(python, this::runRound, MainImage::isQuiet, this::limitCompilers);
    while (plan.step()) {
      checkBuild();
      ignoreInterrupts();
    }
    isWarmedUp = true;
  }

  /**
   * A context, and each process and program of a round, installs a handler that would raise
   * KeyboardInterrupt here.
   */
  private static void ignoreInterrupts() {
    Processes.ignore(Processes.SIGINT);
  }

  /**
   * Ends a warm-up whose image no program would start from.
   *
   * @throws IOException if what is installed is another build than when this process was booted
   */
  private void checkBuild() throws IOException {
    if (!installation.build().equals(build)) {
      throw new IOException(installation.home() + " was built anew, or deleted, meanwhile");
    }
  }

  private void runEverydayWorkloads(int steps) {
    for (int i = 0; i < steps; i++) {
      python.runEverydayWorkload();
    }
  }

  /** What C1 still profiles for C2 has to be compiled once more, so some workloads follow. */
  private void limitCompilers() {
    try {
      CompilerTier.find().limitToC1();
    } catch (UnsupportedOperationException e) {
      LOG.log(System.Logger.Level.WARNING, "programs have C2, if the JVM has: {0}", e.getMessage());
    }
    runEverydayWorkloads(2 * COMPILED_STEPS);
  }

  /** Whether it had warmed up before its image was written. */
  public boolean isWarmedUp() {
    return isWarmedUp;
  }

  private void runRound() {
    try {
      ProcessRound.run(python, round++, control::connected);
    } finally {
      control.connected(null);
      bridge.disconnect();
    }
    runProgramRound(new Program.Code("pass"));
    runProgramRound(new Program.Script(sampleProgram().toString()));
  }

  private Path sampleProgram() {
    return installation.pythonShim().resolve("_polyproc/warmup/sample_program.py");
  }

  /**
   * Goes the way of a restored process that runs a program. What compiled code has never met there
   * would be given up in each restored process, and each time HotSpot walks through all of its
   * code, for milliseconds.
   */
  private void runProgramRound(Program program) {
    Resumption resumption = new Resumption(List.of(), System.getenv(), List.of(), List.of(), 0);
    try {
      takeOver(resumption);
      python.runProgramRound(
          begin(
              PythonOptions.DEFAULT,
              program,
              List.of("argument"),
              Recording.NONE,
              sampleProgram(),
              resumption));
      resumption.succeeded();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      control.close();
      control.end();
      ProcessTitle.set(TITLE);
      ignoreInterrupts();
    }
  }

  /** Whether nothing is compiled for a while, nor waits to be, as on a busy machine. */
  private static boolean isQuiet() {
    Duration before = Processes.wantedTime();
    try {
      Thread.sleep(QUIET_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Processes.wantedTime().minus(before).abs().toMillis() * QUIET_SHARE <= QUIET_MILLIS;
  }

  /**
   * Writes the image; returns when that is done, and in each process that is restored.
   *
   * @return what a restored process is told; empty in this one
   * @throws IOException if it can't be written, with the reason
   */
  public Optional<Resumption> write(Path target) throws IOException {
    List<Path> files = new ArrayList<>(List.of(installation.buildFile()));
    python.startFiles().stream().map(Path::of).forEach(files::add);
    closeUnused();
    System.gc();
    enterCompiledCode();
    replaceUnused();
    // What the JVM has opened until now has numbers above those of programs.
    Descriptors.freeLowNumbers();
    codes.forgetHeat();
    SemaphoreArena.abandonAll();
    Memory.trim();
    heap.zero();
    Optional<Resumption> resumption = new ImageWriter(target, files).write();
    if (resumption.isPresent()) {
      becomeAnother(resumption.get());
    }
    return resumption;
  }

  /** Lets the collector close what the warm-up has left to it, as it can't be in an image. */
  private void closeUnused() {
    Path home = installation.home();
    for (int i = 0; i < MAX_COLLECTIONS && Descriptors.nameless(home).length > 0; i++) {
      python.collectGarbage();
    }
  }

  /**
   * After a collection the JVM enters each piece of compiled code by a detour, once, and writes
   * into it. Each process that is restored would do so again for thousands of them, so a brief pass
   * follows, in which nothing gets hot enough to be compiled.
   */
  private void enterCompiledCode() {
    codes.forgetHeat();
    while (isWarmedUp && python.runWorkload(true)) {
      ignoreInterrupts();
    }
    for (int i = 0; i < ROUNDS_AFTER_COLLECTION; i++) {
      runRound();
    }
    while (isWarmedUp && !isQuiet()) {
      // the compiler has something to do
    }
    ignoreInterrupts();
  }

  /**
   * Compiled code may still refer to such a descriptor, but will not use it: what can be in an
   * image takes its place.
   */
  private void replaceUnused() {
    for (int fd : Descriptors.nameless(installation.home())) {
      Descriptors.replaceByNothing(fd);
    }
  }

  /** Gives up what no two processes may have in common. */
  private void becomeAnother(Resumption resumption) throws IOException {
    takeOver(resumption);
    SemaphoreArena.forgetAll();
    bridge.afterFork();
    resumption.succeeded();
  }

  /** The part of it that may be done at any time. */
  private void takeOver(Resumption resumption) throws IOException {
    try {
      environment.replace(resumption.variables());
      random.reseed();
    } catch (ReflectiveOperationException e) {
      throw new IOException("the JDK's variables and seeds can't be replaced: " + e, e);
    }
    System.setProperty("user.dir", folder());
    python.afterFork();
  }

  private static String folder() throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/self/cwd")).toString();
  }

  /** Whether a command is that of a worker, as {@link Worker#command} has it. */
  public static boolean startsWorker(List<String> command) {
    return command.contains(Worker.MAIN);
  }

  /**
   * In a process that a supervisor has restored as a worker: waits for an assignment and runs it.
   *
   * @param command that would have booted it: of its options, only the class path of a Java program
   *     is not the image's
   */
  public int serve(List<String> command) {
    String classPath = "-D" + PythonContexts.HOST_CLASS_PATH_PROPERTY + "=";
    command.stream()
        .filter(option -> option.startsWith(classPath))
        .map(option -> option.substring(classPath.length()))
        .forEach(PythonContexts::addHostClasses);
    return Worker.serveRestored(codes, python, bridge, control::connected, gate);
  }

  /**
   * Whether this process, which has booted with the default options, can have others.
   *
   * @param resumption what it has from the shell
   */
  public boolean canHave(PythonOptions options, Resumption resumption) {
    return options.equals(PythonOptions.DEFAULT)
        || options.canBeApplied(resumption.variables(), python.hasUserSite());
  }

  /**
   * In a restored process: runs its program to the end. Its workers are restored, too.
   *
   * @param options that it {@linkplain #canHave can have}
   * @param arguments become {@code sys.argv[1:]}
   * @param recording what the program is to tell of itself
   * @param image the file that it was restored from
   * @return the exit status
   */
  public int run(
      PythonOptions options,
      Program program,
      List<String> arguments,
      Recording recording,
      Path image,
      Resumption resumption) {
    RunRequest request = begin(options, program, arguments, recording, image, resumption);
    gate.openAfterWork();
    GcTrigger.startOnce();
    try {
      return python.runProgram(request);
    } finally {
      control.close();
    }
  }

  private RunRequest begin(
      PythonOptions options,
      Program program,
      List<String> arguments,
      Recording recording,
      Path image,
      Resumption resumption) {
    RunRequest request =
        new RunRequest(
            options.toArguments(),
            program.kind(),
            program.what(),
            arguments,
            ".",
            Processes.fileModeMask(),
            resumption.variables(),
            resumption.ignoredSignals(),
            resumption.closedStreams(),
            recording);
    ProcessTitle.set("polyproc " + String.join(" ", request.commandLine()));
    control.begin(workerCommand(image), resumption.variables());
    return request;
  }

  /** Restores a worker, or boots one where the image does not fit any more. */
  private List<String> workerCommand(Path image) {
    return restoring(
        installation,
        image,
        Worker.command(
            installation, PythonOptions.DEFAULT, MainProgram.executable(installation), false));
  }

  /**
   * The command that restores a worker, or boots one where no image fits.
   *
   * @param image the file, without the part of its name that depends on the process's variables
   * @param booting the command that boots it
   */
  public static List<String> restoring(
      Installation installation, Path image, List<String> booting) {
    return Stream.concat(
            Stream.of(installation.restorer().toString(), image.toString()), booting.stream())
        .toList();
  }
}
