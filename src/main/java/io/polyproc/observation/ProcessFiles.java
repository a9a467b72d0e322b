package io.polyproc.observation;

import io.polyproc.posix.Processes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code /proc} tells of one process, whichever it is: its memory, its threads, and what these
 * wait for. A process that has ended, or is another user's, has nothing to tell.
 *
 * <p>Any thread may call.
 */
public final class ProcessFiles {
  static final Path PROC = Path.of("/proc");

  private ProcessFiles() {}

  /**
   * Memory, in KiB, as the kernel counts it all the time: asking for it costs nothing.
   *
   * @param resident what is in memory, with what others have, too: RSS
   * @param anonymous the part of it that is of no file: what the process has written, and what its
   *     parent had when it was forked
   */
  public record Memory(long resident, long anonymous) {}

  /**
   * Who has how much of the memory, in KiB. The kernel has to look at each page for that, which
   * takes some milliseconds a process.
   *
   * @param proportional its own and its share of what it shares: PSS
   * @param own what no other process has: USS
   * @param shared what others have, too
   */
  public record Shares(long proportional, long own, long shared) {}

  /** Empty if the process has ended, or the kernel does not tell. */
  public static Optional<Memory> memory(int pid) {
    try {
      Map<String, Long> sizes = sizes(PROC.resolve(pid + "/status"));
      return Optional.of(
          new Memory(sizes.getOrDefault("VmRSS", 0L), sizes.getOrDefault("RssAnon", 0L)));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** Empty if the process has ended, or the kernel does not tell. */
  public static Optional<Shares> shares(int pid) {
    try {
      Map<String, Long> sizes = sizes(PROC.resolve(pid + "/smaps_rollup"));
      long own = sizes.getOrDefault("Private_Clean", 0L) + sizes.getOrDefault("Private_Dirty", 0L);
      return Optional.of(
          new Shares(sizes.getOrDefault("Pss", 0L), own, sizes.getOrDefault("Rss", 0L) - own));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static Map<String, Long> sizes(Path file) throws IOException {
    Map<String, Long> sizes = new HashMap<>();
    for (String line : text(file).split("\n", -1)) {
      int colon = line.indexOf(':');
      if (colon > 0 && line.endsWith(" kB")) {
        sizes.put(
            line.substring(0, colon),
            Long.valueOf(line.substring(colon + 1, line.length() - 3).strip()));
      }
    }
    return sizes;
  }

  /** The ids of all processes; none on a system without {@code /proc}. */
  static List<Integer> ids() {
    List<Integer> ids = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[1-9]*")) {
      for (Path process : processes) {
        ids.add(Integer.valueOf(process.getFileName().toString()));
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Then there are those.
    }
    return ids;
  }

  /** Whether a process is this user's. */
  static boolean isOwn(int pid) throws IOException {
    return Integer.valueOf(Processes.effectiveUser())
        .equals(Files.getAttribute(PROC.resolve(Integer.toString(pid)), "unix:uid"));
  }

  /** The fields of {@code stat}, from the third on. */
  static String[] stat(int pid) throws IOException {
    String stat = text(PROC.resolve(pid + "/stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ", -1);
  }

  /** Whether there is a process with this id. */
  static boolean exists(int pid) {
    return Files.exists(PROC.resolve(Integer.toString(pid)));
  }

  /** Whether the process has a handler for a signal: {@code SigCgt}. */
  static boolean catches(int pid, int signal) {
    try {
      return text(PROC.resolve(pid + "/status"))
          .lines()
          .filter(line -> line.startsWith("SigCgt:"))
          .anyMatch(
              line ->
                  (Long.parseUnsignedLong(line.substring("SigCgt:".length()).strip(), 16)
                              >>> (signal - 1)
                          & 1)
                      == 1);
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }

  /** The kernel's ids of a process's threads and their names. */
  static Map<Integer, String> threads(int pid) {
    Map<Integer, String> found = new LinkedHashMap<>();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(PROC.resolve(pid + "/task"))) {
      for (Path thread : threads) {
        found.put(
            Integer.valueOf(thread.getFileName().toString()), text(thread.resolve("comm")).strip());
      }
    } catch (IOException | RuntimeException e) {
      // It has ended, or one of its threads has: then there are those.
    }
    return found;
  }

  /** The kernel's id of a process's thread with a name; 0 if there is none. */
  static int thread(int pid, String name) {
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(PROC.resolve(pid + "/task"))) {
      for (Path thread : threads) {
        if (text(thread.resolve("comm")).strip().equals(name)) {
          return Integer.parseInt(thread.getFileName().toString());
        }
      }
    } catch (IOException | RuntimeException e) {
      // It has ended, or one of its threads has.
    }
    return 0;
  }

  /** How often a thread has been given a processor; -1 if the kernel does not tell. */
  static long runs(int pid, int thread) {
    try {
      String[] fields =
          text(PROC.resolve(pid + "/task/" + thread + "/schedstat")).strip().split(" ", -1);
      return Long.parseLong(fields[2]);
    } catch (IOException | RuntimeException e) {
      return -1;
    }
  }

  /** What the kernel says that a thread waits for, as {@code futex_do_wait}; empty if it runs. */
  static String kernelWait(int pid, int thread) {
    try {
      String wait = text(PROC.resolve(pid + "/task/" + thread + "/wchan")).strip();
      return wait.equals("0") ? "" : wait;
    } catch (IOException e) {
      return "";
    }
  }

  static String text(Path path) throws IOException {
    return Files.readString(path, StandardCharsets.ISO_8859_1);
  }
}
