package io.polyproc.worker;

import io.polyproc.bridge.PythonContexts;
import io.polyproc.bridge.PythonOptions;
import io.polyproc.bridge.Recording;
import io.polyproc.bridge.RunRequest;
import io.polyproc.hotspot.Resumption;
import io.polyproc.posix.ProcessTitle;
import io.polyproc.posix.Processes;
import io.polyproc.sync.SemaphoreArena;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A process that was restored from an image. It becomes a main program, or a worker: what its own
 * parent gave it is its own, and what must differ from process to process is made anew.
 *
 * <p>The {@link ImageMaker} goes the same way for its warm-up, in the process whose image is
 * written.
 *
 * <p>Confined to Python's main thread, as its maker is.
 */
public final class RestoredProcess {
  private final BootedPython booted;
  private final Resumption resumption;
  private final boolean isWarmedUp;

  /**
   * Begins nothing yet.
   *
   * @param resumption what the process was started with
   * @param isWarmedUp whether the process of the image had warmed up
   */
  RestoredProcess(BootedPython booted, Resumption resumption, boolean isWarmedUp) {
    this.booted = booted;
    this.resumption = resumption;
    this.isWarmedUp = isWarmedUp;
  }

  /** Gives up what no two processes may have in common. */
  void becomeAnother() throws IOException {
    takeOver();
    SemaphoreArena.forgetAll();
    booted.bridge().afterFork();
    resumption.succeeded();
  }

  /** The part of it that may be done at any time. */
  void takeOver() throws IOException {
    try {
      booted.environment().replace(resumption.variables());
      booted.random().reseed();
    } catch (ReflectiveOperationException e) {
      throw BootedPython.notReplaceable(e);
    }
    System.setProperty("user.dir", folder());
    booted.python().afterFork();
  }

  private static String folder() throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/self/cwd")).toString();
  }

  /** What it was started with. */
  public Resumption resumption() {
    return resumption;
  }

  /** Whether the process of the image had warmed up before it was written. */
  public boolean isWarmedUp() {
    return isWarmedUp;
  }

  /**
   * In a process that a supervisor has restored as a worker: waits for an assignment and runs it.
   *
   * @param command that would have booted it: of its options, only the class path of a Java program
   *     is not the image's
   * @return the exit status
   */
  public int serve(List<String> command) {
    String classPath = "-D" + PythonContexts.HOST_CLASS_PATH_PROPERTY + "=";
    command.stream()
        .filter(option -> option.startsWith(classPath))
        .map(option -> option.substring(classPath.length()))
        .forEach(PythonContexts::addHostClasses);
    return Worker.serveRestored(booted);
  }

  /** Whether this process, which has booted with the default options, can have others. */
  public boolean canHave(PythonOptions options) {
    return options.equals(PythonOptions.DEFAULT)
        || options.canBeApplied(resumption.variables(), booted.python().hasUserSite());
  }

  /**
   * Runs its program to the end. Its workers are restored, too.
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
      Path image) {
    RunRequest request = begin(options, program, arguments, recording, image);
    booted.gate().openAfterWork();
    GcTrigger.startOnce();
    try {
      return booted.python().runProgram(request);
    } finally {
      booted.control().close();
    }
  }

  RunRequest begin(
      PythonOptions options,
      Program program,
      List<String> arguments,
      Recording recording,
      Path image) {
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
    booted.control().begin(workerCommand(booted, image), resumption.variables());
    return request;
  }

  /** Restores a worker, or boots one where the image does not fit any more. */
  static List<String> workerCommand(BootedPython booted, Path image) {
    return WorkerCommand.restoring(
        booted.installation(),
        image,
        WorkerCommand.booting(booted.installation(), PythonOptions.DEFAULT, false));
  }
}
