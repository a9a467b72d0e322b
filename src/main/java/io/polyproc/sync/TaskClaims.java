package io.polyproc.sync;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.Processes;
import io.polyproc.trace.Trace;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

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
 * <p>Behind it is a number of these claims, if the program has a timeline: number, epoch and the
 * first task's number are the number of a message's arrow there.
 */
public final class TaskClaims {
  private static final long BYTES = 4096;
  private static final int COUNT_BITS = 24;
  private static final int EPOCH_BITS = 16;
  private static final int EPOCH_SHIFT = 2 * COUNT_BITS;
  private static final int COUNT = (1 << COUNT_BITS) - 1;
  private static final int EPOCH = (1 << EPOCH_BITS) - 1;
  private static final VarHandle WORD = JAVA_LONG.varHandle();

  /** Where the number of these claims is, for a timeline. */
  private static final long NUMBER = 8;

  private static final int NUMBER_BITS = 9;
  private static final int FLOW_EPOCH_BITS = 8;
  private static final AtomicInteger LAST_NUMBER = new AtomicInteger();

  private final int descriptor;
  private final MemorySegment memory;

  // Of a timeline only.

  /** The pool's: messages that were not answered yet. */
  private final ArrayDeque<Message> sent = new ArrayDeque<>();

  /** The worker's: when the tasks began that the timeline does not have yet. */
  private long[] begun = {};

  private int begunCount;
  private long flow;

  /** Offered together: the first task's number, how many there are, and how many are answered. */
  private static final class Message {
    final int first;
    final long flow;
    int count;
    int answered;

    Message(int first, int count, long flow) {
      this.first = first;
      this.count = count;
      this.flow = flow;
    }
  }

  private TaskClaims(int descriptor) {
    this.descriptor = descriptor;
    this.memory = MemoryFile.mapManaged(descriptor, BYTES);
  }

  /** The pool's. */
  public static TaskClaims create() {
    TaskClaims claims = new TaskClaims(MemoryFile.create("polyproc-claims", BYTES).fd());
    if (Trace.current() != null) {
      int number = LAST_NUMBER.incrementAndGet() & ((1 << NUMBER_BITS) - 1);
      claims.memory.set(JAVA_LONG, NUMBER, (long) Processes.id() << NUMBER_BITS | number);
    }
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
        Trace trace = Trace.current();
        if (trace != null) {
          Message message = new Message(offered(word), count, flow(word, offered(word)));
          sent.add(message);
          trace.slice("pool", "send", Trace.now(), 0, message.flow, "");
        }
        return epoch(word);
      }
    }
  }

  /** The number of the arrow of a message: both ends know it, without telling each other. */
  private long flow(long word, int first) {
    return memory.get(JAVA_LONG, NUMBER) << (FLOW_EPOCH_BITS + COUNT_BITS)
        | (long) (epoch(word) & ((1 << FLOW_EPOCH_BITS) - 1)) << COUNT_BITS
        | first;
  }

  /**
   * The worker wants to begin the next task.
   *
   * @return false if the tasks of this epoch were taken back
   */
  public boolean claim(int epoch) {
    while (true) {
      long word = word();
      if (epoch(word) != epoch || offered(word) == claimed(word)) {
        return false;
      }
      long next = word(epoch, offered(word), claimed(word) + 1);
      if (WORD.compareAndSet(memory, 0L, word, next)) {
        if (Trace.current() != null) {
          note(word);
        }
        return true;
      }
    }
  }

  private void note(long word) {
    if (begunCount == 0) {
      flow = flow(word, claimed(word));
    }
    if (begunCount == begun.length) {
      begun = Arrays.copyOf(begun, Math.max(64, 2 * begunCount));
    }
    begun[begunCount++] = Trace.now();
  }

  /**
   * The worker has run all that it has claimed since the last call, which came in one message:
   * tells the timeline, if there is one.
   *
   * @param name of these tasks
   */
  public void traceTasks(String name) {
    Trace trace = Trace.current();
    if (trace != null && begunCount > 0) {
      trace.tasks(name, begun, begunCount, flow);
    }
    begunCount = 0;
  }

  /** The pool has the results of the next tasks: tells the timeline, if there is one. */
  public void traceResults(int count) {
    Trace trace = Trace.current();
    long begin = Trace.now();
    int left = count;
    for (Message message = sent.peek(); message != null && left > 0; message = sent.peek()) {
      int taken = Math.min(left, message.count - message.answered);
      left -= taken;
      message.answered += taken;
      if (message.answered < message.count) {
        break; // the arrow leads to the last of its results
      }
      sent.remove();
      if (trace != null) {
        trace.slice("pool", "result", begin, message.flow, 0, "");
      }
    }
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
        forgetFrom(claimed(word));
        return claimed(word);
      }
    }
  }

  /** Those that were taken back get no results. */
  private void forgetFrom(int claimed) {
    for (Message last = sent.peekLast(); last != null; last = sent.peekLast()) {
      int begun = (claimed - last.first) & COUNT;
      if (begun > 0 && begun <= COUNT / 2) {
        last.count = Math.min(last.count, begun);
        return;
      }
      sent.removeLast();
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
