package io.polyproc.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The processes of one run, found through {@code /proc} by a variable in their environment or, for
 * those that were given another environment or had one before, by the run's folder on their command
 * line or as their working directory.
 *
 * @param id the value of the variable {@link #VARIABLE}, different for each run
 * @param folder of the run
 */
record MarkedProcesses(String id, Path folder) {

  /** The environment variable that marks all processes of a run. */
  static final String VARIABLE = "POLYPROC_TEST_ID";

  private static final Path PROC = Path.of("/proc");

  /**
   * A process that is alive.
   *
   * @param pid its id
   * @param commandLine its arguments, separated by blanks
   */
  record Found(long pid, String commandLine) {
    @Override
    public String toString() {
      String start = commandLine.length() < 400 ? commandLine : commandLine.substring(0, 400) + "…";
      return pid + " " + start;
    }
  }

  List<Found> find() throws IOException {
    List<Found> found = new ArrayList<>();
    try (var folders = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : folders) {
        String commandLine = read(process.resolve("cmdline"));
        if (isMarked(process, commandLine)) {
          long pid = Long.parseLong(process.getFileName().toString());
          found.add(new Found(pid, commandLine.replace('\0', ' ').strip()));
        }
      }
    }
    return found;
  }

  private boolean isMarked(Path process, String commandLine) {
    // A zombie has neither: its parent may reap it when it likes.
    return commandLine.contains(folder.toString())
        || worksInFolder(process)
        || ("\0" + read(process.resolve("environ"))).contains("\0" + VARIABLE + "=" + id + "\0");
  }

  private boolean worksInFolder(Path process) {
    try {
      return Files.readSymbolicLink(process.resolve("cwd")).startsWith(folder);
    } catch (IOException e) {
      return false; // it ended meanwhile, or belongs to someone else
    }
  }

  void kill() throws IOException {
    for (Found process : find()) {
      ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // it ended meanwhile, or belongs to someone else
    }
  }
}
