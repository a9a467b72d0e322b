package io.polyproc.shared;

import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.host.Events;
import io.polyproc.host.Waits;
import io.polyproc.sync.SemaphoreArena;
import io.polyproc.sync.SharedSemaphore;
import io.polyproc.value.DescriptorToken;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.lang.System.Logger.Level;

/**
 * A semaphore in shared memory, and which of {@code multiprocessing}'s classes it is in Python.
 *
 * @param className {@code Lock}, {@code RLock}, {@code Semaphore} or {@code BoundedSemaphore}
 */
public record SharedLock(
    EmbeddedRuntime host, String className, SharedSemaphore semaphore, int kind, int maxValue)
    implements ValueWriter.Shareable {
  private static final System.Logger LOG = System.getLogger(SharedLock.class.getName());

  /** A new one, with this value, of a class of {@code multiprocessing}'s. */
  public static SharedLock create(EmbeddedRuntime host, String className, int value) {
    int kind =
        className.equals("RLock") ? SharedSemaphore.RECURSIVE_MUTEX : SharedSemaphore.SEMAPHORE;
    int maxValue = className.equals("Semaphore") ? SharedSemaphore.MAX_VALUE : value;
    SharedSemaphore semaphore = SemaphoreArena.newSemaphore(kind, value, maxValue);
    return new SharedLock(host, className, semaphore, kind, maxValue);
  }

  /** Acquires, waiting so long; false if it could not. */
  public boolean acquire(long nanos) throws InterruptedException {
    if (!Thread.currentThread().isInterrupted() && semaphore.tryAcquire()) {
      return told(true);
    }
    Events.LockWait event = Events.lockWaits(semaphore);
    boolean acquired = false;
    try {
      acquired = Waits.acquire(semaphore, nanos);
    } finally {
      Events.lockWaited(event, semaphore, className, acquired);
    }
    return told(acquired);
  }

  /** Acquires, whatever interrupts. */
  public void acquireUninterruptibly() {
    if (semaphore.tryAcquire()) {
      boolean _ = told(true);
      return;
    }
    Events.LockWait event = Events.lockWaits(semaphore);
    boolean acquired = Waits.acquireUninterruptibly(semaphore, Waits.FOR_EVER);
    Events.lockWaited(event, semaphore, className, acquired);
    boolean _ = told(acquired);
  }

  /** Acquires without waiting; false if it could not. */
  public boolean tryAcquire() {
    return told(Waits.takeOrTakeOver(semaphore));
  }

  /** The counterpart of the {@code RuntimeWarning} that a Python process gives. */
  private boolean told(boolean acquired) {
    int pid = acquired ? semaphore.takeLostHolder() : 0;
    if (pid != 0) {
      LOG.log(
          Level.WARNING,
          "the process with pid {0,number,#} has ended without releasing a {1}, which is acquired"
              + " in its place; what it protects may be half done",
          pid,
          className);
    }
    return acquired;
  }

  @Override
  public void write(ValueWriter writer) throws IOException {
    ValueWriter.Shareable handle =
        inner ->
            inner.call(
                "_polyproc.ipc.semlock",
                "_open",
                DescriptorToken.of(host, semaphore.arena().descriptor()),
                semaphore.arena().identity(),
                semaphore.slot(),
                kind,
                maxValue);
    semaphore.retain();
    writer.build("lock", className, handle, kind, maxValue);
  }
}
