package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The kernel's wait queue on a word of shared memory ({@code man 2 futex}). Any thread may call.
 */
public final class Futex {
  private static final long SYS_FUTEX =
      System.getProperty("os.arch", "").equals("aarch64") ? 98 : 202;
  private static final int FUTEX_WAIT = 0;
  private static final int FUTEX_WAKE = 1;
  private static final ThreadLocal<MemorySegment> TIMEOUT =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(16, 8));

  private Futex() {}

  /**
   * Sleeps while the word at {@code offset} holds {@code expected}, until woken or timed out. May
   * return early for no reason: the caller looks at the word again.
   *
   * @param nanos how long at most, in nanoseconds
   */
  public static void await(MemorySegment memory, long offset, int expected, long nanos) {
    MemorySegment timeout = TIMEOUT.get();
    timeout.set(JAVA_LONG, 0, nanos / 1_000_000_000L);
    timeout.set(JAVA_LONG, 8, nanos % 1_000_000_000L);
    long result =
        LibC.SYSCALL.tryCall6(
            SYS_FUTEX, memory.address() + offset, FUTEX_WAIT, expected, timeout.address(), 0);
    if (result < 0
        && result != -Errno.EAGAIN
        && result != -Errno.EINTR
        && result != -Errno.ETIMEDOUT) {
      throw new PosixException("futex(WAIT)", (int) -result);
    }
  }

  /** Wakes at most {@code count} waiters on the word at {@code offset}. */
  public static void wake(MemorySegment memory, long offset, int count) {
    long result =
        LibC.SYSCALL.tryCall6(SYS_FUTEX, memory.address() + offset, FUTEX_WAKE, count, 0, 0);
    if (result < 0) {
      throw new PosixException("futex(WAKE)", (int) -result);
    }
  }
}
