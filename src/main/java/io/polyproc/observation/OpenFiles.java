package io.polyproc.observation;

import io.polyproc.posix.PosixException;
import io.polyproc.posix.UnixSockets;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which processes have which ends of pipes and sockets open, as the kernel tells: so it is known
 * which could read what a process writes, and write what it waits for.
 */
final class OpenFiles {
  private static final String SOCKET = "socket:[";
  private static final String PIPE = "pipe:[";
  private static final int ACCESS_MODE = 3;
  private static final int READ_ONLY = 0;

  private final Map<Integer, Map<Integer, String>> targets = new HashMap<>();

  /** By what {@code /proc/PID/fd} says, and for pipes the end. */
  private final Map<String, Set<Integer>> owners = new HashMap<>();

  private final Map<Long, UnixSockets.Socket> sockets;

  /** Reads what processes have open. */
  OpenFiles(Collection<Integer> pids) {
    sockets = sockets();
    for (int pid : pids) {
      Map<Integer, String> own = new HashMap<>();
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
        for (Path file : files) {
          note(pid, file, own);
        }
      } catch (IOException | RuntimeException e) {
        // It has ended: it has nothing open.
      }
      targets.put(pid, own);
    }
  }

  private static Map<Long, UnixSockets.Socket> sockets() {
    try {
      return UnixSockets.all();
    } catch (PosixException e) {
      return Map.of();
    }
  }

  private void note(int pid, Path file, Map<Integer, String> own) {
    try {
      String target = Files.readSymbolicLink(file).toString();
      if (target.startsWith(SOCKET) || target.startsWith(PIPE)) {
        int fd = Integer.parseInt(file.getFileName().toString());
        String end = target.startsWith(PIPE) ? target + pipeEnd(pid, fd) : target;
        own.put(fd, end);
        owners.computeIfAbsent(end, _ -> new TreeSet<>()).add(pid);
      }
    } catch (IOException e) {
      // It was closed meanwhile.
    }
  }

  private static String pipeEnd(int pid, int fd) throws IOException {
    String flags =
        ProcessFiles.text(Path.of("/proc/" + pid + "/fdinfo/" + fd))
            .lines()
            .filter(line -> line.startsWith("flags:"))
            .map(line -> line.substring("flags:".length()).strip())
            .findFirst()
            .orElse("0");
    return (Integer.parseInt(flags, 8) & ACCESS_MODE) == READ_ONLY ? "r" : "w";
  }

  /**
   * The processes that have the other end of what a process has open.
   *
   * @return empty if that can't be known, as for a connection by network
   */
  Optional<Set<Integer>> peers(int pid, int fd) {
    String own = targets.getOrDefault(pid, Map.of()).get(fd);
    if (own == null) {
      return Optional.empty();
    }
    if (own.startsWith(PIPE)) {
      String base = own.substring(0, own.length() - 1);
      return Optional.of(owners.getOrDefault(base + (own.endsWith("r") ? "w" : "r"), Set.of()));
    }
    UnixSockets.Socket socket = sockets.get(inode(own));
    if (socket == null) {
      return Optional.empty();
    }
    return Optional.of(owners.getOrDefault(SOCKET + socket.peer() + "]", Set.of()));
  }

  /** The processes that have the same end open as a process has, itself among them. */
  Optional<Set<Integer>> sharers(int pid, int fd) {
    String own = targets.getOrDefault(pid, Map.of()).get(fd);
    return own == null
        ? Optional.empty()
        : Optional.of(new HashSet<>(owners.getOrDefault(own, Set.of())));
  }

  /** Whether there is something to be read from a socket that a process has open. */
  boolean hasSomething(int pid, int fd) {
    String own = targets.getOrDefault(pid, Map.of()).get(fd);
    if (own == null || own.startsWith(PIPE)) {
      return false;
    }
    UnixSockets.Socket socket = sockets.get(inode(own));
    return socket != null && socket.waiting() > 0;
  }

  private static long inode(String target) {
    return Long.parseLong(target.substring(SOCKET.length(), target.length() - 1));
  }
}
