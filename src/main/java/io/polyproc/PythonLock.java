package io.polyproc;

import io.polyproc.host.Waits;
import io.polyproc.shared.SharedLock;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * A lock between threads of any Java and Python processes: {@code multiprocessing.Lock}, or {@code
 * RLock}.
 *
 * <pre>{@code
 * PythonLock lock = polyproc.lock();
 * polyproc.process(append, lock, "log.txt").start();   // def append(lock, file): with lock: …
 * lock.lock();
 * try {
 *   Files.writeString(log, "from Java\n", APPEND);
 * } finally {
 *   lock.unlock();
 * }
 * }</pre>
 *
 * <p>As in Python, a lock may be released by another thread than its holder, and a thread that
 * locks it twice waits for ever; a {@linkplain Polyproc#reentrantLock reentrant} one belongs to its
 * thread.
 *
 * <p>A lock whose holder was killed goes to the next that waits or tries, and a warning is logged.
 */
public final class PythonLock implements Lock {
  private final SharedLock lock;

  PythonLock(SharedLock lock) {
    this.lock = lock;
  }

  SharedLock shared() {
    return lock;
  }

  @Override
  public void lock() {
    lock.acquireUninterruptibly();
  }

  @Override
  public void lockInterruptibly() throws InterruptedException {
    while (!lock.acquire(Waits.FOR_EVER)) {
      // Once more.
    }
  }

  @Override
  public boolean tryLock() {
    return lock.tryAcquire();
  }

  @Override
  public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
    return lock.acquire(Math.min(unit.toNanos(time), Waits.FOR_EVER));
  }

  /**
   * Releases the lock.
   *
   * @throws IllegalMonitorStateException if it is not held, or, of a reentrant one, not by this
   *     thread
   */
  @Override
  public void unlock() {
    switch (lock.semaphore().release()) {
      case 0 -> {}
      case 1 ->
          throw new IllegalMonitorStateException("this thread does not hold the reentrant lock");
      default -> throw new IllegalMonitorStateException("the lock is not held");
    }
  }

  /** Not supported: use a {@link PythonEvent}, a {@link PythonBarrier} or a {@link PythonQueue}. */
  @Override
  public Condition newCondition() {
    throw new UnsupportedOperationException(
        "a PythonLock has no conditions; use a PythonEvent, a PythonBarrier or a PythonQueue");
  }

  void write(ValueWriter writer) throws IOException {
    lock.write(writer);
  }

  @Override
  public String toString() {
    return "PythonLock[%s, %s]"
        .formatted(lock.className(), lock.semaphore().value() > 0 ? "free" : "taken");
  }
}
