package io.polyproc.posix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Calls on this process and on others by their id. */
public final class Processes {
  public static final int SIGHUP = 1;
  public static final int SIGINT = 2;
  public static final int SIGKILL = 9;
  public static final int SIGTERM = 15;
  public static final int SIGURG = 23;

  private static final int SIG_DFL = 0;
  static final int SIG_IGN = 1;

  // man 5 proc, /proc/PID/stat
  private static final int USER_TIME_FIELD = 14;
  private static final int SYSTEM_TIME_FIELD = 15;
  // USER_HZ, the unit of man 5 proc, is 100 wherever Linux runs a JVM.
  private static final long MILLIS_A_TICK = 10;

  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final long SYS_GETTID = ARM ? 178 : 186;
  private static final long SYS_TGKILL = ARM ? 131 : 234;
  private static final long SYS_GETPRIORITY = ARM ? 141 : 140;
  private static final long SYS_SETPRIORITY = ARM ? 140 : 141;
  private static final long SYS_SCHED_SETSCHEDULER = ARM ? 119 : 144;
  private static final int SCHED_IDLE = 5;
  private static final int PRIO_PROCESS = 0;
  // One below SIGRTMAX; the JDK uses the one before for the same purpose.
  private static final int WAKE_SIGNAL = 63;

  private Processes() {}

  /** This process's id. */
  public static int id() {
    return (int) LibC.GETPID.call();
  }

  /** The user whose rights this process has now. */
  public static int effectiveUser() {
    return (int) LibC.GETEUID.call();
  }

  /** The permissions that new files do not get; no other thread may change it now. */
  public static int fileModeMask() {
    int mask = (int) LibC.UMASK.call(0);
    LibC.UMASK.call(mask);
    return mask;
  }

  /** Goes to a folder and has these variables, and no others, from now on. */
  public static void moveTo(Path folder, Map<String, String> environment) {
    try (Arena arena = Arena.ofConfined()) {
      LibC.CHDIR.call(LibC.cString(arena, folder.toString()).address());
      LibC.CLEARENV.call();
      environment.forEach(
          (name, value) ->
              LibC.SETENV.call(
                  LibC.cString(arena, name).address(), LibC.cString(arena, value).address(), 1));
    }
  }

  /**
   * Becomes another program, with the same descriptors and environment; returns only if that fails.
   *
   * @param command an absolute path and its arguments
   */
  public static void become(List<String> command) {
    try (Arena arena = Arena.ofConfined()) {
      LibC.EXECV.call(
          LibC.cString(arena, command.getFirst()).address(),
          LibC.pointers(arena, command).address());
    }
  }

  /**
   * How many threads of the whole system run or could run now, the caller among them; 1 where
   * {@code man 5 proc} does not hold.
   */
  public static int runnable() {
    try {
      String load = Files.readString(Path.of("/proc/loadavg"), StandardCharsets.US_ASCII);
      String field = load.split(" ", -1)[3];
      return Integer.parseInt(field.substring(0, field.indexOf('/')));
    } catch (IOException | RuntimeException e) {
      return 1;
    }
  }

  /**
   * What this process has used; {@link ProcessHandle#current} would tell of a forked JVM's parent.
   * Elapsed time where {@code man 5 proc} does not hold.
   */
  public static Duration processorTime() {
    try {
      String[] fields = ProcessTitle.stat("self");
      long ticks =
          Long.parseLong(fields[USER_TIME_FIELD - 3])
              + Long.parseLong(fields[SYSTEM_TIME_FIELD - 3]);
      return Duration.ofMillis(ticks * MILLIS_A_TICK);
    } catch (IOException | RuntimeException e) { // a program may close the file meanwhile
      return Duration.ofNanos(System.nanoTime());
    }
  }

  /**
   * What the threads of this process that are alive have used, and what they have waited for while
   * others had the processor. As {@link #processorTime} where the kernel does not count that.
   */
  public static Duration wantedTime() {
    long nanoseconds = 0;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : threads) {
        String[] fields =
            Files.readString(thread.resolve("schedstat"), StandardCharsets.US_ASCII).split(" ", -1);
        nanoseconds += Long.parseLong(fields[0]) + Long.parseLong(fields[1]);
      }
    } catch (IOException | RuntimeException e) { // a thread may end meanwhile
      return processorTime();
    }
    return Duration.ofNanos(nanoseconds);
  }

  /** Whether a process with this id exists, as a zombie too. */
  public static boolean exists(int pid) {
    return LibC.KILL.tryCall(pid, 0) != -Errno.ESRCH;
  }

  /** Sends a signal to a process. */
  public static void signal(int pid, int signal) {
    LibC.KILL.call(pid, signal);
  }

  /**
   * Sends a signal to one thread of a process.
   *
   * @return whether that thread exists and may be sent signals
   */
  public static boolean signalThread(int pid, int thread, int signal) {
    return LibC.SYSCALL.tryCall(SYS_TGKILL, pid, thread, signal) == 0;
  }

  /**
   * Gives a signal the kernel's default action back. A JVM answers SIGTERM by exiting 143; the
   * parent must see "killed by signal 15" instead.
   */
  public static void setDefaultAction(int signal) {
    LibC.SIGNAL.tryCall(signal, SIG_DFL);
  }

  /** Whether this process ignores a signal. */
  public static boolean ignores(int signal) {
    return SignalCode.handler(signal) == SIG_IGN;
  }

  /** Lets this process ignore a signal. */
  public static void ignore(int signal) {
    LibC.SIGNAL.tryCall(signal, SIG_IGN);
  }

  /**
   * Ends this process at once. {@link Runtime#halt} does so too, but first waits 0.3 s for threads
   * that are in native calls, and some of ours always are.
   *
   * @param status what the parent sees, 0 to 255
   */
  public static void exit(int status) {
    LibC.EXIT.tryCall(status);
  }

  /** Writes one byte to a descriptor; whether it was taken. */
  public static boolean writeByte(int fd, int value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment content = arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) value);
      return LibC.WRITE.tryCall(fd, content.address(), 1) == 1;
    }
  }

  /** The kernel's id of the calling thread. */
  public static int currentThread() {
    return (int) LibC.SYSCALL.call(SYS_GETTID);
  }

  /** Lets {@link #wake} interrupt system calls. */
  public static void allowWaking() {
    accept(WAKE_SIGNAL);
  }

  /**
   * Lets a signal do nothing but end a system call that it interrupts: it gets a handler, the C
   * library's {@code abs}, without {@code SA_RESTART}. Other programs that this process starts have
   * the default action then, which they do not have of a signal that is ignored.
   */
  public static void accept(int signal) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment action = arena.allocate(SignalCode.ACTION_BYTES, 8);
      action.set(ValueLayout.ADDRESS, 0, Linker.nativeLinker().defaultLookup().findOrThrow("abs"));
      LibC.SIGACTION.call(signal, action.address(), 0);
    }
  }

  /** Ends a system call of this process's thread with {@code EINTR}, if it is in one. */
  public static void wake(int thread) {
    LibC.SYSCALL.tryCall(SYS_TGKILL, id(), thread, WAKE_SIGNAL);
  }

  /**
   * Lets a thread of this process have less of a processor that others want, too.
   *
   * @param nice how much is added to the calling thread's nice value, {@code man 7 sched}; nothing
   *     happens if it is negative and the user may not
   */
  public static void addToNice(int thread, int nice) {
    // The system call returns 20 - nice, so that no error looks like a value.
    long own = LibC.SYSCALL.tryCall(SYS_GETPRIORITY, PRIO_PROCESS, 0);
    if (own > 0) {
      LibC.SYSCALL.tryCall(SYS_SETPRIORITY, PRIO_PROCESS, thread, 20 - own + nice);
    }
  }

  /**
   * Lets the calling thread, and what it starts from now on, have the processor only while no other
   * thread wants it: {@code SCHED_IDLE} of {@code man 7 sched}.
   */
  public static void beIdle() {
    try (Arena arena = Arena.ofConfined()) {
      // struct sched_param: a priority of 0
      MemorySegment parameters = arena.allocate(ValueLayout.JAVA_INT);
      LibC.SYSCALL.tryCall(SYS_SCHED_SETSCHEDULER, 0, SCHED_IDLE, parameters.address());
    }
  }

  /** The kernel's ids of this process's threads whose names begin so; it keeps 15 characters. */
  public static List<Integer> threads(String name) {
    List<Integer> found = new ArrayList<>();
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      for (Path thread : threads) {
        if (Files.readString(thread.resolve("comm"), StandardCharsets.ISO_8859_1)
            .startsWith(name)) {
          found.add(Integer.valueOf(thread.getFileName().toString()));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // One has just ended, or the system does not tell: then there are those.
    }
    return found;
  }
}
