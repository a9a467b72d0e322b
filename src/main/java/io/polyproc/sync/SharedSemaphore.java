package io.polyproc.sync;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.polyproc.posix.Futex;
import io.polyproc.posix.ProcessIdentity;
import io.polyproc.trace.Trace;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.lang.ref.Cleaner;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.LongStream;

/**
 * A counting semaphore or a recursive mutex that processes share: CPython's {@code
 * _multiprocessing.SemLock} over a futex instead of a named POSIX semaphore, so that it has no name
 * to leak and knows its holder.
 *
 * <p>Any thread of any process that maps the {@link SemaphoreArena} may call. Without contention an
 * operation is one compare-and-set and no system call. How often and by which thread it is held is
 * each process's own knowledge, as in CPython.
 *
 * <p>One that only one process can hold has, beside its value, the process that holds it; both
 * change in one step, so that a taken one always has a holder. The holders of several permits are listed
 * if that was asked for. When a holder ends without releasing its permit, a waiting process notices
 * within {@value #LOOK_MILLIS} ms and takes it over: {@link #takeLostHolder}.
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
  //   4  holder     which process holds the only permit, a ProcessIdentity; 0 if none or unknown
  //   8  waiters    threads that sleep, so that a release without any makes no system call
  //  12  references how many processes use the slot
  //  16  flags      see TRACKED
  //  20  list       a ProcessIdentity for each permit of a tracked one, or of each process that has
  //                 enlisted; 0 is a free place
  // Value and holder are also one word of 64 bits, the value its lower half.
  static final int SLOT_BYTES = 64;
  private static final int VALUE = 0;
  private static final int HOLDER = 4;
  private static final int WAITERS = 8;
  private static final int REFERENCES = 12;
  private static final int FLAGS = 16;
  private static final int LIST = 20;
  private static final int LIST_END = SLOT_BYTES;

  // Of one with several permits: their holders are listed, as far as there is room.
  private static final int TRACKED = 1;
  // Its permits have no holders: they are released by other processes than those that acquired them.
  private static final int SIGNALS = 2;
  // The same, but a process that has acquired one and not used it yet is on the list, once for each.
  private static final int PLACES = 3;

  private static final VarHandle WORD = JAVA_INT.varHandle();
  private static final VarHandle BOTH = JAVA_LONG.varHandle();
  private static final long FREE = 1;
  private static final int SPINS = 64;
  private static final int LOOK_MILLIS = 100;
  private static final long LOOK_NANOS = LOOK_MILLIS * 1_000_000L;
  private static final Cleaner CLEANER = Cleaner.create();

  /** Guards the references and their counts against a fork in between. */
  private static final ReentrantLock COUNTING = new ReentrantLock();

  private static final long PAUSE_NANOS = 100_000;

  /** The references of this process. */
  private static final Set<Reference> ALL = ConcurrentHashMap.newKeySet();

  private final SemaphoreArena arena;
  private final MemorySegment memory;
  private final long slot;
  private final int kind;
  private final int maxValue;
  private final Cleaner.Cleanable reference;
  private volatile int count;
  private volatile long owner;
  private volatile int lostHolder;

  SharedSemaphore(SemaphoreArena arena, long slot, int kind, int maxValue) {
    this.arena = arena;
    this.memory = arena.memory();
    this.slot = slot;
    this.kind = kind;
    this.maxValue = maxValue;
    this.reference = CLEANER.register(this, new Reference(arena, slot));
  }

  /** What a process has of a slot, counted there. */
  private static final class Reference implements Runnable {
    private final SemaphoreArena arena;
    private final long slot;

    Reference(SemaphoreArena arena, long slot) {
      this.arena = arena;
      this.slot = slot;
      COUNTING.lock();
      try {
        ALL.add(this);
      } finally {
        COUNTING.unlock();
      }
    }

    boolean isOfPlaces() {
      return (int) WORD.getVolatile(arena.memory(), slot + FLAGS) == PLACES;
    }

    void retain() {
      WORD.getAndAdd(arena.memory(), slot + REFERENCES, 1);
    }

    void release() {
      if ((int) WORD.getAndAdd(arena.memory(), slot + REFERENCES, -1) == 1) {
        arena.free(slot);
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

  /**
   * References counted on behalf of a child that is about to be forked. Until it is dropped or
   * kept, by the same thread, this process makes and drops no others.
   */
  public static final class ForChild {
    private final List<Reference> references;

    private ForChild() {
      COUNTING.lock();
      references = List.copyOf(ALL);
      references.forEach(Reference::retain);
    }

    /** In the parent, if there is no child. */
    public void drop() {
      references.forEach(Reference::release);
      COUNTING.unlock();
    }

    /** In the parent and in the child, if there is one. */
    public void keep() {
      COUNTING.unlock();
    }
  }

  /**
   * Before a fork: counts the child's references to all semaphores that this process uses, which
   * the child drops one by one like its own.
   */
  public static ForChild retainForChild() {
    return new ForChild();
  }

  /** At the end of this process: drops its references. */
  public static void releaseAll() {
    List.copyOf(ALL).forEach(Reference::run);
  }

  /** In a forked JVM whose original's semaphores are not to be used any more. */
  static void forgetAll() {
    ALL.clear();
  }

  void initialise(int value) {
    WORD.setVolatile(memory, slot + WAITERS, 0);
    WORD.setVolatile(memory, slot + HOLDER, 0);
    WORD.setVolatile(memory, slot + REFERENCES, 1);
    WORD.setVolatile(memory, slot + FLAGS, 0);
    for (long place = slot + LIST; place < slot + LIST_END; place += Integer.BYTES) {
      WORD.setVolatile(memory, place, 0);
    }
    WORD.setVolatile(memory, slot + VALUE, value);
  }

  /** Lists the holders of its permits from now on; called before another process knows it. */
  public void track() {
    if (maxValue > 1) {
      WORD.setVolatile(memory, slot + FLAGS, TRACKED);
    }
  }

  /** Its permits are signals, and do not pass on when a process ends. */
  private void useForSignals() {
    if (flags() != PLACES) {
      WORD.setVolatile(memory, slot + FLAGS, SIGNALS);
    }
  }

  /**
   * Its permits are places in a queue, which others free. A process that has taken one and
   * has not filled it yet can {@linkplain #enlist be listed}: when it ends, the place passes to a
   * waiting one.
   */
  public void useForPlaces() {
    WORD.setVolatile(memory, slot + FLAGS, PLACES);
  }

  /** Whether this process uses any whose permits are places in a queue. */
  public static boolean anyIsOfPlaces() {
    return ALL.stream().anyMatch(Reference::isOfPlaces);
  }

  private int flags() {
    return (int) WORD.getVolatile(memory, slot + FLAGS);
  }

  private boolean isTracked() {
    return maxValue > 1 && flags() == TRACKED;
  }

  /**
   * Puts this process on the list that there is beside a semaphore that is not tracked.
   *
   * @return false if it has no free place
   */
  public boolean enlist() {
    return replace(0, SemaphoreArena.identityOfProcess());
  }

  /** Takes this process off the list, once; false if it is not on it. */
  public boolean delist() {
    return replace(SemaphoreArena.identityOfProcess(), 0);
  }

  /** Takes processes that have ended off the list; returns how many. */
  public int delistGone() {
    int count = 0;
    while (replaceGone(0) != 0) {
      count++;
    }
    return count;
  }

  private boolean replace(int former, int next) {
    for (long place = slot + LIST; place < slot + LIST_END; place += Integer.BYTES) {
      if (WORD.compareAndSet(memory, place, former, next)) {
        return true;
      }
    }
    return false;
  }

  /** Replaces a process that has ended; returns which, or 0 if there is none. */
  private int replaceGone(int next) {
    int mine = SemaphoreArena.identityOfProcess();
    for (long place = slot + LIST; place < slot + LIST_END; place += Integer.BYTES) {
      int listed = (int) WORD.getVolatile(memory, place);
      if (listed != 0
          && listed != mine
          && ProcessIdentity.isGone(listed)
          && WORD.compareAndSet(memory, place, listed, next)) {
        return listed;
      }
    }
    return 0;
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
    if (maxValue == 1) {
      return BOTH.compareAndSet(memory, slot, FREE, heldBy(SemaphoreArena.identityOfProcess()));
    }
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

  @SuppressWarnings("NonAtomicVolatileUpdate") // the counting thread holds the permit
  private boolean acquired() {
    if (isTracked() && !enlist()) {
      useForSignals();
    }
    return counted();
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // the counting thread holds the permit
  private boolean counted() {
    count++;
    owner = Thread.currentThread().threadId();
    return true;
  }

  private static long heldBy(int process) {
    return (long) process << Integer.SIZE;
  }

  /** As if that process were there on the list. */
  void list(int place, int process) {
    WORD.setVolatile(memory, slot + LIST + (long) place * Integer.BYTES, process);
  }

  /** As if that process had acquired it. */
  void hold(int process) {
    BOTH.setVolatile(memory, slot, heldBy(process));
  }

  /** Takes a permit over if the process that holds it has ended. */
  private boolean takeOver() {
    if (flags() == PLACES) {
      return replaceGone(0) != 0;
    }
    return maxValue == 1 ? takeOnlyOver() : isTracked() && takeListedOver();
  }

  private boolean takeListedOver() {
    int gone = replaceGone(SemaphoreArena.identityOfProcess());
    lostHolder = ProcessIdentity.pid(gone);
    return gone != 0;
  }

  private boolean takeOnlyOver() {
    long word = (long) BOTH.getVolatile(memory, slot);
    int holder = (int) (word >>> Integer.SIZE);
    int mine = SemaphoreArena.identityOfProcess();
    if ((int) word != 0
        || holder == 0
        || holder == mine
        || flags() == SIGNALS
        || !ProcessIdentity.isGone(holder)) {
      return false;
    }
    if (!BOTH.compareAndSet(memory, slot, word, heldBy(mine))) {
      return false;
    }
    lostHolder = ProcessIdentity.pid(holder);
    return true;
  }

  /**
   * The id of the process from which this one has taken the permit over, as it ended without giving
   * it back; 0 if there is none, or it was asked for before.
   */
  public int takeLostHolder() {
    int pid = lostHolder;
    lostHolder = 0;
    return pid;
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

  /**
   * Waits until a permit may be free, and takes none: for a caller whose thread must not sleep in a
   * system call itself. The caller then tries to acquire, and may be too late.
   *
   * @param seconds how long at most
   */
  public boolean awaitFree(double seconds) {
    long deadline = System.nanoTime() + (long) (seconds * 1e9);
    WORD.getAndAdd(memory, slot + WAITERS, 1);
    try {
      for (long left = deadline - System.nanoTime(); ; left = deadline - System.nanoTime()) {
        if (value() > 0) {
          return true;
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

  private boolean awaitPermit(long deadline) {
    Trace trace = Trace.current();
    if (trace == null) {
      return awaitPermitUntil(deadline);
    }
    long begin = Trace.now();
    int holder = holder();
    boolean acquired = awaitPermitUntil(deadline);
    String what =
        flags() == PLACES
            ? "wait for room in queue "
            : maxValue > 1
                ? "wait for semaphore "
                : kind == RECURSIVE_MUTEX ? "wait for recursive lock " : "wait for lock ";
    trace.waited(what + id(), begin, holder == 0 ? "" : "held by " + holder);
    return acquired;
  }

  private boolean awaitPermitUntil(long deadline) {
    WORD.getAndAdd(memory, slot + WAITERS, 1);
    try {
      for (long left = deadline - System.nanoTime(); ; left = deadline - System.nanoTime()) {
        if (takePermit()) {
          return acquired();
        }
        if (left <= 0) {
          return takeOver() && counted();
        }
        Futex.await(memory, slot + VALUE, 0, Math.min(left, LOOK_NANOS));
        if (left > LOOK_NANOS && takeOver()) {
          return counted();
        }
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
    if (value() >= maxValue) {
      return 2;
    }
    if (maxValue == 1 ? !isHeldHere() : isTracked() && !delist()) {
      useForSignals();
    }
    // Before the permit is free: afterwards the next holder counts.
    count--;
    givePermit();
    if ((int) WORD.getVolatile(memory, slot + WAITERS) > 0) {
      Futex.wake(memory, slot + VALUE, 1);
    }
    return 0;
  }

  private boolean isHeldHere() {
    return (int) WORD.getVolatile(memory, slot + HOLDER) == SemaphoreArena.identityOfProcess();
  }

  private void givePermit() {
    if (maxValue == 1) {
      BOTH.setVolatile(memory, slot, FREE);
    } else {
      WORD.getAndAdd(memory, slot + VALUE, 1);
    }
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

  /** The id of the process that holds the only permit; 0 if none does or it is not known. */
  public int holder() {
    return ProcessIdentity.pid((int) WORD.getVolatile(memory, slot + HOLDER));
  }

  /** The ids of the processes that are listed as holders of its permits, once for each permit. */
  public int[] listed() {
    return LongStream.iterate(
            slot + LIST, place -> place < slot + LIST_END, place -> place + Integer.BYTES)
        .mapToInt(place -> ProcessIdentity.pid((int) WORD.getVolatile(memory, place)))
        .filter(pid -> pid != 0)
        .toArray();
  }

  /** What tells it from others, in all processes. */
  public String id() {
    return Integer.toHexString((int) arena.identity()) + ":" + slot;
  }

  /** How many permits are taken at this moment. */
  public int taken() {
    return maxValue - value();
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

  /**
   * Drops this process's reference; the last one frees the slot. Later calls do nothing. If it
   * is not called, the collector does so once nothing refers to this object.
   */
  public void close() {
    reference.clean();
  }
}
