package io.polyproc.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Calls on this process and on others by their id. */
public final class Processes {
  public static final int SIGHUP = 1;
  public static final int SIGINT = 2;
  public static final int SIGKILL = 9;
  public static final int SIGTERM = 15;

  private static final int SIG_DFL = 0;
  private static final int SIG_IGN = 1;

  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final long SYS_GETTID = ARM ? 178 : 186;
  private static final long SYS_TGKILL = ARM ? 131 : 234;
  // One below SIGRTMAX; the JDK uses the one before for the same purpose.
  private static final int WAKE_SIGNAL = 63;
  private static final int SIGACTION_BYTES = 152;

  private Processes() {}

  /** This process's id. */
  public static int id() {
    return (int) LibC.GETPID.call();
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
   * Gives a signal the kernel's default action back. A JVM answers SIGTERM by exiting 143; the
   * parent must see "killed by signal 15" instead.
   */
  public static void setDefaultAction(int signal) {
    LibC.SIGNAL.tryCall(signal, SIG_DFL);
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

  /** The kernel's id of the calling thread. */
  public static int currentThread() {
    return (int) LibC.SYSCALL.call(SYS_GETTID);
  }

  /**
   * Lets {@link #wake} interrupt system calls: its signal gets a handler that does nothing, the C
   * library's {@code abs}, without {@code SA_RESTART}.
   */
  public static void allowWaking() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment action = arena.allocate(SIGACTION_BYTES, 8);
      action.set(ValueLayout.ADDRESS, 0, Linker.nativeLinker().defaultLookup().findOrThrow("abs"));
      LibC.SIGACTION.call(WAKE_SIGNAL, action.address(), 0);
    }
  }

  /** Ends a system call of this process's thread with {@code EINTR}, if it is in one. */
  public static void wake(int thread) {
    LibC.SYSCALL.tryCall(SYS_TGKILL, id(), thread, WAKE_SIGNAL);
  }

  /** Removes a POSIX shared memory segment; false if there is none of that name. */
  public static boolean unlinkSharedMemory(String name) {
    try (Arena arena = Arena.ofConfined()) {
      return LibC.SHM_UNLINK.tryCall(LibC.cString(arena, name).address()) == 0;
    }
  }
}
