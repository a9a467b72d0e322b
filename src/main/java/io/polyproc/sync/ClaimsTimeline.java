package io.polyproc.sync;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.polyproc.posix.Processes;
import io.polyproc.trace.Trace;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a program's timeline is told of the tasks of one worker: when they were sent, ran and were
 * answered, with an arrow for each message. It does nothing in a program without a timeline.
 *
 * <p>The number of an arrow consists of the number of these claims, which is in their memory, the
 * epoch and the first task's number. So both ends know it, without telling each other.
 *
 * <p>The pool's end is confined to the thread that offers and revokes, the worker's to the one that
 * claims, as {@link TaskClaims} are.
 */
final class ClaimsTimeline {
  /** Where the number of these claims is. */
  private static final long NUMBER = 8;

  private static final int NUMBER_BITS = 9;
  private static final int EPOCH_BITS = 8;
  private static final AtomicInteger LAST_NUMBER = new AtomicInteger();

  private final MemorySegment memory;

  /** The pool's: messages that were not answered yet. */
  private final ArrayDeque<SentTasks> sent = new ArrayDeque<>();

  /** The worker's: when the tasks began that the timeline does not have yet. */
  private long[] begun = {};

  private int begunCount;
  private long flow;

  /** Tasks of one message: the first one's number, how many, and how many are answered. */
  private static final class SentTasks {
    final int first;
    final long flow;
    int count;
    int answered;

    SentTasks(int first, int count, long flow) {
      this.first = first;
      this.count = count;
      this.flow = flow;
    }
  }

  /**
   * For either end.
   *
   * @param memory of the claims
   */
  ClaimsTimeline(MemorySegment memory) {
    this.memory = memory;
  }

  /** Gives new claims their number. */
  void number() {
    if (Trace.current() != null) {
      int number = LAST_NUMBER.incrementAndGet() & ((1 << NUMBER_BITS) - 1);
      memory.set(JAVA_LONG, NUMBER, (long) Processes.id() << NUMBER_BITS | number);
    }
  }

  /** The pool is about to send tasks in one message. */
  void offered(int epoch, int first, int count) {
    Trace trace = Trace.current();
    if (trace != null) {
      SentTasks tasks = new SentTasks(first, count, flow(epoch, first));
      sent.add(tasks);
      trace.slice("pool", "send", Trace.now(), 0, tasks.flow, "");
    }
  }

  /** The number of the arrow of a message. */
  private long flow(int epoch, int first) {
    return memory.get(JAVA_LONG, NUMBER) << (EPOCH_BITS + TaskClaims.COUNT_BITS)
        | (long) (epoch & ((1 << EPOCH_BITS) - 1)) << TaskClaims.COUNT_BITS
        | first;
  }

  /** The worker begins a task. */
  void claimed(int epoch, int task) {
    if (Trace.current() == null) {
      return;
    }
    if (begunCount == 0) {
      flow = flow(epoch, task);
    }
    if (begunCount == begun.length) {
      begun = Arrays.copyOf(begun, Math.max(64, 2 * begunCount));
    }
    begun[begunCount++] = Trace.now();
  }

  /** The worker has run all that it has claimed since the last call, which came in one message. */
  void ran(String name) {
    Trace trace = Trace.current();
    if (trace != null && begunCount > 0) {
      trace.tasks(name, begun, begunCount, flow);
    }
    begunCount = 0;
  }

  /** The pool has the results of the next tasks. */
  void answered(int count) {
    if (sent.isEmpty()) {
      return;
    }
    Trace trace = Trace.current();
    long begin = Trace.now();
    int left = count;
    for (SentTasks tasks = sent.peek(); tasks != null && left > 0; tasks = sent.peek()) {
      int taken = Math.min(left, tasks.count - tasks.answered);
      left -= taken;
      tasks.answered += taken;
      if (tasks.answered < tasks.count) {
        break; // the arrow leads to the last of its results
      }
      sent.remove();
      if (trace != null) {
        trace.slice("pool", "result", begin, tasks.flow, 0, "");
      }
    }
  }

  /**
   * The pool has revoked tasks, which get no results.
   *
   * @param claimed how many were claimed since the beginning, modulo 2^24
   */
  void revoked(int claimed) {
    for (SentTasks last = sent.peekLast(); last != null; last = sent.peekLast()) {
      int begun = (claimed - last.first) & TaskClaims.COUNT;
      if (begun > 0 && begun <= TaskClaims.COUNT / 2) {
        last.count = Math.min(last.count, begun);
        return;
      }
      sent.removeLast();
    }
  }
}
