package io.polyproc;

import io.polyproc.host.Waits;
import io.polyproc.shared.SharedLock;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.time.Duration;

/**
 * A counting semaphore between Java and Python processes: {@code multiprocessing.BoundedSemaphore}.
 *
 * <pre>{@code
 * PythonSemaphore connections = polyproc.semaphore(3);
 * connections.acquire();
 * try {
 *   download();
 * } finally {
 *   connections.release();
 * }
 * }</pre>
 *
 * <p>A permit whose holder was killed goes to the next that waits or tries, and a warning is
 * logged.
 */
public final class PythonSemaphore {
  private final SharedLock lock;

  PythonSemaphore(SharedLock lock) {
    this.lock = lock;
  }

  SharedLock shared() {
    return lock;
  }

  /**
   * Takes a permit, waiting for it.
   *
   * @throws InterruptedException if the calling thread is interrupted; no permit is taken then
   */
  public void acquire() throws InterruptedException {
    while (!lock.acquire(Waits.FOR_EVER)) {
      // Once more.
    }
  }

  /**
   * Takes a permit if there is one.
   *
   * @return whether there was one
   */
  public boolean tryAcquire() {
    return lock.tryAcquire();
  }

  /**
   * Takes a permit, waiting for it so long; false if there was none.
   *
   * @param time how long to wait at most
   * @return whether there was one
   * @throws InterruptedException if the calling thread is interrupted; no permit is taken then
   */
  public boolean tryAcquire(Duration time) throws InterruptedException {
    return lock.acquire(Waits.nanos(time));
  }

  /**
   * Gives a permit back.
   *
   * @throws IllegalStateException if there would be more than in the beginning
   */
  public void release() {
    if (lock.semaphore().release() != 0) {
      throw new IllegalStateException("the semaphore was released too many times");
    }
  }

  /**
   * How many permits are free at this moment.
   *
   * @return from 0 to what there was in the beginning
   */
  public int availablePermits() {
    return lock.semaphore().value();
  }

  void write(ValueWriter writer) throws IOException {
    lock.write(writer);
  }

  @Override
  public String toString() {
    return "PythonSemaphore[%d permits free]".formatted(availablePermits());
  }
}
