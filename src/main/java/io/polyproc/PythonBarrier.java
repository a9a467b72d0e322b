package io.polyproc;

import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.host.Waits;
import io.polyproc.shared.SharedBlock;
import io.polyproc.shared.SharedCondition;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import org.jspecify.annotations.Nullable;

/**
 * Where Java and Python processes wait until all have come: {@code multiprocessing.Barrier}.
 *
 * <pre>{@code
 * PythonBarrier start = polyproc.barrier(3);       // two Python processes and this thread
 * for (int i = 0; i < 2; i++) {
 *   polyproc.process(PythonFunction.of("race", "run"), start).start();
 * }
 * start.await();
 * }</pre>
 */
public final class PythonBarrier {
  // What is in memory: two ints, as in multiprocessing.synchronize.Barrier.
  private static final long STATE = 0;
  private static final long COUNT = 4;
  private static final long BYTES = 8;

  private static final int FILLING = 0;
  private static final int DRAINING = 1;
  private static final int BROKEN = -2;

  private final int parties;
  private final SharedCondition condition;
  private final SharedBlock block;
  private final MemorySegment memory;
  private final @Nullable Double timeout;

  PythonBarrier(
      int parties, @Nullable Double timeout, SharedCondition condition, SharedBlock block) {
    this.parties = parties;
    this.timeout = timeout;
    this.condition = condition;
    this.block = block;
    this.memory = block.segment();
  }

  static PythonBarrier create(EmbeddedRuntime host, int parties) {
    if (parties < 1) {
      throw new IllegalArgumentException("a barrier needs at least one party, not " + parties);
    }
    return new PythonBarrier(
        parties, null, SharedCondition.create(host, "RLock"), SharedBlock.create(host, BYTES));
  }

  /**
   * How many have to come.
   *
   * @return at least 1
   */
  public int parties() {
    return parties;
  }

  /**
   * How many wait now.
   *
   * @return 0 while those that have met leave it
   */
  public int waiting() {
    condition.enter();
    try {
      return get(STATE) == FILLING ? get(COUNT) : 0;
    } finally {
      condition.leave();
    }
  }

  /**
   * Whether the time of a waiting party was over, or it was {@linkplain #abort given up}.
   *
   * @return a broken barrier stays broken until Python resets it
   */
  public boolean isBroken() {
    condition.enter();
    try {
      return get(STATE) == BROKEN;
    } finally {
      condition.leave();
    }
  }

  /**
   * Waits for the others; see {@link #await(Duration)}.
   *
   * @return the number of this one, from 0, in the order in which they came
   * @throws InterruptedException if the calling thread is interrupted, which breaks the barrier
   * @throws BrokenBarrierException as {@link #await(Duration)}
   */
  public int await() throws InterruptedException, BrokenBarrierException {
    return await(timeout == null ? Waits.FOR_EVER : (long) (timeout * 1e9));
  }

  /**
   * Waits until all have come.
   *
   * @param time how long to wait for the others at most
   * @return the number of this one, from 0, in the order in which they came
   * @throws BrokenBarrierException if the time is over, for this one or another, or if one has
   *     given the barrier up
   * @throws InterruptedException if the calling thread is interrupted, which breaks the barrier
   */
  public int await(Duration time) throws InterruptedException, BrokenBarrierException {
    return await(Waits.nanos(time));
  }

  private int await(long nanos) throws InterruptedException, BrokenBarrierException {
    condition.enter();
    try {
      while (get(STATE) == DRAINING || get(STATE) == -1) {
        boolean _ = condition.await(Waits.FOR_EVER);
      }
      failIfBroken();
      int index = get(COUNT);
      set(COUNT, index + 1);
      try {
        if (index + 1 == parties) {
          change(DRAINING);
        } else {
          awaitOthers(nanos);
        }
        return index;
      } finally {
        set(COUNT, get(COUNT) - 1);
        if (get(COUNT) == 0 && (get(STATE) == DRAINING || get(STATE) == -1)) {
          change(FILLING);
        }
      }
    } finally {
      condition.leave();
    }
  }

  private void awaitOthers(long nanos) throws InterruptedException, BrokenBarrierException {
    long deadline = System.nanoTime() + nanos;
    try {
      while (get(STATE) == FILLING) {
        if (!condition.await(Math.max(0, deadline - System.nanoTime()))
            && get(STATE) == FILLING
            && System.nanoTime() >= deadline) {
          change(BROKEN);
        }
      }
    } catch (InterruptedException e) {
      change(BROKEN);
      throw e;
    }
    failIfBroken();
  }

  private void failIfBroken() throws BrokenBarrierException {
    if (get(STATE) < 0) {
      throw new BrokenBarrierException("the barrier is broken");
    }
  }

  private void change(int state) {
    set(STATE, state);
    condition.notifyAllWaiters();
  }

  /** Gives the barrier up: parties that wait, or come, see that it is broken. */
  public void abort() {
    condition.enter();
    try {
      change(BROKEN);
    } finally {
      condition.leave();
    }
  }

  private int get(long offset) {
    return memory.get(ValueLayout.JAVA_INT, offset);
  }

  private void set(long offset, int value) {
    memory.set(ValueLayout.JAVA_INT, offset, value);
  }

  void write(ValueWriter writer) throws IOException {
    writer.build("barrier", parties, timeout, condition, block);
  }

  @Override
  public String toString() {
    return "PythonBarrier[%d parties]".formatted(parties);
  }
}
