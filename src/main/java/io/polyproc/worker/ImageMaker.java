package io.polyproc.worker;

import io.polyproc.bridge.PythonOptions;
import io.polyproc.bridge.PythonRuntime;
import io.polyproc.bridge.Recording;
import io.polyproc.distribution.Installation;
import io.polyproc.hotspot.CompilerTier;
import io.polyproc.hotspot.ImageWriter;
import io.polyproc.hotspot.JavaHeap;
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
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The process of an image: it boots Python, prepares for any program, and has its memory written to
 * a file.
 *
 * <pre>
 *   boot ──► importModules ──┬── runBriefly (a first image) ──┬─► write ──┬── this process: ends
 *                            └── warmUp ──────────────────────┘           │
 *                                                      the file ──────────┘
 *                                 └── lib/restore ──► a {@link RestoredProcess}
 * </pre>
 *
 * <p>{@code write} returns twice, as a fork does: here without a {@link RestoredProcess}, and in
 * each restored process with itself. Before it, what the warm-up has left open is closed, and the
 * compilers come to rest: the image has a thread as it was when it was written.
 *
 * <p>Confined to the thread that boots it, which is Python's main thread.
 */
public final class ImageMaker {
  private static final System.Logger LOG = System.getLogger(ImageMaker.class.getName());

  private static final String TITLE = "polyproc: image";
  private static final int STANDARD_ERROR = 2;

  /** How often the start and the end of a process are run before the workloads. */
  private static final int ROUNDS = 60;

  /** Each piece ten times, which is two minutes of one processor's time. */
  private static final int EVERYDAY_STEPS = 480;

  /** Each piece twice. */
  private static final int TWO_PASSES = 96;

  /** How often they are run when the image is about to be written. */
  private static final int ROUNDS_AFTER_COLLECTION = 6;

  /** So often the collector gets its chance before an image is written. */
  private static final int MAX_COLLECTIONS = 10;

  // It is quiet when less than 1/QUIET_SHARE of a processor was used for so long.
  private static final int QUIET_MILLIS = 500;
  private static final int QUIET_SHARE = 10;

  private final BootedPython booted;
  private final Installation installation;
  private final String build;
  private final ImageSupervision control;
  private final CompilerGate gate;
  private final PythonRuntime python;
  private final JavaHeap heap = JavaHeap.find();

  private int round;
  private boolean isWarmedUp;

  private ImageMaker(BootedPython booted, String build) {
    this.booted = booted;
    this.build = build;
    installation = booted.installation();
    control = booted.control();
    gate = booted.gate();
    python = booted.python();
  }

  /**
   * Boots. The process must have been started as a worker is, with the low numbers of descriptors
   * taken.
   *
   * @throws IOException if the JDK is another one than that which can be restored, with the reason
   */
  public static ImageMaker boot() throws IOException {
    InitialSignals.setForAll();
    ignoreInterrupts();
    ProcessTitle.set(TITLE);
    Installation installation = Installation.current();
    String build = installation.build();
    ImageMaker maker = new ImageMaker(BootedPython.boot(installation), build);
    ignoreInterrupts();
    return maker;
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
    control.begin(
        RestoredProcess.workerCommand(booted, Path.of("none")), Map.of()); // no worker is started
    ControlClient client = control.connect();
    Descriptors.close(client.takeDescriptor(client.shareDescriptor(STANDARD_ERROR)));
    control.close();
    client.awaitEnd();
    control.end();
  }

  /**
   * Instead of {@link #warmUp}, for a first image: does twice what scripts do in their first
   * seconds. Most of the time of a first use is loading and linking, and the interpreter's code
   * changes with what it meets.
   */
  public void runBriefly() {
    runEverydayWorkloads(TWO_PASSES, true);
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
    runEverydayWorkloads(EVERYDAY_STEPS, false);
    checkBuild();
    gate.open();
    runEverydayWorkloads(TWO_PASSES, false);
    WarmUpPlan plan =
        new WarmUpPlan(python, this::runRound, ImageMaker::isQuiet, this::limitCompilers);
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

  private void runEverydayWorkloads(int steps, boolean briefly) {
    for (int i = 0; i < steps; i++) {
      python.runEverydayWorkload(briefly);
    }
  }

  /** What C1 still profiles for C2 has to be compiled once more, so some workloads follow. */
  private void limitCompilers() {
    try {
      CompilerTier.find().limitToC1();
    } catch (UnsupportedOperationException e) {
      LOG.log(System.Logger.Level.WARNING, "programs have C2, if the JVM has: {0}", e.getMessage());
    }
    runEverydayWorkloads(2 * TWO_PASSES, false);
  }

  private void runRound() {
    try {
      ProcessRound.run(python, round++, control::connected);
    } finally {
      control.connected(null);
      booted.bridge().disconnect();
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
    RestoredProcess restored = new RestoredProcess(booted, resumption, isWarmedUp);
    try {
      restored.takeOver();
      python.runProgramRound(
          restored.begin(
              PythonOptions.DEFAULT,
              program,
              List.of("argument"),
              Recording.NONE,
              sampleProgram()));
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
   * @return in a restored process itself, which has given up what the image's process had; empty in
   *     this one
   * @throws IOException if it can't be written, with the reason
   */
  public Optional<RestoredProcess> write(Path target) throws IOException {
    List<Path> files = new ArrayList<>(List.of(installation.buildFile()));
    python.startFiles().stream().map(Path::of).forEach(files::add);
    closeUnused();
    System.gc();
    enterCompiledCode();
    replaceUnused();
    // What the JVM has opened until now has numbers above those of programs.
    Descriptors.freeLowNumbers();
    booted.codes().forgetHeat();
    SemaphoreArena.abandonAll();
    Memory.trim();
    heap.zero();
    Optional<Resumption> resumption = new ImageWriter(target, files).write();
    if (resumption.isEmpty()) {
      return Optional.empty();
    }
    RestoredProcess restored = new RestoredProcess(booted, resumption.get(), isWarmedUp);
    restored.becomeAnother();
    return Optional.of(restored);
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
    booted.codes().forgetHeat();
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
}
