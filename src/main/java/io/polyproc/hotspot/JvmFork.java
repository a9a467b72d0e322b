package io.polyproc.hotspot;

import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MachineCode;
import io.polyproc.posix.NativeSymbols;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Forks this JVM, with all of its threads or without those of the program that it runs.
 *
 * <p>{@code fork()} copies a process's memory but only the calling thread, without which no JVM
 * goes on. Here a signal brings every thread to a stop, the process is forked, and in the child
 * each thread is made anew and returns from that signal; how is written in {@code
 * src/main/native/fork-x86_64.c}. The code is that file's, compiled, as a listing among the
 * resources: nothing has to be compiled, unpacked or linked where it runs.
 *
 * <p>What a child shares with its parent, or has from it, is what {@code man 2 fork} says:
 * descriptors are shared, memory is copied when it is written to. What a JVM has cached, such as
 * {@link ProcessHandle#current}, is the parent's. Threads that sleep or wait may wake early, as
 * from a spurious wake-up.
 */
public final class JvmFork {
  // The commands and offsets of fork-x86_64.c and fork-x86_64.ld.
  private static final long INSTALL = 0;
  private static final long FORK = 1;
  private static final long LOCKS = 2;
  private static final long LAYOUT = 3;
  private static final long DROP = 4;
  private static final long BUSY = 5;
  private static final long PEEK = 6;
  private static final long OF_PROGRAM = 1L << 40;
  private static final int STATE = 0x2000;
  private static final int BYTES = 0x10000;

  /** The exit status of a child that the system has given no threads. */
  public static final int NO_THREADS = 71;

  /** The exit status of a child whose parent has to try again. */
  private static final int NOT_WHOLE = 72;

  private static final Set<Thread.State> WAITING =
      EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING, Thread.State.TERMINATED);

  // The JDK, GraalPy and Processes use the real-time signals from 61 on.
  private static final int SIGNAL = 60;
  private static final long SIGCHLD = 17;
  private static final int EAGAIN = 11;
  private static final long EBUSY = 16;
  private static final long CLONE_PARENT = 0x8000;

  private static final long FIRST_PAUSE_NANOS = 100_000;

  /** Each try interrupts all threads: on a busy machine they would get no further between two. */
  private static final long MAX_PAUSE_NANOS = 50_000_000;

  private static final long MAX_LOCK_BYTES = 8192;

  private static @Nullable JvmFork instance;

  private final MachineCode code;
  private @Nullable JvmThreads threads;
  private final ReentrantLock forking = new ReentrantLock();
  private final AtomicInteger retries = new AtomicInteger();

  private JvmFork(MachineCode code) {
    this.code = code;
  }

  /** Whether there is code for this processor and system. */
  public static boolean isSupported() {
    return System.getProperty("os.name", "").equals("Linux")
        && System.getProperty("os.arch", "").equals("amd64");
  }

  /**
   * Prepares this process.
   *
   * @throws PosixException if the system allows no new code in memory
   * @throws UnsupportedOperationException if {@link #isSupported} is false
   */
  public static synchronized JvmFork load() {
    JvmFork loaded = instance;
    if (loaded == null) {
      if (!isSupported()) {
        throw new UnsupportedOperationException(
            "a JVM can be forked on Linux on x86-64 only, and this is "
                + System.getProperty("os.name")
                + " on "
                + System.getProperty("os.arch"));
      }
      loaded = new JvmFork(MachineCode.load(JvmFork.class, "fork-x86_64.lst", STATE, BYTES));
      loaded.call(INSTALL, SIGNAL, 0);
      loaded.noteLocks();
      instance = loaded;
    }
    return loaded;
  }

  /**
   * Why the program in this JVM can't be forked.
   *
   * @return null if it can be
   */
  public static @Nullable String whyNoProgramCanBeForked() {
    try {
      JvmThreads _ = load().threads();
      return null;
    } catch (PosixException | UnsupportedOperationException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private synchronized JvmThreads threads() {
    JvmThreads known = threads;
    if (known == null) {
      known = JvmThreads.load(address -> (int) code.call(PEEK, address, 0));
      try (Arena arena = Arena.ofConfined()) {
        call(LAYOUT, known.layout(arena).address(), 0);
      }
      threads = known;
    }
    return known;
  }

  /**
   * Forks. In the child this returns on the same thread, and all other threads go on too.
   *
   * @param sibling whether the child is to be this process's sibling, a child of its parent
   * @return the child's process id, or 0 in the child
   * @throws PosixException if the threads can't be stopped within two seconds, or if the system
   *     refuses a process; then nothing has happened
   */
  public synchronized int fork(boolean sibling) {
    long flags = SIGCHLD | (sibling ? CLONE_PARENT : 0);
    Patience patience = new Patience();
    long result = code.call(FORK, SIGNAL, flags);
    while (result == -EBUSY && !patience.isOver()) {
      // A thread holds a lock that it could not unlock in the child; it soon holds it no more.
      LockSupport.parkNanos(FIRST_PAUSE_NANOS);
      result = code.call(FORK, SIGNAL, flags);
    }
    return (int) checked(FORK, result);
  }

  /** What {@link #forkProgram} asks for. */
  public interface Program {
    /** Before some tries: lets the threads that the child is not to have wait. */
    void prepare();

    /** Before each try: these threads. */
    List<Thread> threads();

    /** After tries that failed: undoes {@link #prepare}, and lets threads go on that wait. */
    void undo();

    /** In the child, before its parent learns that there is one; what is thrown ends the child. */
    void becomeChild();
  }

  /**
   * Forks the program that this JVM runs. In the child this returns on the same thread; the
   * program's other threads are no more, and those of the JVM go on.
   *
   * @return the child's process id, or 0 in the child
   * @throws PosixException EAGAIN if a thread that is to be left out runs Java or native code in
   *     which it waits for nothing, for five seconds, or on a busy machine until this process has
   *     used five seconds of processor time, and a minute at most; or if the system has no threads
   *     left for the child; otherwise as {@link #fork(boolean)}
   * @throws UnsupportedOperationException if {@link #whyNoProgramCanBeForked} gives a reason
   */
  public int forkProgram(Program program) {
    JvmThreads known = threads();
    // Not a monitor: a thread that waits for one can't be left out.
    forking.lock();
    try {
      return forkProgram(known, program);
    } finally {
      forking.unlock();
    }
  }

  private int forkProgram(JvmThreads known, Program program) {
    Patience patience = new Patience();
    retries.set(0);
    while (true) {
      program.prepare();
      long result;
      try {
        result = tryToFork(known, program, patience);
      } catch (RuntimeException | Error e) {
        program.undo();
        throw e;
      }
      if (result >= 0) {
        return (int) result;
      }
      program.undo();
      if (result != -EBUSY) {
        return (int) checked(FORK, result);
      }
      LockSupport.parkNanos(MAX_PAUSE_NANOS);
    }
  }

  /**
   * Tries for a tenth of a second while the other threads are kept waiting. One of them may still
   * be on its way to where it waits, and on a busy machine it has no processor: were it let go in
   * between, it would be on its way again at the next try.
   */
  private long tryToFork(JvmThreads known, Program program, Patience patience) {
    long pauseNanos = FIRST_PAUSE_NANOS;
    while (true) {
      List<Thread> left = program.threads();
      long result = forkWithout(known, left, program);
      if (result != -EBUSY) {
        return result;
      }
      if (patience.isOver()) {
        throw new PosixException("forking this JVM while " + describeBusy(known, left), EAGAIN);
      }
      retries.incrementAndGet();
      if (pauseNanos > MAX_PAUSE_NANOS) {
        return result;
      }
      LockSupport.parkNanos(pauseNanos);
      pauseNanos *= 2;
    }
  }

  /** Does once, without a fork, what a child does first. */
  public static void warmUp() {
    JvmThreads known = load().threads();
    Thread self = Thread.currentThread();
    boolean _ = waitsInJavaOrNative(known, self);
    known.leaveQueue(self);
  }

  /** How often the last {@link #forkProgram} had to wait for a thread. */
  public int retries() {
    return retries.get();
  }

  /** The child says that it is whole, or ends: only then does the parent know that there is one. */
  private long forkWithout(JvmThreads known, List<Thread> left, Program program) {
    int[] line = Descriptors.privateSocketPair();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment table = known.table(left, arena);
      call(DROP, table.address(), table.byteSize() / Long.BYTES);
      long result = code.call(FORK, SIGNAL, SIGCHLD | OF_PROGRAM);
      if (result == 0) {
        becomeChild(known, left, program, line[1]);
        return 0;
      }
      call(DROP, 0, 0);
      Descriptors.close(line[1]);
      if (result > 0 && !Descriptors.readByte(line[0])) {
        return ChildProcess.reap((int) result) == NO_THREADS ? -EAGAIN : -EBUSY;
      }
      return result;
    } finally {
      Descriptors.close(line[0]);
    }
  }

  /** Nothing of the program's runs in a child that is not whole. */
  private void becomeChild(JvmThreads known, List<Thread> left, Program program, int line) {
    try {
      call(DROP, 0, 0);
      // Loops and not lambdas, which each child would have to link anew.
      for (Thread thread : left) {
        if (!waitsInJavaOrNative(known, thread)) {
          Processes.exit(NOT_WHOLE);
        }
      }
      for (Thread thread : left) {
        known.leaveQueue(thread);
      }
      program.becomeChild();
      Descriptors.write(line, (byte) 1);
      Descriptors.close(line);
    } catch (Throwable e) { // its parent tries again, or tells why not
      Processes.exit(NOT_WHOLE);
    }
  }

  /**
   * In a child: whether a thread that is no more was outside of Java, or waited in it. One that
   * waits for a collection, in the midst of something, looks the same to the kernel.
   */
  private static boolean waitsInJavaOrNative(JvmThreads known, Thread thread) {
    return known.isInNative(thread) || WAITING.contains(thread.getState());
  }

  private String describeBusy(JvmThreads known, List<Thread> left) {
    return known
        .at(code.call(BUSY, 0, 0), left)
        .map(thread -> "its thread '" + thread.getName() + "' runs code that waits for nothing")
        .orElse("a thread holds a lock of the C library's");
  }

  /** Tells where the C library's dynamic linker has its locks, if that is to be found. */
  private void noteLocks() {
    long start = NativeSymbols.find("_rtld_global").orElse(0);
    if (start != 0) {
      noteLocks(start, Math.min(MAX_LOCK_BYTES, NativeSymbols.mappedFrom(start)));
    }
  }

  /** Tells where there are locks which no thread may hold that is copied. */
  void noteLocks(long from, long bytes) {
    call(LOCKS, from, bytes);
  }

  private long call(long what, long a, long b) {
    return checked(what, code.call(what, a, b));
  }

  private static long checked(long what, long result) {
    if (result < 0) {
      throw new PosixException(what == FORK ? "forking this JVM" : "sigaction", (int) -result);
    }
    return result;
  }

  /**
   * How long a thread may be where it can't be copied or left out, until the fork is refused: five
   * seconds, on a busy machine until the process has had as much processor time, but a minute at
   * most. It begins with the first question, as most forks need none.
   */
  private static final class Patience {
    private static final Duration USUAL = Duration.ofSeconds(5);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private long begin;
    private @Nullable Duration usedBefore;

    boolean isOver() {
      if (usedBefore == null) {
        begin = System.nanoTime();
        usedBefore = Processes.processorTime();
        return false;
      }
      Duration passed = Duration.ofNanos(System.nanoTime() - begin);
      return passed.compareTo(LONGEST) >= 0
          || (passed.compareTo(USUAL) >= 0
              && Processes.processorTime().minus(usedBefore).compareTo(USUAL) >= 0);
    }
  }
}
