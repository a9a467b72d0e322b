package io.polyproc;

import io.polyproc.embedding.Host;
import io.polyproc.sync.SemaphoreArena;
import io.polyproc.sync.SharedSemaphore;
import java.io.IOException;

/**
 * A semaphore in shared memory, and which of {@code multiprocessing}'s classes it is in Python.
 *
 * @param className {@code Lock}, {@code RLock}, {@code Semaphore} or {@code BoundedSemaphore}
 */
record SharedLock(Host host, String className, SharedSemaphore semaphore, int kind, int maxValue)
    implements ValueWriter.Shareable {

  static SharedLock create(Host host, String className, int value) {
    int kind =
        className.equals("RLock") ? SharedSemaphore.RECURSIVE_MUTEX : SharedSemaphore.SEMAPHORE;
    int maxValue = className.equals("Semaphore") ? SharedSemaphore.MAX_VALUE : value;
    SharedSemaphore semaphore = SemaphoreArena.newSemaphore(kind, value, maxValue);
    return new SharedLock(host, className, semaphore, kind, maxValue);
  }

  @Override
  public void write(ValueWriter writer) throws IOException {
    ValueWriter.Shareable handle =
        inner ->
            inner.call(
                "_polyproc.semlock",
                "_open",
                Kept.of(host, semaphore.arena().descriptor()),
                semaphore.arena().identity(),
                semaphore.slot(),
                kind,
                maxValue);
    semaphore.retain();
    writer.build("lock", className, handle, kind, maxValue);
  }
}
