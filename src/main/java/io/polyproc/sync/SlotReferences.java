package io.polyproc.sync;

import java.lang.ref.Cleaner;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The references of this process to slots of arenas. Each is counted in its slot; the process that
 * drops the last one frees the slot. One of a process that is killed stays, until the arena goes.
 *
 * <p>Any thread may call. A lock guards the set and the counts against a fork in between: {@link
 * ForChild}.
 */
final class SlotReferences {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final ReentrantLock COUNTING = new ReentrantLock();
  private static final long PAUSE_NANOS = 100_000;
  private static final Set<Reference> ALL = ConcurrentHashMap.newKeySet();

  private SlotReferences() {}

  /**
   * Notes a reference that is counted already; it is dropped once the owner is collected, or the
   * result is cleaned.
   */
  static Cleaner.Cleanable add(Object owner, SemaphoreArena arena, SemaphoreSlot slot) {
    return CLEANER.register(owner, new Reference(arena, slot));
  }

  /** At the end of this process: drops all. */
  static void releaseAll() {
    List.copyOf(ALL).forEach(Reference::run);
  }

  /** In a forked JVM whose original's semaphores are not to be used any more. */
  static void forgetAll() {
    ALL.clear();
  }

  /** Whether this process uses any slot in this way. */
  static boolean anyIs(int use) {
    return ALL.stream().anyMatch(reference -> reference.slot.use() == use);
  }

  /** One of them. */
  private static final class Reference implements Runnable {
    private final SemaphoreArena arena;
    private final SemaphoreSlot slot;

    Reference(SemaphoreArena arena, SemaphoreSlot slot) {
      this.arena = arena;
      this.slot = slot;
      COUNTING.lock();
      try {
        ALL.add(this);
      } finally {
        COUNTING.unlock();
      }
    }

    void retain() {
      slot.retain();
    }

    void release() {
      if (slot.release()) {
        arena.free(slot.offset());
      }
    }

    /** Once: when nothing refers to the semaphore any more, or at the end of the process. */
    @Override
    public void run() {
      // Not in a queue: in a child, those of threads that are no more are cleared.
      while (!COUNTING.tryLock()) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      try {
        if (ALL.remove(this)) {
          release();
        }
      } finally {
        COUNTING.unlock();
      }
    }
  }

  /** The references of a child that is about to be forked: see {@link SharedSemaphore.ForChild}. */
  static final class ForChild {
    private final List<Reference> references;

    ForChild() {
      COUNTING.lock();
      references = List.copyOf(ALL);
      references.forEach(Reference::retain);
    }

    void drop() {
      references.forEach(Reference::release);
      COUNTING.unlock();
    }

    void keep() {
      COUNTING.unlock();
    }
  }
}
