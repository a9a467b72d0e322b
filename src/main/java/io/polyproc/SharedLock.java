package io.polyproc;

import io.polyproc.host.EmbeddedRuntime;
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
record SharedLock(
    EmbeddedRuntime host, String className, SharedSemaphore semaphore, int kind, int maxValue)
    implements ValueWriter.Shareable {
  private static final System.Logger LOG = System.getLogger(SharedLock.class.getName());

  static SharedLock create(EmbeddedRuntime host, String className, int value) {
    int kind =
        className.equals("RLock") ? SharedSemaphore.RECURSIVE_MUTEX : SharedSemaphore.SEMAPHORE;
    int maxValue = className.equals("Semaphore") ? SharedSemaphore.MAX_VALUE : value;
    SharedSemaphore semaphore = SemaphoreArena.newSemaphore(kind, value, maxValue);
    return new SharedLock(host, className, semaphore, kind, maxValue);
  }

  /** Acquires, waiting so long; false if it could not. */
  boolean acquire(long nanos) throws InterruptedException {
    if (!Thread.currentThread().isInterrupted() && semaphore.tryAcquire()) {
      return told(true);
    }
    Events.LockWait event = waits();
    boolean acquired = false;
    try {
      acquired = Waits.acquire(semaphore, nanos);
    } finally {
      waited(event, acquired);
    }
    return told(acquired);
  }

  private Events.LockWait waits() {
    Events.LockWait event = new Events.LockWait();
    if (event.isEnabled()) {
      event.holder = semaphore.holder();
      event.begin();
    }
    return event;
  }

  private void waited(Events.LockWait event, boolean acquired) {
    event.end();
    if (event.shouldCommit()) {
      event.lock = semaphore.id();
      event.kind = className;
      event.acquired = acquired;
      event.commit();
    }
  }

  /** Acquires, whatever interrupts. */
  void acquireUninterruptibly() {
    if (semaphore.tryAcquire()) {
      boolean _ = told(true);
      return;
    }
    Events.LockWait event = waits();
    boolean acquired = Waits.acquireUninterruptibly(semaphore, Waits.FOR_EVER);
    waited(event, acquired);
    boolean _ = told(acquired);
  }

  /** Acquires without waiting; false if it could not. */
  boolean tryAcquire() {
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
