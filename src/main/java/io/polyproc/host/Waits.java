package io.polyproc.host;

import io.polyproc.posix.Descriptors;
import io.polyproc.sync.SharedSemaphore;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;

/**
 * Waits for what other processes do, in slices, so that an interrupt is seen; the kernel wakes no
 * Java thread for one.
 */
public final class Waits {
  /** Longer than any wait, and small enough to be added to {@link System#nanoTime}. */
  public static final long FOR_EVER = Long.MAX_VALUE / 4;

  private static final long SLICE_NANOS = 100_000_000;

  private Waits() {}

  /**
   * What a method throws that was interrupted while it waited, and declares no {@link
   * InterruptedException}: the interrupt status of the calling thread is set again.
   */
  public static CancellationException cancelled(InterruptedException e) {
    Thread.currentThread().interrupt();
    CancellationException cancelled = new CancellationException("interrupted");
    cancelled.initCause(e);
    return cancelled;
  }

  /** A time in nanoseconds, at most {@link #FOR_EVER}. */
  public static long nanos(Duration time) {
    try {
      return Math.min(Math.max(0, time.toNanos()), FOR_EVER);
    } catch (ArithmeticException e) {
      return FOR_EVER;
    }
  }

  /** Takes a permit; false if there was none in time. */
  public static boolean acquire(SharedSemaphore semaphore, long nanos) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    long deadline = System.nanoTime() + nanos;
    boolean acquired = semaphore.tryAcquire();
    while (!acquired) {
      long left = deadline - System.nanoTime();
      if (left > 0) {
        double seconds = Math.min(left, SLICE_NANOS) / 1e9;
        slice(() -> semaphore.awaitFree(seconds));
      }
      acquired = takeOrTakeOver(semaphore);
      if (left <= 0) {
        break;
      }
    }
    return acquired;
  }

  /** Takes a permit that is free, or one whose holder has ended; waits for none. */
  public static boolean takeOrTakeOver(SharedSemaphore semaphore) {
    return semaphore.acquire(0);
  }

  /** {@link #acquire} whatever interrupts. */
  public static boolean acquireUninterruptibly(SharedSemaphore semaphore, long nanos) {
    long deadline = System.nanoTime() + nanos;
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return acquire(semaphore, Math.max(0, deadline - System.nanoTime()));
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits until a descriptor can be read; false if it could not in time. */
  public static boolean readable(int descriptor, long nanos) throws InterruptedException {
    int[] descriptors = {descriptor};
    if (Descriptors.poll(descriptors, 0)[0]) {
      return true;
    }
    long deadline = System.nanoTime() + nanos;
    while (true) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      int millis = (int) Math.max(1, Math.min(left, SLICE_NANOS) / 1_000_000);
      if (slice(() -> Descriptors.poll(descriptors, millis)[0])) {
        return true;
      }
    }
  }

  private static boolean slice(Callable<Boolean> wait) throws InterruptedException {
    try {
      return PlatformThreads.call(wait);
    } catch (InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
