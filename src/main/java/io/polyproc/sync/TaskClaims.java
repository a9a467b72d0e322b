package io.polyproc.sync;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MemoryFile;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * A word of shared memory by which a pool and one of its workers agree which of the two has a task.
 *
 * <p>The pool <em>offers</em> tasks before it sends them; the worker <em>claims</em> each before it
 * begins it, in their order. So the pool may send several ahead, and whatever happens to the worker
 * it knows which of them were begun; others it can revoke at any moment, for instance to give them
 * to a worker that has nothing to do. Tasks that were revoked may still be on their way: the worker
 * recognises them by their epoch, and drops them.
 *
 * <p>One thread of the pool offers and revokes, one of the worker claims. A process that dies
 * midway leaves the word as it was before or after its step.
 *
 * <pre>
 *   bits  0 to 23  claimed  how many were claimed since the beginning, modulo 2^24
 *        24 to 47  offered  how many were offered and not revoked, modulo 2^24
 *        48 to 63  epoch    how often tasks were revoked
 * </pre>
 *
 * <p>Behind it is a number of these claims for a {@link ClaimsTimeline}.
 */
public final class TaskClaims {
  /** How many bits of the word a number of tasks has. */
  static final int COUNT_BITS = 24;

  static final int COUNT = (1 << COUNT_BITS) - 1;

  private static final long BYTES = 4096;
  private static final int EPOCH_BITS = 16;
  private static final int EPOCH_SHIFT = 2 * COUNT_BITS;
  private static final int EPOCH = (1 << EPOCH_BITS) - 1;
  private static final VarHandle WORD = JAVA_LONG.varHandle();

  private final int descriptor;
  private final MemorySegment memory;
  private final ClaimsTimeline timeline;

  private TaskClaims(int descriptor) {
    this.descriptor = descriptor;
    this.memory = MemoryFile.mapManaged(descriptor, BYTES);
    this.timeline = new ClaimsTimeline(memory);
  }

  /** The pool's. */
  public static TaskClaims create() {
    TaskClaims claims = new TaskClaims(MemoryFile.create("polyproc-claims", BYTES).fd());
    claims.timeline.number();
    return claims;
  }

  /**
   * The worker's.
   *
   * @param descriptor of the memory; taken over
   */
  public static TaskClaims open(int descriptor) {
    TaskClaims claims = new TaskClaims(descriptor);
    Descriptors.close(descriptor);
    return claims;
  }

  /** What to send to the worker; {@link #closeDescriptor} once that was done. */
  public int descriptor() {
    return descriptor;
  }

  /** The memory stays. */
  public void closeDescriptor() {
    Descriptors.close(descriptor);
  }

  /**
   * The pool offers more tasks.
   *
   * @return the epoch to send with them
   */
  public int offer(int count) {
    while (true) {
      long word = word();
      long offered = word(epoch(word), offered(word) + count, claimed(word));
      if (WORD.compareAndSet(memory, 0L, word, offered)) {
        timeline.offered(epoch(word), offered(word), count);
        return epoch(word);
      }
    }
  }

  /**
   * The worker wants to begin the next task.
   *
   * @return false if the tasks of this epoch were revoked
   */
  public boolean claim(int epoch) {
    while (true) {
      long word = word();
      if (epoch(word) != epoch || offered(word) == claimed(word)) {
        return false;
      }
      long next = word(epoch, offered(word), claimed(word) + 1);
      if (WORD.compareAndSet(memory, 0L, word, next)) {
        timeline.claimed(epoch, claimed(word));
        return true;
      }
    }
  }

  /**
   * The worker has run all that it has claimed since the last call, which came in one message:
   * tells the timeline, if there is one.
   *
   * @param name of these tasks
   */
  public void traceTasks(String name) {
    timeline.ran(name);
  }

  /** The pool has the results of the next tasks: tells the timeline, if there is one. */
  public void traceResults(int count) {
    timeline.answered(count);
  }

  /**
   * The pool revokes what was not claimed.
   *
   * @return how many were claimed since the beginning, modulo 2^24
   */
  public int revoke() {
    while (true) {
      long word = word();
      long next = word(epoch(word) + 1, claimed(word), claimed(word));
      if (WORD.compareAndSet(memory, 0L, word, next)) {
        timeline.revoked(claimed(word));
        return claimed(word);
      }
    }
  }

  /** How many were claimed since the beginning, modulo 2^24. */
  public int claimed() {
    return claimed(word());
  }

  private long word() {
    return (long) WORD.getVolatile(memory, 0L);
  }

  private static long word(int epoch, int offered, int claimed) {
    return ((long) (epoch & EPOCH) << EPOCH_SHIFT)
        | ((long) (offered & COUNT) << COUNT_BITS)
        | (claimed & COUNT);
  }

  private static int claimed(long word) {
    return (int) word & COUNT;
  }

  private static int offered(long word) {
    return (int) (word >>> COUNT_BITS) & COUNT;
  }

  private static int epoch(long word) {
    return (int) (word >>> EPOCH_SHIFT) & EPOCH;
  }
}
