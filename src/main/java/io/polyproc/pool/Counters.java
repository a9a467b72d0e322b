package io.polyproc.pool;

import io.polyproc.PoolMetrics;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What the workers of a pool have done; what is counted here counts for the runtime, too. */
public final class Counters {
  enum Counter {
    WORKERS_ALIVE,
    WORKERS_STARTED,
    WORKERS_READY,
    WORKERS_RESTARTED,
    WORKERS_LOST,
    TASKS_WAITING,
    TASKS_RUNNING,
    TASKS_SUCCEEDED,
    TASKS_FAILED,
    TASK_NANOS,
    BOOT_NANOS
  }

  private final @Nullable Counters all;
  private final Map<Counter, LongAdder> adders = new EnumMap<>(Counter.class);

  /**
   * Counters that are 0.
   *
   * @param all count what is counted here, too; null for none
   */
  public Counters(@Nullable Counters all) {
    this.all = all;
    for (Counter counter : Counter.values()) {
      adders.put(counter, new LongAdder());
    }
  }

  void add(Counter counter, long number) {
    adder(counter).add(number);
    if (all != null) {
      all.add(counter, number);
    }
  }

  void increment(Counter counter) {
    add(counter, 1);
  }

  void decrement(Counter counter) {
    add(counter, -1);
  }

  private LongAdder adder(Counter counter) {
    return Objects.requireNonNull(adders.get(counter));
  }

  private long sum(Counter counter) {
    // What goes up and down may be looked at between the two.
    return Math.max(0, adder(counter).sum());
  }

  /** What there is now. */
  public PoolMetrics read() {
    return new PoolMetrics(
        sum(Counter.WORKERS_ALIVE),
        sum(Counter.WORKERS_STARTED),
        sum(Counter.WORKERS_READY),
        sum(Counter.WORKERS_RESTARTED),
        sum(Counter.WORKERS_LOST),
        sum(Counter.TASKS_WAITING),
        sum(Counter.TASKS_RUNNING),
        sum(Counter.TASKS_SUCCEEDED),
        sum(Counter.TASKS_FAILED),
        Duration.ofNanos(sum(Counter.TASK_NANOS)),
        Duration.ofNanos(sum(Counter.BOOT_NANOS)));
  }
}
