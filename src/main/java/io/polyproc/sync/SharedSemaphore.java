package io.polyproc.sync;

import io.polyproc.posix.ProcessIdentity;
import io.polyproc.trace.Trace;
import java.lang.ref.Cleaner;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

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
 * change in one step, so that a taken one always has a holder. The holders of several permits are
 * listed if that was asked for. When a holder ends without releasing its permit, a waiting process
 * notices within {@value #LOOK_MILLIS} ms and takes it over: {@link #takeLostHolder}.
 */
public final class SharedSemaphore {
  /** The kind that counts: {@code SemLock}'s {@code SEMAPHORE}. */
  public static final int SEMAPHORE = 1;

  /** The kind whose owner may acquire again: {@code SemLock}'s {@code RECURSIVE_MUTEX}. */
  public static final int RECURSIVE_MUTEX = 0;

  /** The largest value: {@code SEM_VALUE_MAX} of Linux. */
  public static final int MAX_VALUE = Integer.MAX_VALUE;

  private static final int SPINS = 64;
  private static final int LOOK_MILLIS = 100;
  private static final long LOOK_NANOS = LOOK_MILLIS * 1_000_000L;

  private final SemaphoreArena arena;
  private final SemaphoreSlot slot;
  private final int kind;
  private final int maxValue;
  private final Cleaner.Cleanable reference;
  private volatile int count;
  private volatile long owner;
  private volatile int lostHolder;
  private volatile Trace.@Nullable Value length;

  SharedSemaphore(SemaphoreArena arena, long slot, int kind, int maxValue) {
    this.arena = arena;
    this.slot = new SemaphoreSlot(arena.memory(), slot);
    this.kind = kind;
    this.maxValue = maxValue;
    this.reference = SlotReferences.add(this, arena, this.slot);
  }

  /**
   * References counted on behalf of a child that is about to be forked. Until it is dropped or
   * kept, by the same thread, this process makes and drops no others.
   */
  public static final class ForChild {
    private final SlotReferences.ForChild references = new SlotReferences.ForChild();

    private ForChild() {}

    /** In the parent, if there is no child. */
    public void drop() {
      references.drop();
    }

    /** In the parent and in the child, if there is one. */
    public void keep() {
      references.keep();
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
    SlotReferences.releaseAll();
  }

  void initialise(int value) {
    slot.initialise(value);
  }

  /** Lists the holders of its permits from now on; called before another process knows it. */
  public void track() {
    if (maxValue > 1) {
      slot.setUse(SemaphoreSlot.TRACKED);
    }
  }

  /** Its permits are signals, and do not pass on when a process ends. */
  private void useForSignals() {
    if (slot.use() != SemaphoreSlot.PLACES) {
      slot.setUse(SemaphoreSlot.SIGNALS);
    }
  }

  /**
   * Its permits are places in a queue, which others free. A process that has taken one and has not
   * filled it yet can {@linkplain #enlist be listed}: when it ends, the place passes to a waiting
   * one.
   */
  public void useForPlaces() {
    slot.setUse(SemaphoreSlot.PLACES);
  }

  /** Whether this process uses any whose permits are places in a queue. */
  public static boolean anyIsOfPlaces() {
    return SlotReferences.anyIs(SemaphoreSlot.PLACES);
  }

  private boolean isTracked() {
    return maxValue > 1 && slot.use() == SemaphoreSlot.TRACKED;
  }

  /**
   * Puts this process on the list that there is beside a semaphore that is not tracked.
   *
   * @return false if it has no free place
   */
  public boolean enlist() {
    return slot.replace(0, SemaphoreArena.identityOfProcess());
  }

  /** Takes this process off the list, once; false if it is not on it. */
  public boolean delist() {
    return slot.replace(SemaphoreArena.identityOfProcess(), 0);
  }

  /** Takes processes that have ended off the list; returns how many. */
  public int delistGone() {
    int count = 0;
    while (replaceGone(0) != 0) {
      count++;
    }
    return count;
  }

  /** Replaces a process that has ended; returns which, or 0 if there is none. */
  private int replaceGone(int next) {
    return slot.replaceGone(SemaphoreArena.identityOfProcess(), next);
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
    return maxValue == 1 ? slot.takeOnly(SemaphoreArena.identityOfProcess()) : slot.take();
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

  /** As if that process were there on the list. */
  void list(int place, int process) {
    slot.list(place, process);
  }

  /** As if that process had acquired it. */
  void hold(int process) {
    slot.hold(process);
  }

  /** Takes a permit over if the process that holds it has ended. */
  private boolean takeOver() {
    if (slot.use() == SemaphoreSlot.PLACES) {
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
    if (slot.use() == SemaphoreSlot.SIGNALS) {
      return false;
    }
    int gone = slot.takeOnlyFromGone(SemaphoreArena.identityOfProcess());
    if (gone == 0) {
      return false;
    }
    lostHolder = ProcessIdentity.pid(gone);
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
    slot.addWaiter();
    try {
      for (long left = deadline - System.nanoTime(); ; left = deadline - System.nanoTime()) {
        if (value() > 0) {
          return true;
        }
        if (left <= 0) {
          return false;
        }
        slot.sleep(left);
      }
    } finally {
      slot.removeWaiter();
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
    if (!trace.isWait(begin)) {
      return acquired;
    }
    String what =
        slot.use() == SemaphoreSlot.PLACES
            ? "wait for room in queue "
            : maxValue > 1
                ? "wait for semaphore "
                : kind == RECURSIVE_MUTEX ? "wait for recursive lock " : "wait for lock ";
    trace.slice("wait", what + id(), begin, 0, 0, holder == 0 ? "" : "held by " + holder);
    return acquired;
  }

  private boolean awaitPermitUntil(long deadline) {
    slot.addWaiter();
    try {
      for (long left = deadline - System.nanoTime(); ; left = deadline - System.nanoTime()) {
        if (takePermit()) {
          return acquired();
        }
        if (left <= 0) {
          return takeOver() && counted();
        }
        slot.sleep(Math.min(left, LOOK_NANOS));
        if (left > LOOK_NANOS && takeOver()) {
          return counted();
        }
      }
    } finally {
      slot.removeWaiter();
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
    slot.wake();
    return 0;
  }

  private boolean isHeldHere() {
    return slot.holder() == SemaphoreArena.identityOfProcess();
  }

  private void givePermit() {
    if (maxValue == 1) {
      slot.giveOnly();
    } else {
      slot.give();
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
    return slot.value();
  }

  /** The id of the process that holds the only permit; 0 if none does or it is not known. */
  public int holder() {
    return ProcessIdentity.pid(slot.holder());
  }

  /** The ids of the processes that are listed as holders of its permits, once for each permit. */
  public int[] listed() {
    return Arrays.stream(slot.listed()).map(ProcessIdentity::pid).toArray();
  }

  /** What tells it from others, in all processes. */
  public String id() {
    return Integer.toHexString((int) arena.identity()) + ":" + slot.offset();
  }

  /** How many permits are taken at this moment. */
  public int taken() {
    return maxValue - value();
  }

  /** Tells the timeline, if there is one, how many items the queue has whose places these are. */
  public void traceTaken() {
    Trace trace = Trace.current();
    if (trace == null) {
      return;
    }
    Trace.Value value = length;
    if (value == null || !value.isOf(trace)) {
      value = trace.value("queue " + id(), "items");
      length = value;
    }
    value.note(taken());
  }

  /** Where it lives in its arena. */
  public long slot() {
    return slot.offset();
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
    slot.retain();
  }

  /**
   * Drops this process's reference; the last one frees the slot. Later calls do nothing. If it is
   * not called, the collector does so once nothing refers to this object.
   */
  public void close() {
    reference.clean();
  }
}
