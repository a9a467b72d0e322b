package io.polyproc.supervisor;

import io.polyproc.posix.Descriptors;
import io.polyproc.protocol.Message.StartProcess;
import io.polyproc.supervisor.WorkerJvm.Peer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/**
 * The processes that wait for the zygote, in the order in which they were asked for. Only the
 * supervisor's thread touches them.
 */
final class PendingStarts {
  /** How long a process may wait for the zygote before a worker boots for it. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(15);

  private final Queue<PendingStart> starts = new ArrayDeque<>();

  /** A process that waits; the descriptors are this record's. */
  @SuppressWarnings("ArrayRecordComponent") // as they came; records are not compared
  record PendingStart(Peer parent, StartProcess start, int[] descriptors, long until) {}

  void add(Peer parent, StartProcess start, int[] descriptors) {
    long until = System.nanoTime() + MAX_WAIT.toNanos();
    starts.add(new PendingStart(parent, start, descriptors, until));
  }

  boolean isEmpty() {
    return starts.isEmpty();
  }

  /** How long the first may still wait, in nanoseconds; there must be one. */
  long nanosLeft() {
    return starts.element().until() - System.nanoTime();
  }

  /** Removes and returns the first; its descriptors are the caller's. */
  PendingStart remove() {
    return starts.remove();
  }

  /** Drops those whose parent has ended. */
  void forget(Peer parent) {
    for (PendingStart start : List.copyOf(starts)) {
      if (start.parent().pid() == parent.pid()) {
        starts.remove(start);
        Descriptors.closeAll(start.descriptors());
      }
    }
  }

  /** Adds the descriptors of all; they stay this object's. */
  void addDescriptorsTo(List<Integer> all) {
    for (PendingStart start : starts) {
      for (int descriptor : start.descriptors()) {
        all.add(descriptor);
      }
    }
  }
}
