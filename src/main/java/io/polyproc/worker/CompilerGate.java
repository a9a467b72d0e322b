package io.polyproc.worker;

import io.polyproc.posix.Processes;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the Graal compiler from taking the processor while a JVM boots, and while a process begins.
 *
 * <p>Truffle starts its compiler in the background as soon as the first piece of a program exists.
 * That takes 3 to 4 seconds of processor time and 50 MB, more than all else that a worker does to
 * boot, and a process that lives for a moment never compiles anything: with several workers booting
 * on two cores it is what everybody waits for. There is no option to begin later. But the start-up
 * takes the monitor of the Truffle runtime, so whoever holds that monitor holds up the compiler and
 * nobody else: a program only asks for it when it asks for the start-up, which is the first thing
 * done under it here.
 *
 * <p>A JVM that was forked from one in which the compiler runs has it already, and its threads are
 * held up in another way: by a signal whose handler does not return until the gate opens.
 *
 * <p>Close it before the first engine is made, or right after a fork. All methods may be called
 * from any thread. Without a compiler, or when Truffle's classes can't be reached ({@code
 * --add-exports} in {@code lib/jvm.options}), it has no effect. The thread that holds the monitor
 * is a daemon thread and ends when the gate opens.
 */
final class CompilerGate {
  /**
   * What a process does at first without the compiler, whose start-up takes as long on two cores.
   */
  private static final Duration WORK_BEFORE_START_UP = Duration.ofSeconds(3);

  /** The same where the compiler is there. */
  private static final Duration WORK_BEFORE_COMPILING = Duration.ofMillis(100);

  private static final Duration LONGEST_WAY_TO_SAFEPOINT = Duration.ofMillis(200);

  private static final Set<Thread.State> IDLE =
      EnumSet.of(Thread.State.WAITING, Thread.State.TIMED_WAITING, Thread.State.TERMINATED);

  /**
   * What the compiler's threads add to their nice value: what runs in the interpreter should not
   * wait for what makes it faster. A thread of the same value takes 3 ms each time.
   */
  private static final int NICE = 5;

  private static final String COMPILER_THREAD = "TruffleCompilerThread";
  private static final String COMPILER_THREAD_TO_THE_KERNEL = "TruffleCompiler";

  private final CountDownLatch opened = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Duration work;
  private final List<Integer> held;

  private CompilerGate(Duration work, List<Integer> held) {
    this.work = work;
    this.held = held;
  }

  /** Waits until the gate is closed, or known to have no effect. */
  static CompilerGate close() {
    CompilerGate gate = new CompilerGate(WORK_BEFORE_START_UP, List.of());
    Thread holder = new Thread(gate::hold, "polyproc-compiler-gate");
    holder.setDaemon(true);
    holder.start();
    awaitUninterruptibly(gate.closed);
    return gate;
  }

  /** In a JVM that was just forked: this gate, or if it is open one that holds up the threads. */
  CompilerGate afterFork() {
    return opened.getCount() > 0 ? this : new CompilerGate(WORK_BEFORE_COMPILING, holdThreads());
  }

  /**
   * Holds up the compiler's threads, if none has something to do: one that runs Java code must go
   * on until it reaches a safepoint. It may have been about to, as a fork ends waits early: whether
   * the JVM can still stop all threads is tried.
   */
  private static List<Integer> holdThreads() {
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith(COMPILER_THREAD) && !IDLE.contains(thread.getState())) {
        return List.of();
      }
    }
    List<Integer> threads = Processes.threads(COMPILER_THREAD_TO_THE_KERNEL);
    for (int thread : threads) {
      Processes.hold(thread);
    }
    if (threads.isEmpty() || reachesSafepoint()) {
      return threads;
    }
    wake(threads);
    return List.of();
  }

  private static void wake(List<Integer> threads) {
    for (int thread : threads) {
      Processes.wake(thread);
    }
  }

  private static boolean reachesSafepoint() {
    Probe probe = new Probe();
    probe.start();
    try {
      return probe.join(LONGEST_WAY_TO_SAFEPOINT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Lets the compiler start, or go on, if it does not yet. */
  void open() {
    if (opened.getCount() == 0) {
      return;
    }
    for (int thread : Processes.threads(COMPILER_THREAD_TO_THE_KERNEL)) {
      Processes.addToNice(thread, NICE);
    }
    opened.countDown();
    wake(held);
  }

  /**
   * Opens it once this process has worked for some time: one that sleeps, waits or soon ends would
   * not gain from a compiler.
   */
  void openAfterWork() {
    openAfter(work);
  }

  void openAfter(Duration processorTime) {
    new Timer(processorTime).start();
  }

  /** Looks again when one busy thread can have used what is left; there is no event to wait for. */
  private void awaitWork(Duration goal) {
    Duration left = goal.minus(Processes.processorTime());
    while (left.isPositive()) {
      try {
        if (opened.await(left.toMillis() + 1, TimeUnit.MILLISECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
      left = goal.minus(Processes.processorTime());
    }
    open();
  }

  private void hold() {
    try {
      Object runtime =
          Class.forName("com.oracle.truffle.api.Truffle").getMethod("getRuntime").invoke(null);
      synchronized (runtime) {
        askForStartUp();
        closed.countDown();
        awaitUninterruptibly(opened);
      }
    } catch (ReflectiveOperationException | LinkageError e) {
      // Truffle is not to be reached: then its compiler starts when it likes, which is only slower.
      open();
    } finally {
      closed.countDown();
    }
  }

  /**
   * Making any call target queues the start-up, once; from then on no other thread needs the
   * monitor.
   */
  private static void askForStartUp() throws ReflectiveOperationException {
    Class<?> rootNode = Class.forName("com.oracle.truffle.api.nodes.RootNode");
    Object root = rootNode.getMethod("createConstantNode", Object.class).invoke(null, 0);
    rootNode.getMethod("getCallTarget").invoke(root);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  // Classes and not lambdas, which each process that is forked would have to link anew.

  private static final class Probe extends Thread {
    Probe() {
      super("polyproc-compiler-gate-probe");
      setDaemon(true);
    }

    @Override
    public void run() {
      Map<Thread, StackTraceElement[]> _ = getAllStackTraces();
    }
  }

  private final class Timer extends Thread {
    private final Duration processorTime;

    Timer(Duration processorTime) {
      super("polyproc-compiler-gate-timer");
      setDaemon(true);
      this.processorTime = processorTime;
    }

    @Override
    public void run() {
      awaitWork(Processes.processorTime().plus(processorTime));
    }
  }
}
