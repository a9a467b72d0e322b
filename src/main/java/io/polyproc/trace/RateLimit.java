package io.polyproc.trace;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Says which of many events are recorded: all of a burst, then one a period, so that recording
 * costs no more than its share of the time, however many events there are.
 *
 * <p>Any thread may call.
 */
final class RateLimit {
  private final long periodNanos;
  private final long burstNanos;
  private final AtomicLong paidUntil;
  private final AtomicLong skipped = new AtomicLong();

  /**
   * @param periodNanos from one event to the next, in the long run
   * @param burst how many may come at once
   */
  RateLimit(long periodNanos, int burst, long now) {
    this.periodNanos = periodNanos;
    burstNanos = burst * periodNanos;
    paidUntil = new AtomicLong(now);
  }

  /** Whether an event that happens now is to be recorded; else it is counted. */
  boolean allows(long now) {
    long until = paidUntil.get();
    if (until - now >= burstNanos) {
      skipped.incrementAndGet();
      return false;
    }
    // If another thread was faster, one event more is recorded.
    paidUntil.compareAndSet(until, (until - now > 0 ? until : now) + periodNanos);
    return true;
  }

  /** How many were not recorded since the last call. */
  long takeSkipped() {
    return skipped.get() == 0 ? 0 : skipped.getAndSet(0);
  }
}
