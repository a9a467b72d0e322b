package io.polyproc.bridge;

import io.polyproc.graalpy.PythonStacks;
import io.polyproc.graalpy.PythonThreads;
import io.polyproc.trace.Profile;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Takes the Python stacks of this process's threads a hundred times a second, for a flame graph. A
 * thread that waits, or is in native code, comes to no safepoint in time and does not count: the
 * graph is of what uses processors.
 *
 * <p>Its own thread samples; any other may start and finish it.
 */
final class StackSampler {
  private static final long PERIOD_NANOS = 1_000_000_000L / Profile.RATE;
  private static final int FLUSH_ROUNDS = Profile.RATE / 10;
  private static final int LOOK_ROUNDS = 10;
  private static final long LOST_NANOS = 500_000_000;

  private final Profile profile;
  private final PythonStacks stacks;
  private final PythonThreads threads;
  private final boolean isMain;

  /** When threads were asked that have not answered yet. */
  private final Map<Thread, Long> asked = new ConcurrentHashMap<>();

  private volatile boolean ended;

  private StackSampler(Profile profile, PythonThreads threads, boolean isMain) {
    this.profile = profile;
    this.threads = threads;
    this.isMain = isMain;
    stacks = new PythonStacks(threads);
  }

  /**
   * Begins; on a thread of Python's.
   *
   * @param isMain whether this process makes the file in the end
   */
  static StackSampler start(Profile profile, boolean isMain) {
    StackSampler sampler = new StackSampler(profile, PythonThreads.current(), isMain);
    Thread thread = new Thread(sampler::sample, "polyproc-profile");
    thread.setDaemon(true);
    thread.start();
    return sampler;
  }

  void nameProcess(String name) {
    profile.nameProcess(name);
  }

  private void sample() {
    long next = System.nanoTime();
    List<Thread> alive = List.of();
    for (int round = 0; !ended; round++) {
      if (round % LOOK_ROUNDS == 0) {
        alive = threads.alive();
      }
      for (Thread thread : alive) {
        long moment = System.nanoTime();
        if (thread.getState() == Thread.State.RUNNABLE && isToBeAsked(thread, moment)) {
          stacks.sample(thread, calls -> take(thread, moment, calls));
        }
      }
      if (round % FLUSH_ROUNDS == FLUSH_ROUNDS - 1) {
        profile.flush();
      }
      next = Math.max(next + PERIOD_NANOS, System.nanoTime() - 10 * PERIOD_NANOS);
      LockSupport.parkNanos(next - System.nanoTime());
    }
  }

  /** A thread that forks loses what it was asked at that moment: it is asked again. */
  private boolean isToBeAsked(Thread thread, long moment) {
    Long before = asked.get(thread);
    if (before != null && moment - before < LOST_NANOS) {
      return false;
    }
    asked.put(thread, moment);
    return true;
  }

  /** On the thread that was asked, or on this one with null if it is no more. */
  private void take(Thread thread, long moment, @Nullable List<PythonStacks.Place> calls) {
    if (calls != null && !calls.isEmpty() && System.nanoTime() - moment < PERIOD_NANOS) {
      profile.count(
          calls.reversed().stream()
              .map(call -> Profile.call(call.function(), call.file(), call.line()))
              .toList());
    }
    var _ = asked.remove(thread, moment);
  }

  /** Writes what is left; in the main process, makes the file. */
  synchronized void finish() {
    if (ended) {
      return;
    }
    if (!isMain) {
      profile.flush();
      return;
    }
    ended = true;
    try {
      profile.finish();
    } catch (IOException e) {
      System.err.println("polyproc: the profile could not be written: " + e.getMessage());
    }
  }
}
