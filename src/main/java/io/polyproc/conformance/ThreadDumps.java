package io.polyproc.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The stacks of a hung run's processes: Java's by {@code jcmd}, of others what the kernel knows.
 */
final class ThreadDumps {

  private static final String JCMD =
      Path.of(System.getProperty("java.home"), "bin/jcmd").toString();

  private ThreadDumps() {}

  static List<String> of(List<MarkedProcesses.Found> processes) {
    return processes.stream().map(ThreadDumps::of).toList();
  }

  private static String of(MarkedProcesses.Found process) {
    return "process " + process + "\n" + (isJava(process) ? javaStacks(process) : wait(process));
  }

  private static boolean isJava(MarkedProcesses.Found process) {
    try { // the executable: a worker writes its command line anew
      return Path.of("/proc/" + process.pid() + "/exe").toRealPath().endsWith("bin/java");
    } catch (IOException e) {
      return false; // gone, or replaced on disk meanwhile
    }
  }

  private static String javaStacks(MarkedProcesses.Found process) {
    try {
      Process jcmd =
          new ProcessBuilder(
                  "timeout", "10", JCMD, Long.toString(process.pid()), "Thread.print", "-l")
              .redirectErrorStream(true)
              .start();
      return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String wait(MarkedProcesses.Found process) {
    try {
      return "waits in " + Files.readString(Path.of("/proc/" + process.pid() + "/wchan"));
    } catch (IOException e) {
      return "gone";
    }
  }
}
