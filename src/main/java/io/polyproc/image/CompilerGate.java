package io.polyproc.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Keeps the Graal compiler from starting up while a JVM boots.
 *
 * <p>Truffle starts its compiler in the background as soon as the first piece of a program exists.
 * That takes 3 to 4 seconds of processor time and 50 MB, more than all else that a worker does to
 * boot, and a process that lives for a moment never compiles anything: with several workers booting
 * on two cores it is what everybody waits for. There is no option to begin later. But the start-up
 * takes the monitor of the Truffle runtime, so whoever holds that monitor holds up the compiler and
 * nobody else: a program only asks for it when it asks for the start-up, which is the first thing
 * done under it here.
 *
 * <p>Close it before the first engine is made; at most one gate a JVM. All methods may be called
 * from any thread. Without a compiler, or when Truffle's classes can't be reached ({@code
 * --add-exports} in {@code lib/jvm.options}), it has no effect. The thread that holds the monitor
 * is a daemon thread and ends when the gate opens.
 */
public final class CompilerGate {
  // USER_HZ, the unit of man 5 proc, is 100 wherever Linux runs a JVM.
  private static final long MILLIS_A_TICK = 10;

  private final CountDownLatch opened = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);

  private CompilerGate() {}

  /** Waits until the gate is closed, or known to have no effect. */
  public static CompilerGate close() {
    CompilerGate gate = new CompilerGate();
    Thread holder = new Thread(gate::hold, "polyproc-compiler-gate");
    holder.setDaemon(true);
    holder.start();
    awaitUninterruptibly(gate.closed);
    return gate;
  }

  /** Lets the compiler start, if it has not yet. */
  public void open() {
    opened.countDown();
  }

  /**
   * Opens it once this process has used that much more processor time: one that sleeps, waits or
   * soon ends would not gain from a compiler.
   */
  public void openAfter(Duration processorTime) {
    Thread timer =
        new Thread(() -> awaitWork(used().plus(processorTime)), "polyproc-compiler-gate-timer");
    timer.setDaemon(true);
    timer.start();
  }

  /** Looks again when one busy thread can have used what is left; there is no event to wait for. */
  private void awaitWork(Duration goal) {
    Duration left = goal.minus(used());
    while (left.isPositive()) {
      try {
        if (opened.await(left.toMillis() + 1, TimeUnit.MILLISECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
      left = goal.minus(used());
    }
    open();
  }

  /** This process's; {@link ProcessHandle#current} would be a forked JVM's parent. */
  private static Duration used() {
    try {
      String stat = Files.readString(Path.of("/proc/self/stat"), StandardCharsets.ISO_8859_1);
      // The second field, a name in parentheses, may contain anything; utime and stime are 14 and
      // 15.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      long ticks = Long.parseLong(fields[14 - 3]) + Long.parseLong(fields[15 - 3]);
      return Duration.ofMillis(ticks * MILLIS_A_TICK);
    } catch (IOException | NumberFormatException e) {
      // Where the system does not tell, elapsed time has to do.
      return Duration.ofNanos(System.nanoTime());
    }
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
}
