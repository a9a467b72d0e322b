package io.polyproc.sync;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.polyproc.posix.Futex;
import io.polyproc.posix.Processes;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A counting semaphore or a recursive mutex that processes share: CPython's {@code
 * _multiprocessing.SemLock} over a futex instead of a named POSIX semaphore, so that it has no name
 * to leak and knows its holder.
 *
 * <p>Any thread of any process that maps the {@link SemaphoreArena} may call. Without contention an
 * operation is one compare-and-set and no system call. How often and by which thread it is held is
 * each process's own knowledge, as in CPython.
 */
public final class SharedSemaphore {
  /** The kind that counts: {@code SemLock}'s {@code SEMAPHORE}. */
  public static final int SEMAPHORE = 1;

  /** The kind whose owner may acquire again: {@code SemLock}'s {@code RECURSIVE_MUTEX}. */
  public static final int RECURSIVE_MUTEX = 0;

  /** The largest value: {@code SEM_VALUE_MAX} of Linux. */
  public static final int MAX_VALUE = Integer.MAX_VALUE;

  // One slot of the arena:
  //   0  value      free permits, the futex word
  //   4  waiters    threads that sleep, so that a release without any makes no system call
  //   8  holder     pid of the process that acquired last
  //  12  references how many processes use the slot
  static final int SLOT_BYTES = 64;
  private static final int VALUE = 0;
  private static final int WAITERS = 4;
  private static final int HOLDER = 8;
  private static final int REFERENCES = 12;

  private static final VarHandle WORD = JAVA_INT.varHandle();
  private static final int SPINS = 64;

  private final SemaphoreArena arena;
  private final MemorySegment memory;
  private final long slot;
  private final int kind;
  private final int maxValue;
  private final AtomicBoolean released = new AtomicBoolean();
  private volatile int count;
  private volatile long owner;

  SharedSemaphore(SemaphoreArena arena, long slot, int kind, int maxValue) {
    this.arena = arena;
    this.memory = arena.memory();
    this.slot = slot;
    this.kind = kind;
    this.maxValue = maxValue;
  }

  void initialise(int value) {
    WORD.setVolatile(memory, slot + WAITERS, 0);
    WORD.setVolatile(memory, slot + HOLDER, 0);
    WORD.setVolatile(memory, slot + REFERENCES, 1);
    WORD.setVolatile(memory, slot + VALUE, value);
  }

  /** Takes one permit if there is any, without waiting. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // the owner alone counts
  public boolean tryAcquire() {
    if (kind == RECURSIVE_MUTEX && isMine()) {
      count++;
      return true;
    }
    return takePermit() && acquired();
  }

  private boolean takePermit() {
    int value = (int) WORD.getVolatile(memory, slot + VALUE);
    while (value > 0) {
      int witness = (int) WORD.compareAndExchange(memory, slot + VALUE, value, value - 1);
      if (witness == value) {
        return true;
      }
      value = witness;
    }
    return false;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // whoever counts holds the permit
  private boolean acquired() {
    count++;
    owner = Thread.currentThread().threadId();
    if (maxValue == 1) {
      WORD.setOpaque(memory, slot + HOLDER, SemaphoreArena.PID);
    }
    return true;
  }

  /**
   * Takes one permit, waiting for it.
   *
   * @param seconds how long at most; the caller looks after signals in between, so it asks for
   *     slices of a long wait
   * @return whether it was acquired
   */
  public boolean acquire(double seconds) {
    if (tryAcquire()) {
      return true;
    }
    for (int i = 0; i < SPINS; i++) {
      Thread.onSpinWait();
      if (takePermit()) {
        return acquired();
      }
    }
    return awaitPermit(System.nanoTime() + (long) (seconds * 1e9));
  }

  private boolean awaitPermit(long deadline) {
    WORD.getAndAdd(memory, slot + WAITERS, 1);
    try {
      for (long left = deadline - System.nanoTime(); ; left = deadline - System.nanoTime()) {
        if (takePermit()) {
          return acquired();
        }
        if (left <= 0) {
          return false;
        }
        Futex.await(memory, slot + VALUE, 0, left);
      }
    } finally {
      WORD.getAndAdd(memory, slot + WAITERS, -1);
    }
  }

  /**
   * Gives one permit back.
   *
   * @return 0, or why not: 1 if a recursive mutex isn't held by this thread, 2 if there would be
   *     more permits than the maximum
   */
  @SuppressWarnings("NonAtomicVolatileUpdate") // only the holder counts
  public int release() {
    if (kind == RECURSIVE_MUTEX) {
      if (!isMine()) {
        return 1;
      }
      if (count > 1) {
        count--;
        return 0;
      }
    }
    int value = (int) WORD.getVolatile(memory, slot + VALUE);
    if (value >= maxValue) {
      return 2;
    }
    // Before the permit is free: afterwards the next holder counts.
    count--;
    while (true) {
      int witness = (int) WORD.compareAndExchange(memory, slot + VALUE, value, value + 1);
      if (witness == value) {
        break;
      }
      value = witness;
    }
    if ((int) WORD.getVolatile(memory, slot + WAITERS) > 0) {
      Futex.wake(memory, slot + VALUE, 1);
    }
    return 0;
  }

  /** How often this process has acquired and not yet released it. */
  public int count() {
    return count;
  }

  /** Whether the calling thread holds it. */
  public boolean isMine() {
    return count > 0 && owner == Thread.currentThread().threadId();
  }

  /** The free permits at this moment. */
  public int value() {
    return (int) WORD.getVolatile(memory, slot + VALUE);
  }

  /** The pid that acquired last; only kept where at most one process holds it. */
  public int holder() {
    return (int) WORD.getOpaque(memory, slot + HOLDER);
  }

  /** Whether the process that holds it, if any does, no longer exists. */
  public boolean isHolderGone() {
    int holder = holder();
    return maxValue == 1 && value() == 0 && holder != 0 && !Processes.exists(holder);
  }

  /** Where it lives in its arena. */
  public long slot() {
    return slot;
  }

  public SemaphoreArena arena() {
    return arena;
  }

  /** Forgets what the process from which this one was copied held. */
  public void resetCount() {
    count = 0;
  }

  /** Counts a reference that travels to another process, which takes it over. */
  public void retain() {
    WORD.getAndAdd(memory, slot + REFERENCES, 1);
  }

  /** Drops this process's reference; the last one frees the slot. Later calls do nothing. */
  public void close() {
    if (released.compareAndSet(false, true)
        && (int) WORD.getAndAdd(memory, slot + REFERENCES, -1) == 1) {
      arena.free(slot);
    }
  }
}
