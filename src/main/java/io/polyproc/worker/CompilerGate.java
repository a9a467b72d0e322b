package io.polyproc.worker;

import io.polyproc.posix.Processes;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the Graal compiler from taking the processor while a JVM boots.
 *
 * <p>Truffle starts its compiler in the background as soon as the first piece of a program exists.
 * That takes 3 to 4 seconds of processor time and 50 MB, more than all else that a worker does to
 * boot, and a process that lives for a moment never compiles anything: with several workers booting
 * on two cores it is what all of them wait for. There is no option to begin later. But the start-up
 * takes the monitor of the Truffle runtime, so a thread that holds that monitor holds up the
 * compiler alone: a program asks for the monitor only when it asks for the start-up, which is the
 * first thing done under it here.
 *
 * <p>A JVM that was forked from one in which the compiler runs has it already; {@link
 * io.polyproc.hotspot.JvmFork} puts its threads off there.
 *
 * <p>Close it before the first engine is made. All methods may be called from any thread. Without a
 * compiler, or when Truffle's classes can't be reached ({@code --add-exports} in {@code
 * lib/jvm.options}), it has no effect. The thread that holds the monitor is a daemon thread and
 * ends when the gate opens.
 */
final class CompilerGate {
  /**
   * What a process does at first without the compiler, whose start-up takes as long on two cores.
   */
  private static final Duration WORK_BEFORE_START_UP = Duration.ofSeconds(3);

  /**
   * What the compiler's threads add to their nice value: what runs in the interpreter should not
   * wait for what makes it faster. A thread of the same value takes 3 ms each time.
   */
  private static final int NICE = 5;

  private static final String COMPILER_THREAD_TO_THE_KERNEL = "TruffleCompiler";

  private final CountDownLatch opened = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);

  private CompilerGate() {}

  /** Waits until the gate is closed, or known to have no effect. */
  static CompilerGate close() {
    CompilerGate gate = new CompilerGate();
    Thread holder = new Thread(gate::hold, "polyproc-compiler-gate");
    holder.setDaemon(true);
    holder.start();
    awaitUninterruptibly(gate.closed);
    return gate;
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
  }

  /**
   * Opens it once this process has worked for some time: one that sleeps, waits or soon ends would
   * not gain from a compiler.
   */
  void openAfterWork() {
    openAfter(WORK_BEFORE_START_UP);
  }

  void openAfter(Duration processorTime) {
    timer(processorTime).start();
  }

  /** Loads what {@link #openAfterWork} needs. */
  void warmUp() {
    Timer _ = timer(WORK_BEFORE_START_UP);
  }

  private Timer timer(Duration processorTime) {
    return new Timer(processorTime);
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
