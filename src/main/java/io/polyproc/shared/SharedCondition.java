package io.polyproc.shared;

import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.host.Waits;
import io.polyproc.sync.SharedSemaphore;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * {@code multiprocessing.Condition}, of the same parts and by the same protocol, so that Java and
 * Python processes wake each other. How many sleep and how many of those have woken is counted in
 * two semaphores; a thread that notifies waits until all that were called have woken.
 */
public record SharedCondition(
    SharedLock lock, SharedLock sleeping, SharedLock woken, SharedLock call)
    implements ValueWriter.Shareable {
  private static final long LOOK_NANOS = 100_000_000;

  /** A new one, with a lock of this class. */
  public static SharedCondition create(EmbeddedRuntime host, String lockClass) {
    return new SharedCondition(
        SharedLock.create(host, lockClass, 1),
        SharedLock.create(host, "Semaphore", 0),
        SharedLock.create(host, "Semaphore", 0),
        SharedLock.create(host, "Semaphore", 0));
  }

  /** Acquires the lock. */
  public void enter() {
    lock.acquireUninterruptibly();
  }

  /** Releases the lock. */
  public void leave() {
    release(lock);
  }

  private static void release(SharedLock semaphore) {
    if (semaphore.semaphore().release() != 0) {
      throw new IllegalMonitorStateException("a semaphore was released too many times");
    }
  }

  /**
   * Waits for a notification, without the lock, which the caller holds once; false if none came.
   */
  public boolean await(long nanos) throws InterruptedException {
    Optional<SharedSemaphore> place = lists().filter(SharedSemaphore::enlist).findFirst();
    release(sleeping);
    release(lock);
    try {
      return Waits.acquire(call.semaphore(), nanos);
    } finally {
      release(woken);
      lock.acquireUninterruptibly();
      place.ifPresent(SharedSemaphore::delist);
    }
  }

  /** Where those that sleep are listed, so that one that is killed counts as woken. */
  private Stream<SharedSemaphore> lists() {
    return Stream.of(sleeping, woken, call).map(SharedLock::semaphore);
  }

  /** Wakes all that wait; the caller holds the lock. */
  public void notifyAllWaiters() {
    SharedSemaphore asleep = sleeping.semaphore();
    while (woken.semaphore().tryAcquire()) {
      // Those whose time was over since the last notification.
      boolean _ = asleep.tryAcquire();
    }
    int called = 0;
    while (asleep.tryAcquire()) {
      release(call);
      called++;
    }
    for (int i = 0; i < called; i++) {
      awaitWoken();
    }
    if (called > 0) {
      while (call.semaphore().tryAcquire()) {
        // What those have left whose time was over just now.
      }
    }
  }

  private void awaitWoken() {
    while (!Waits.acquireUninterruptibly(woken.semaphore(), LOOK_NANOS)) {
      for (int gone = lists().mapToInt(SharedSemaphore::delistGone).sum(); gone > 0; gone--) {
        release(woken);
      }
    }
  }

  @Override
  public void write(ValueWriter writer) throws IOException {
    writer.build("condition", lock, sleeping, woken, call);
  }
}
