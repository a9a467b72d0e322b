package io.polyproc.worker;

import io.polyproc.bridge.PythonOptions;
import io.polyproc.distribution.Installation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The commands that start a worker: one boots it, the other restores it from an image. */
public final class WorkerCommand {
  /** What starts a worker, as {@code -m} names it. */
  private static final String MAIN = "io.polyproc/" + Worker.class.getName();

  private static final String IN_BACKGROUND = "polyproc.in-background";

  private WorkerCommand() {}

  /**
   * The command that boots a worker for programs with these options.
   *
   * @param inBackground whether no program waits while it boots, so that it may warm up thoroughly
   */
  static List<String> booting(
      Installation installation, PythonOptions options, boolean inBackground) {
    return booting(installation, options, inBackground, List.of());
  }

  /**
   * As above, with more options for the JVM.
   *
   * @param more come last, so that they win
   */
  public static List<String> booting(
      Installation installation, PythonOptions options, boolean inBackground, List<String> more) {
    List<String> command = new ArrayList<>(installation.javaCommand());
    if (inBackground) {
      command.add("-D" + IN_BACKGROUND + "=true");
    }
    command.add(
        "-D" + MainProgram.EXECUTABLE_PROPERTY + "=" + MainProgram.executable(installation));
    command.addAll(more);
    command.addAll(List.of("-m", MAIN));
    command.addAll(options.toArguments());
    return List.copyOf(command);
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

  /** Whether a command starts a worker. */
  public static boolean startsWorker(List<String> command) {
    return command.contains(MAIN);
  }

  /** In a worker that was booted: whether no program waited for it. */
  static boolean isInBackground() {
    return Boolean.getBoolean(IN_BACKGROUND);
  }
}
