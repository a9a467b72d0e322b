package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

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
import java.util.Optional;

/**
 * Calls on raw file descriptors. The caller that receives a descriptor from here owns and closes
 * it.
 *
 * <p>Knows which descriptors are this runtime's own affair, so that {@link #ofProgram} can tell
 * those of the Python program, which a child that is forked by value gets, too.
 */
public final class Descriptors {
  private static final int F_GETFD = 1;
  private static final int F_DUPFD_CLOEXEC = 1030;
  static final int SOCK_CLOEXEC = 0x80000;
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;

  /**
   * Numbers below this are the program's, so that a child that is forked by value can have those
   * that its parent has.
   */
  static final int FIRST_OF_RUNTIME = 256;

  /**
   * The runtime's own descriptors have numbers from here on where they can be chosen and so many
   * are allowed: a program that looks for a large number of its own, and takes the first free one
   * above the usual, must not get that of a descriptor which the runtime opens at that moment.
   */
  private static final int FIRST_CHOSEN = 1024;

  // Below this are the files of a JVM that was not started by one.
  private static final int FIRST_OF_PROGRAM = 64;
  private static final int O_RDWR = 2;
  private static final int O_CLOEXEC = 0x80000;
  private static final Path OPEN = Path.of("/proc/self/fd");
  private static final BitSet INTERNAL = new BitSet();

  private Descriptors() {}

  /**
   * Makes a new descriptor the runtime's own, not the Python program's.
   *
   * @return the number that it has from now on
   */
  static int internal(int fd) {
    if (fd >= FIRST_CHOSEN) {
      return note(fd);
    }
    int moved = (int) LibC.FCNTL.tryCall(fd, F_DUPFD_CLOEXEC, FIRST_CHOSEN);
    if (moved < 0 && fd < FIRST_OF_RUNTIME) {
      moved = (int) LibC.FCNTL.tryCall(fd, F_DUPFD_CLOEXEC, FIRST_OF_RUNTIME);
    }
    if (moved < 0) {
      // So few are allowed that there are no such numbers.
      return note(fd);
    }
    LibC.CLOSE.tryCall(fd);
    return note(moved);
  }

  private static int note(int fd) {
    synchronized (INTERNAL) {
      INTERNAL.set(fd);
    }
    return fd;
  }

  /**
   * Hands one of the runtime's own descriptors over to the Python program.
   *
   * @return the number that it has from now on
   */
  public static int handOver(int fd) {
    int moved = duplicate(fd);
    close(fd);
    return moved;
  }

  static void release(int fd) {
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
    open().forEach(Descriptors::note);
    try (MemoryFile filler = MemoryFile.create("polyproc-filler", 0)) {
      int fd = duplicate(filler.fd());
      while (fd < FIRST_OF_PROGRAM) {
        note(fd);
        fd = duplicate(filler.fd());
      }
      close(fd);
    }
  }

  /**
   * In a process that {@link ChildProcess#start} has started, whose JVM got numbers above the
   * program's: frees those for the program that begins now.
   */
  public static void freeLowNumbers() {
    for (int fd = 3; fd < FIRST_OF_RUNTIME; fd++) {
      LibC.CLOSE.tryCall(fd);
    }
    open().stream().filter(fd -> fd > 2).forEach(Descriptors::note);
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

  /**
   * Those of {@link #ofProgram} that cannot be opened again by a name: pipes, sockets and the like.
   */
  public static int[] nameless(Path home) {
    return Arrays.stream(ofProgram(home))
        .filter(
            fd ->
                target(fd)
                    .filter(target -> !target.startsWith("/") || target.endsWith(" (deleted)"))
                    .isPresent())
        .toArray();
  }

  /** Puts {@code /dev/null} in the place of what is open under a number. */
  public static void replaceByNothing(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      int nothing =
          (int) LibC.OPEN.call(LibC.cString(arena, "/dev/null").address(), O_RDWR | O_CLOEXEC, 0);
      duplicateTo(nothing, fd);
      close(nothing);
    }
  }

  private static Optional<String> target(int fd) {
    try {
      return Optional.of(Files.readSymbolicLink(OPEN.resolve(Integer.toString(fd))).toString());
    } catch (IOException e) {
      // Closed meanwhile.
      return Optional.empty();
    }
  }

  private static List<Integer> open() {
    List<Integer> open = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(OPEN)) {
      entries.forEach(entry -> open.add(Integer.valueOf(entry.getFileName().toString())));
    } catch (IOException | DirectoryIteratorException e) {
      // Without /proc nothing is known to be the program's.
      open.clear();
    }
    open.removeIf(fd -> !isOpen(fd)); // the folder's
    return open;
  }

  private static boolean isProgramFile(int fd, Path home) {
    String target = target(fd).orElse("");
    if (target.startsWith("pipe:") || target.startsWith("socket:")) {
      return true;
    }
    return target.startsWith("/memfd:")
        ? !target.startsWith("/memfd:polyproc-")
        : target.startsWith("/") && !isRuntimeFile(target, home);
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

  /** Two connected sockets, closed on exec; see {@code man 2 socketpair}. */
  public static int[] socketPair(int family, int type, int protocol) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      LibC.SOCKETPAIR.call(family, type | SOCK_CLOEXEC, protocol, ends.address());
      return ends.toArray(JAVA_INT);
    }
  }

  /** Two connected stream sockets that are the runtime's own. */
  public static int[] privateSocketPair() {
    int[] ends = socketPair(AF_UNIX, SOCK_STREAM, 0);
    return new int[] {internal(ends[0]), internal(ends[1])};
  }

  /** Closes a descriptor; an already closed one is no error, a leak would be. */
  public static void close(int fd) {
    release(fd);
    LibC.CLOSE.tryCall(fd);
  }

  /** {@link #close} for each. */
  public static void closeAll(int[] fds) {
    for (int fd : fds) {
      close(fd);
    }
  }

  /** Writes one byte; a peer that has gone is no error. */
  public static void write(int fd, byte value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(1);
      buffer.set(JAVA_BYTE, 0, value);
      long result;
      do {
        result = LibC.WRITE.tryCall(fd, buffer.address(), 1);
      } while (result == -Errno.EINTR);
    }
  }

  /** Waits for one byte; false if the peer has closed without one. */
  public static boolean readByte(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(1);
      return LibC.READ.call(fd, buffer.address(), 1) == 1;
    }
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
    boolean[] ready = new boolean[fds.length];
    int[] events = new int[fds.length];
    Arrays.fill(events, PollEntries.POLLIN);
    int[] found = poll(fds, events, timeoutMillis);
    for (int i = 0; i < fds.length; i++) {
      ready[i] = found[i] != 0;
    }
    return ready;
  }

  /**
   * Waits for events of descriptors, as {@code poll(2)}.
   *
   * @param events for each descriptor the {@code POLL…} bits to wait for
   * @param timeoutMillis how long to wait; negative waits for ever
   * @return for each descriptor what came; all 0 after the timeout or a signal
   */
  public static int[] poll(int[] fds, int[] events, int timeoutMillis) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment set = PollEntries.allocate(arena, fds.length);
      for (int i = 0; i < fds.length; i++) {
        PollEntries.set(set, i, fds[i], events[i]);
      }
      int[] found = new int[fds.length];
      long count = LibC.POLL.tryCall(set.address(), fds.length, timeoutMillis);
      if (count < 0 && count != -Errno.EINTR) {
        throw new PosixException("poll", (int) -count);
      }
      for (int i = 0; count > 0 && i < fds.length; i++) {
        found[i] = PollEntries.found(set, i);
      }
      return found;
    }
  }
}
