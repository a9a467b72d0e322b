package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Calls on raw file descriptors. Whoever receives a descriptor from here owns and closes it.
 *
 * <p>Knows which descriptors are this runtime's own affair, so that {@link #ofProgram} can tell
 * those of the Python program, which a forked child inherits.
 */
public final class Descriptors {
  private static final int F_GETFD = 1;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final short POLLIN = 1;
  private static final int POLLFD_BYTES = 8;

  private static final int FIRST_OF_PROGRAM = 64;
  private static final Path OPEN = Path.of("/proc/self/fd");
  private static final BitSet INTERNAL = new BitSet();

  private Descriptors() {}

  /** Notes that a descriptor is the runtime's own, not the Python program's. */
  static int internal(int fd) {
    synchronized (INTERNAL) {
      INTERNAL.set(fd);
    }
    return fd;
  }

  /** Hands one of the runtime's own descriptors over to the Python program. */
  public static void release(int fd) {
    synchronized (INTERNAL) {
      INTERNAL.clear(fd);
    }
  }

  /**
   * Makes all numbers below {@value #FIRST_OF_PROGRAM} the runtime's own; called before the program
   * begins. What the program opens then has numbers that are free in every worker, so that a forked
   * child can have them too.
   */
  public static void claimLowNumbers() {
    open().forEach(Descriptors::internal);
    try (MemoryFile filler = MemoryFile.create("polyproc-filler", 0)) {
      int fd = duplicate(filler.fd());
      while (fd < FIRST_OF_PROGRAM) {
        internal(fd);
        fd = duplicate(filler.fd());
      }
      close(fd);
    }
  }

  /**
   * The descriptors above 2 that the Python program has opened, in ascending order. What the JVM
   * opens for itself, such as a jar, is told by what it is.
   *
   * @param home the folder of the distribution
   */
  public static int[] ofProgram(Path home) {
    BitSet internal;
    synchronized (INTERNAL) {
      internal = (BitSet) INTERNAL.clone();
    }
    return open().stream()
        .mapToInt(Integer::intValue)
        .filter(fd -> fd > 2 && !internal.get(fd) && isProgramFile(fd, home))
        .sorted()
        .toArray();
  }

  private static List<Integer> open() {
    List<Integer> open = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(OPEN)) {
      entries.forEach(entry -> open.add(Integer.valueOf(entry.getFileName().toString())));
    } catch (IOException | DirectoryIteratorException e) {
      // Without /proc nothing is known to be the program's.
      open.clear();
    }
    return open;
  }

  private static boolean isProgramFile(int fd, Path home) {
    try {
      String target = Files.readSymbolicLink(OPEN.resolve(Integer.toString(fd))).toString();
      if (target.startsWith("pipe:") || target.startsWith("socket:")) {
        return true;
      }
      return target.startsWith("/memfd:")
          ? !target.startsWith("/memfd:polyproc-")
          : target.startsWith("/") && !isRuntimeFile(target, home);
    } catch (IOException e) {
      // Closed meanwhile.
      return false;
    }
  }

  private static boolean isRuntimeFile(String path, Path home) {
    return path.startsWith("/proc/")
        || path.startsWith("/sys/")
        || path.startsWith(home.toString());
  }

  /**
   * Puts descriptors on the numbers that they had in another process; one whose number is taken
   * keeps a number of its own.
   *
   * @param fds received in any order
   * @param numbers the numbers wanted, or -1 for any
   * @return where each is now
   */
  public static int[] place(int[] fds, int[] numbers) {
    int above = Math.max(2, Arrays.stream(numbers).max().orElse(2)) + 1;
    int[] placed = new int[fds.length];
    for (int i = 0; i < fds.length; i++) {
      placed[i] = (int) LibC.FCNTL.call(fds[i], F_DUPFD_CLOEXEC, above);
      close(fds[i]);
    }
    for (int i = 0; i < fds.length; i++) {
      if (numbers[i] > 2 && !isOpen(numbers[i])) {
        int number = (int) LibC.FCNTL.call(placed[i], F_DUPFD_CLOEXEC, numbers[i]);
        close(placed[i]);
        placed[i] = number;
      }
    }
    return placed;
  }

  /** Closes a descriptor; an already closed one is no error, a leak would be. */
  public static void close(int fd) {
    release(fd);
    LibC.CLOSE.tryCall(fd);
  }

  /** A second descriptor for the same open file, closed on exec. */
  public static int duplicate(int fd) {
    return (int) LibC.FCNTL.call(fd, F_DUPFD_CLOEXEC, 3);
  }

  /** A {@linkplain #duplicate duplicate} that is the runtime's own. */
  public static int duplicateInternal(int fd) {
    return internal(duplicate(fd));
  }

  /** Makes {@code target} refer to what {@code fd} refers to, and inheritable. */
  public static void duplicateTo(int fd, int target) {
    LibC.DUP2.call(fd, target);
  }

  /** Whether the number names an open descriptor. */
  public static boolean isOpen(int fd) {
    return LibC.FCNTL.tryCall(fd, F_GETFD) >= 0;
  }

  /**
   * Waits until one of the descriptors can be read, has failed or was closed by its peer.
   *
   * @param timeoutMillis how long to wait; negative waits for ever
   * @return for each descriptor whether it is ready; all false after the timeout or a signal
   */
  public static boolean[] poll(int[] fds, int timeoutMillis) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment set = arena.allocate((long) POLLFD_BYTES * Math.max(1, fds.length), 8);
      for (int i = 0; i < fds.length; i++) {
        set.set(JAVA_INT, (long) POLLFD_BYTES * i, fds[i]);
        set.set(JAVA_SHORT, (long) POLLFD_BYTES * i + 4, POLLIN);
      }
      boolean[] ready = new boolean[fds.length];
      long count = LibC.POLL.tryCall(set.address(), fds.length, timeoutMillis);
      if (count < 0 && count != -Errno.EINTR) {
        throw new PosixException("poll", (int) -count);
      }
      for (int i = 0; count > 0 && i < fds.length; i++) {
        ready[i] = set.get(JAVA_SHORT, (long) POLLFD_BYTES * i + 6) != 0;
      }
      return ready;
    }
  }
}
