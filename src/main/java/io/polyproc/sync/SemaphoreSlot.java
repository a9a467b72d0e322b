package io.polyproc.sync;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.polyproc.posix.Futex;
import io.polyproc.posix.ProcessIdentity;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The memory of one semaphore, which processes share: the only place that knows its layout.
 *
 * <pre>
 *   0  value       free permits, the futex word
 *   4  holder      which process holds the only permit, a ProcessIdentity; 0 if none or unknown
 *   8  waiters     threads that sleep, so that a release without any makes no system call
 *  12  references  how many processes use the slot
 *  16  use         what the permits stand for: HELD, TRACKED, SIGNALS or PLACES
 *  20  list        a ProcessIdentity for each permit of a tracked one, or of each process that has
 *                  enlisted; 0 is a free place
 * </pre>
 *
 * <p>Value and holder are also one word of 64 bits, the value its lower half: the only permit and
 * its holder change in one step. Every method is atomic by itself; any thread of any process may
 * call.
 */
final class SemaphoreSlot {
  static final int BYTES = 64;

  private static final int VALUE = 0;
  private static final int HOLDER = 4;
  private static final int WAITERS = 8;
  private static final int REFERENCES = 12;
  private static final int USE = 16;
  private static final int LIST = 20;

  /** A permit is held by the process that has acquired it. */
  static final int HELD = 0;

  /** The same, of one with several permits: their holders are listed, as far as there is room. */
  static final int TRACKED = 1;

  /** Permits have no holders: other processes release them than those that acquired them. */
  static final int SIGNALS = 2;

  /** The same, but a process is listed from when it acquires one until it has used it. */
  static final int PLACES = 3;

  private static final VarHandle WORD = JAVA_INT.varHandle();
  private static final VarHandle BOTH = JAVA_LONG.varHandle();
  private static final long FREE = 1;

  private final MemorySegment memory;
  private final long offset;

  SemaphoreSlot(MemorySegment memory, long offset) {
    this.memory = memory;
    this.offset = offset;
  }

  /** Where it begins in the memory of its arena. */
  long offset() {
    return offset;
  }

  /** Makes it a new one with one reference; no other process may know it yet. */
  void initialise(int value) {
    set(WAITERS, 0);
    set(HOLDER, 0);
    set(REFERENCES, 1);
    set(USE, HELD);
    for (int place = LIST; place < BYTES; place += Integer.BYTES) {
      set(place, 0);
    }
    set(VALUE, value);
  }

  private int get(int field) {
    return (int) WORD.getVolatile(memory, offset + field);
  }

  private void set(int field, int value) {
    WORD.setVolatile(memory, offset + field, value);
  }

  private int add(int field, int difference) {
    return (int) WORD.getAndAdd(memory, offset + field, difference);
  }

  // --- Permits

  int value() {
    return get(VALUE);
  }

  /** Takes one of several permits; false if there is none. */
  boolean take() {
    int value = get(VALUE);
    while (value > 0) {
      int witness = (int) WORD.compareAndExchange(memory, offset + VALUE, value, value - 1);
      if (witness == value) {
        return true;
      }
      value = witness;
    }
    return false;
  }

  /** Gives one of several permits back. */
  void give() {
    add(VALUE, 1);
  }

  /** Takes the only permit for a process; false if it is taken. */
  boolean takeOnly(int process) {
    return BOTH.compareAndSet(memory, offset, FREE, heldBy(process));
  }

  /** Gives the only permit back. */
  void giveOnly() {
    BOTH.setVolatile(memory, offset, FREE);
  }

  /** As if that process had acquired the only permit. */
  void hold(int process) {
    BOTH.setVolatile(memory, offset, heldBy(process));
  }

  /** The process that holds the only permit; 0 if none does or it is not known. */
  int holder() {
    return get(HOLDER);
  }

  /**
   * Takes the only permit over for a process if its holder has ended.
   *
   * @return the process that held it; 0 if it was not taken over
   */
  int takeOnlyFromGone(int process) {
    long word = (long) BOTH.getVolatile(memory, offset);
    int holder = (int) (word >>> Integer.SIZE);
    boolean lost =
        (int) word == 0 && holder != 0 && holder != process && ProcessIdentity.isGone(holder);
    return lost && BOTH.compareAndSet(memory, offset, word, heldBy(process)) ? holder : 0;
  }

  private static long heldBy(int process) {
    return (long) process << Integer.SIZE;
  }

  // --- What the permits stand for, and the list

  int use() {
    return get(USE);
  }

  void setUse(int use) {
    set(USE, use);
  }

  /** As if that process were at this place of the list. */
  void list(int place, int process) {
    set(LIST + place * Integer.BYTES, process);
  }

  /** Replaces a process on the list, once, or a free place (0); false if there is none. */
  boolean replace(int former, int next) {
    for (int place = LIST; place < BYTES; place += Integer.BYTES) {
      if (WORD.compareAndSet(memory, offset + place, former, next)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Replaces a process on the list that has ended.
   *
   * @param mine this process, which has not
   * @return the process that was replaced; 0 if there is none
   */
  int replaceGone(int mine, int next) {
    for (int place = LIST; place < BYTES; place += Integer.BYTES) {
      int listed = get(place);
      if (listed != 0
          && listed != mine
          && ProcessIdentity.isGone(listed)
          && WORD.compareAndSet(memory, offset + place, listed, next)) {
        return listed;
      }
    }
    return 0;
  }

  /** The processes on the list. */
  int[] listed() {
    int[] all = new int[(BYTES - LIST) / Integer.BYTES];
    Arrays.setAll(all, place -> get(LIST + place * Integer.BYTES));
    return Arrays.stream(all).filter(process -> process != 0).toArray();
  }

  // --- Sleeping threads

  /** A thread begins to wait. */
  void addWaiter() {
    add(WAITERS, 1);
  }

  void removeWaiter() {
    add(WAITERS, -1);
  }

  /** Sleeps while there are no free permits, for at most so long; may return early. */
  void sleep(long nanos) {
    Futex.await(memory, offset + VALUE, 0, nanos);
  }

  /** Wakes one thread, if one sleeps. */
  void wake() {
    if (get(WAITERS) > 0) {
      Futex.wake(memory, offset + VALUE, 1);
    }
  }

  // --- References

  void retain() {
    add(REFERENCES, 1);
  }

  /** Drops a reference; true if it was the last. */
  boolean release() {
    return add(REFERENCES, -1) == 1;
  }
}
