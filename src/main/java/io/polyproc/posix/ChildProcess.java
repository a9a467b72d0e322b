package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A child process of this JVM, started by {@code posix_spawn} rather than {@link ProcessBuilder},
 * which folds "killed by signal 15" and "exit status 143" into one number and cannot pass
 * descriptors on.
 *
 * <p>The pidfd turns readable when the process has ended; it is the owner's to close, by {@link
 * #reap}.
 */
public final class ChildProcess {
  private static final long SYS_PIDFD_SEND_SIGNAL = 424;
  private static final long SYS_PIDFD_OPEN = 434;
  private static final int SPAWN_SET_SIGNAL_DEFAULT = 4;
  private static final int SPAWN_SET_SIGNAL_MASK = 8;
  private static final int SPAWN_SET_SESSION = 0x80;
  private static final int O_RDWR = 2;
  private static final int SIGNAL_SET_BYTES = 128;
  // glibc's posix_spawn_file_actions_t has 80 bytes and posix_spawnattr_t 336
  private static final int OPAQUE_BYTES = 512;

  /** The process ids of children that are the runtime's and not the program's. */
  private static final Set<Integer> OWN = ConcurrentHashMap.newKeySet();

  private final int pid;
  private final int pidfd;

  private ChildProcess(int pid, int pidfd) {
    OWN.add(pid);
    this.pid = pid;
    this.pidfd = pidfd;
  }

  /**
   * Starts a program with {@code /dev/null} as standard input, in the folder {@code /}.
   *
   * @param command an absolute path and its arguments
   * @param title what the process list shows first, in place of the path
   * @param output becomes the child's standard output and error
   * @param control becomes the child's descriptor 3; the numbers from there to those of a runtime
   *     are taken, until {@link Descriptors#freeLowNumbers}, and every other one is closed
   */
  public static ChildProcess start(
      List<String> command,
      String title,
      Map<String, String> environment,
      int output,
      int control) {
    try (Arena arena = Arena.ofConfined()) {
      int child =
          spawn(
              arena,
              command,
              title,
              variables(environment),
              fileActions(arena, output, control),
              attributes(arena, 0, 0));
      return new ChildProcess(child, openPidfd(child));
    }
  }

  /** Whether a child is the runtime's: the program must not wait for it. */
  public static boolean isRuntimes(int pid) {
    return OWN.contains(pid);
  }

  /** A process that another one has forked as this one's child. */
  public static ChildProcess of(int pid) {
    return new ChildProcess(pid, openPidfd(pid));
  }

  /**
   * Starts a program that serves the one in this process, with the same standard error and folder,
   * and with SIGINT and SIGTERM blocked. It is this process's to wait for.
   *
   * @param command an absolute path and its arguments
   * @param title what the process list shows first, in place of the path
   * @param environment strings of the form {@code NAME=value}
   * @param input becomes its standard input
   * @return its process id
   */
  public static int startHelper(
      List<String> command, String title, List<String> environment, int input) {
    try (Arena arena = Arena.ofConfined()) {
      int helper =
          spawn(
              arena,
              command,
              title,
              environment,
              helperActions(arena, input),
              attributes(arena, 0, set(Processes.SIGINT) | set(Processes.SIGTERM)));
      OWN.add(helper);
      return helper;
    }
  }

  /**
   * Starts a program that is to outlive this one: in a session of its own, in the folder {@code /},
   * with {@code /dev/null} as its standard streams. Its end is not awaited.
   *
   * @param command an absolute path and its arguments
   */
  public static void startDetached(List<String> command, Map<String, String> environment) {
    try (Arena arena = Arena.ofConfined()) {
      int _ =
          spawn(
              arena,
              command,
              command.getFirst(),
              variables(environment),
              detachedActions(arena),
              attributes(arena, SPAWN_SET_SESSION, 0));
    }
  }

  /**
   * Starts a program in a session of its own, with {@code /dev/null} as standard input.
   *
   * @param command an absolute path and its arguments
   * @param folder where it begins
   * @param output becomes its standard output
   * @param error becomes its standard error
   */
  public static ChildProcess startProgram(
      List<String> command, Map<String, String> environment, Path folder, int output, int error) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment actions = inFolder(arena, folder.toString());
      LibC.SPAWN_ACTIONS_ADD_DUP2.callReturningErrno(actions.address(), output, 1);
      LibC.SPAWN_ACTIONS_ADD_DUP2.callReturningErrno(actions.address(), error, 2);
      closeFrom(actions, 3);
      int child =
          spawn(
              arena,
              command,
              command.getFirst(),
              variables(environment),
              actions,
              attributes(arena, SPAWN_SET_SESSION, 0));
      return new ChildProcess(child, openPidfd(child));
    }
  }

  private static List<String> variables(Map<String, String> environment) {
    return environment.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
  }

  private static int spawn(
      Arena arena,
      List<String> command,
      String title,
      List<String> environment,
      MemorySegment actions,
      MemorySegment attributes) {
    List<String> arguments = new ArrayList<>(command);
    arguments.set(0, title);
    MemorySegment pid = arena.allocate(4, 8);
    LibC.SPAWN.callReturningErrno(
        pid.address(),
        LibC.cString(arena, command.getFirst()).address(),
        actions.address(),
        attributes.address(),
        LibC.pointers(arena, arguments).address(),
        LibC.pointers(arena, environment).address());
    LibC.SPAWN_ACTIONS_DESTROY.tryCall(actions.address());
    LibC.SPAWN_ATTRIBUTES_DESTROY.tryCall(attributes.address());
    return pid.get(JAVA_INT, 0);
  }

  private static long set(int signal) {
    return 1L << (signal - 1);
  }

  private static MemorySegment helperActions(Arena arena, int input) {
    MemorySegment actions = arena.allocate(OPAQUE_BYTES, 8);
    LibC.SPAWN_ACTIONS_INIT.callReturningErrno(actions.address());
    LibC.SPAWN_ACTIONS_ADD_DUP2.callReturningErrno(actions.address(), input, 0);
    LibC.SPAWN_ACTIONS_ADD_OPEN.callReturningErrno(
        actions.address(), 1, LibC.cString(arena, "/dev/null").address(), O_RDWR, 0);
    closeFrom(actions, 3);
    return actions;
  }

  private static MemorySegment detachedActions(Arena arena) {
    MemorySegment actions = inFolderRoot(arena);
    for (int stream = 1; stream <= 2; stream++) {
      LibC.SPAWN_ACTIONS_ADD_DUP2.callReturningErrno(actions.address(), 0, stream);
    }
    closeFrom(actions, 3);
    return actions;
  }

  private static void closeFrom(MemorySegment actions, int first) {
    if (LibC.SPAWN_ACTIONS_ADD_CLOSE_FROM.isAvailable()) {
      // The JDK opens files without O_CLOEXEC and relies on its own child to close them.
      LibC.SPAWN_ACTIONS_ADD_CLOSE_FROM.callReturningErrno(actions.address(), first);
    }
  }

  private static MemorySegment fileActions(Arena arena, int output, int control) {
    MemorySegment actions = inFolderRoot(arena);
    for (int target = 1; target <= 2; target++) {
      LibC.SPAWN_ACTIONS_ADD_DUP2.callReturningErrno(actions.address(), output, target);
    }
    LibC.SPAWN_ACTIONS_ADD_DUP2.callReturningErrno(actions.address(), control, 3);
    closeFrom(actions, 4);
    try {
      for (int number = 4; number < Descriptors.FIRST_OF_RUNTIME; number++) {
        LibC.SPAWN_ACTIONS_ADD_DUP2.callReturningErrno(actions.address(), 0, number);
      }
    } catch (PosixException e) {
      throw new PosixException(
          "a worker needs more than %d open files (ulimit -n): posix_spawn_file_actions_adddup2"
              .formatted(Descriptors.FIRST_OF_RUNTIME),
          e.errno());
    }
    return actions;
  }

  /** With nothing to read. */
  private static MemorySegment inFolderRoot(Arena arena) {
    return inFolder(arena, "/");
  }

  private static MemorySegment inFolder(Arena arena, String folder) {
    MemorySegment actions = arena.allocate(OPAQUE_BYTES, 8);
    LibC.SPAWN_ACTIONS_INIT.callReturningErrno(actions.address());
    LibC.SPAWN_ACTIONS_ADD_OPEN.callReturningErrno(
        actions.address(), 0, LibC.cString(arena, "/dev/null").address(), O_RDWR, 0);
    if (LibC.SPAWN_ACTIONS_ADD_CHDIR.isAvailable()) {
      // This process's folder may be removed, where no JVM starts, or on a file system to unmount.
      LibC.SPAWN_ACTIONS_ADD_CHDIR.callReturningErrno(
          actions.address(), LibC.cString(arena, folder).address());
    }
    return actions;
  }

  private static MemorySegment attributes(Arena arena, int flags, long blockedSignals) {
    MemorySegment attributes = arena.allocate(OPAQUE_BYTES, 8);
    MemorySegment blocked = arena.allocate(SIGNAL_SET_BYTES, 8);
    blocked.set(ValueLayout.JAVA_LONG, 0, blockedSignals);
    MemorySegment all = arena.allocate(SIGNAL_SET_BYTES, 8).fill((byte) 0xff);
    LibC.SPAWN_ATTRIBUTES_INIT.callReturningErrno(attributes.address());
    LibC.SPAWN_ATTRIBUTES_SET_FLAGS.callReturningErrno(
        attributes.address(), SPAWN_SET_SIGNAL_DEFAULT | SPAWN_SET_SIGNAL_MASK | flags);
    LibC.SPAWN_ATTRIBUTES_SET_SIGNAL_DEFAULT.callReturningErrno(
        attributes.address(), all.address());
    LibC.SPAWN_ATTRIBUTES_SET_SIGNAL_MASK.callReturningErrno(
        attributes.address(), blocked.address());
    return attributes;
  }

  /** A descriptor that turns readable when the process ends; the caller closes it. */
  public static int openPidfd(int pid) {
    return Descriptors.internal((int) LibC.SYSCALL.call(SYS_PIDFD_OPEN, pid, 0));
  }

  /**
   * Signals a process through its pidfd, so that a reused process id is never hit.
   *
   * @return false if it has ended
   */
  public static boolean signal(int pidfd, int signal) {
    long result = LibC.SYSCALL.tryCall(SYS_PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0);
    if (result < 0 && result != -Errno.ESRCH) {
      throw new PosixException("pidfd_send_signal(" + signal + ")", (int) -result);
    }
    return result >= 0;
  }

  public int pid() {
    return pid;
  }

  public int pidfd() {
    return pidfd;
  }

  /**
   * Waits for the end, collects the exit status and closes the pidfd.
   *
   * @return the exit status, or the negative number of the signal that killed the process; 255 if
   *     other code has collected it
   */
  public int reap() {
    try {
      return reap(pid);
    } finally {
      OWN.remove(pid);
      Descriptors.close(pidfd);
    }
  }

  /** In a forked child, of whose parent the runtime's processes are. */
  public static void afterFork() {
    OWN.clear();
  }

  /** As {@link #reap()}, for a child of which there is no pidfd. */
  public static int reap(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = arena.allocate(8, 8);
      long result;
      do {
        result = LibC.WAITPID.tryCall(pid, status.address(), 0);
      } while (result == -Errno.EINTR);
      return result < 0 ? 255 : decode(status.get(JAVA_INT, 0));
    }
  }

  /** WIFEXITED, WEXITSTATUS and WTERMSIG of {@code man 2 wait}. */
  static int decode(int status) {
    int signal = status & 0x7f;
    return signal == 0 ? status >> 8 & 0xff : -signal;
  }
}
