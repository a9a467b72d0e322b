package io.polyproc.protocol;

import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.Descriptors;
import io.polyproc.protocol.Message.Exited;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A process that this one started. Any thread may call; {@link #close} releases the sentinel.
 *
 * <p>The sentinel turns readable when the process ends, a moment before its exit status is known
 * here. After the sentinel, {@code awaitStatus} takes no longer than a message does.
 */
public final class ChildHandle implements AutoCloseable {
  /** The status of a process whose supervisor has gone, and which is unknown: CPython's 255. */
  public static final int UNKNOWN_STATUS = 255;

  private final int pid;
  private final int sentinel;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final CompletableFuture<Integer> end = new CompletableFuture<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile @Nullable Exited exited;

  ChildHandle(int pid, int sentinel) {
    this.pid = pid;
    this.sentinel = sentinel;
  }

  void ended(Exited how) {
    exited = how;
    ended.countDown();
    end.complete(how.status());
  }

  /**
   * Completed with the exit status, on the thread that heard of it, which must not be kept long.
   */
  public CompletableFuture<Integer> end() {
    return end.copy();
  }

  void lost() {
    ended(new Exited(pid, UNKNOWN_STATUS, "", true));
  }

  /** The process id. */
  public int pid() {
    return pid;
  }

  /** The pidfd; it stays this object's. */
  public int sentinel() {
    return sentinel;
  }

  /**
   * Waits for the end.
   *
   * @param seconds how long at most; 0 only looks
   * @return the exit status or the negative signal number; null if the process still runs
   */
  public @Nullable Integer waitFor(double seconds) {
    try {
      if (exited == null && Descriptors.poll(new int[] {sentinel}, 0)[0]) {
        // Its end is known to the kernel: the message is on its way.
        ended.await();
      } else if (seconds > 0) {
        boolean _ = ended.await((long) (seconds * 1e9), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Exited how = exited;
    return how == null ? null : Integer.valueOf(how.status());
  }

  /** What it wrote before it had a standard error of its own: why it could not boot. */
  public String lastLines() {
    Exited how = exited;
    return how == null ? "" : how.lastLines();
  }

  /** Whether its JVM ended before it had booted: it has not begun what it was to do. */
  public boolean endedInBoot() {
    Exited how = exited;
    return how != null && !how.booted();
  }

  /** Sends a signal; one to a process that has ended does nothing. */
  public void signal(int signal) {
    if (exited == null && !closed.get()) {
      boolean _ = ChildProcess.signal(sentinel, signal);
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      Descriptors.close(sentinel);
    }
  }
}
