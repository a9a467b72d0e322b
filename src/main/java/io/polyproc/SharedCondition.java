package io.polyproc;

import io.polyproc.embedding.Host;
import io.polyproc.sync.SharedSemaphore;
import java.io.IOException;

/**
 * {@code multiprocessing.Condition}, of the same parts and by the same protocol, so that Java and
 * Python processes wake each other. How many sleep and how many of those have woken is counted in
 * two semaphores; whoever notifies waits until all that were called have woken.
 */
record SharedCondition(SharedLock lock, SharedLock sleeping, SharedLock woken, SharedLock call)
    implements ValueWriter.Shareable {

  static SharedCondition create(Host host, String lockClass) {
    return new SharedCondition(
        SharedLock.create(host, lockClass, 1),
        SharedLock.create(host, "Semaphore", 0),
        SharedLock.create(host, "Semaphore", 0),
        SharedLock.create(host, "Semaphore", 0));
  }

  void enter() {
    Waiting.acquireUninterruptibly(lock.semaphore());
  }

  void leave() {
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
  boolean await(long nanos) throws InterruptedException {
    release(sleeping);
    release(lock);
    try {
      return Waiting.acquire(call.semaphore(), nanos);
    } finally {
      release(woken);
      Waiting.acquireUninterruptibly(lock.semaphore());
    }
  }

  /** Wakes all that wait; the caller holds the lock. */
  void notifyEverybody() {
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
      Waiting.acquireUninterruptibly(woken.semaphore());
    }
    if (called > 0) {
      while (call.semaphore().tryAcquire()) {
        // What those have left whose time was over just now.
      }
    }
  }

  @Override
  public void write(ValueWriter writer) throws IOException {
    writer.build("condition", lock, sleeping, woken, call);
  }
}
