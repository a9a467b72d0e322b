package io.polyproc.worker;

import io.polyproc.bridge.PythonRuntime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * How a process warms up before its image is written, in short steps: it lets the compiler see the
 * hot paths, and each time waits until the compiler has nothing to do. Each process that is
 * restored would have to compile the rest, too.
 *
 * <p>More passes follow: what a program calls that was called here nearly as often as it takes
 * would be compiled by each program.
 */
final class WarmUpPlan {
  /** How often the start and the end of a process are run, by each of two methods in turn. */
  private static final int ROUNDS = 150;

  /** The same in each later pass, when everything is compiled. */
  private static final int LATER_ROUNDS = 20;

  /** All but the first are with the compilers of programs. */
  private static final int LATER_PASSES = 4;

  /** What the compiler leaves behind is collected when there is so much, in bytes. */
  private static final long MAX_BYTES = 600L << 20;

  private final PythonRuntime python;
  private final Runnable round;
  private final BooleanSupplier isQuiet;
  private final Iterator<BooleanSupplier> phases;
  private BooleanSupplier phase;

  /**
   * Begins nothing yet.
   *
   * @param round runs the start and the end of a process once
   * @param limitCompilers lets HotSpot compile as it will in programs; before the second later pass
   * @param isQuiet waits a moment; whether the compiler had nothing to do meanwhile
   */
  WarmUpPlan(
      PythonRuntime python, Runnable round, BooleanSupplier isQuiet, Runnable limitCompilers) {
    this.python = python;
    this.round = round;
    this.isQuiet = isQuiet;
    List<BooleanSupplier> plan = new ArrayList<>();
    plan.addAll(List.of(this::workloads, rounds(ROUNDS), this::settle));
    for (int pass = 0; pass < LATER_PASSES; pass++) {
      if (pass == 1) {
        plan.add(
            () -> {
              limitCompilers.run();
              return false;
            });
      }
      plan.addAll(List.of(this::workloads, rounds(LATER_ROUNDS), this::settle));
    }
    phases = plan.iterator();
    phase = phases.next();
  }

  /** Does the next step; returns whether there are more. */
  boolean step() {
    if (GcTrigger.used() > MAX_BYTES) {
      System.gc();
    }
    if (phase.getAsBoolean()) {
      return true;
    }
    boolean hasMore = phases.hasNext();
    if (hasMore) {
      phase = phases.next();
    }
    return hasMore;
  }

  // The phases: each does a step and returns whether it has more.

  private boolean workloads() {
    return python.runWorkload(false);
  }

  private BooleanSupplier rounds(int count) {
    int[] left = {count};
    return () -> {
      round.run();
      left[0]--;
      return left[0] > 0;
    };
  }

  private boolean settle() {
    return !isQuiet.getAsBoolean();
  }
}
