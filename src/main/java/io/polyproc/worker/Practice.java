package io.polyproc.worker;

import io.polyproc.bridge.PythonRuntime;
import io.polyproc.image.GcTrigger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What a process does before its image is written, in short steps: it lets the compiler see the hot
 * paths, and each time waits until that has nothing to do. Each process that is restored would have
 * to compile the rest, too.
 *
 * <p>Then it reviews: what a program calls that was called nearly as often here as it takes would
 * be compiled by each program.
 */
final class Practice {
  /** How often the start and the end of a process are played, by each of two methods in turn. */
  private static final int ROUNDS = 150;

  /** The same in each review, when everything is compiled. */
  private static final int REVIEW_ROUNDS = 20;

  /** All but the first are with the compilers of programs. */
  private static final int REVIEWS = 4;

  /** What the compiler leaves behind is collected when there is so much, in bytes. */
  private static final long MAX_BYTES = 600L << 20;

  private final PythonRuntime python;
  private final Runnable round;
  private final BooleanSupplier isQuiet;
  private final Iterator<BooleanSupplier> acts;
  private BooleanSupplier act;

  /**
   * Begins nothing yet.
   *
   * @param round plays the start and the end of a process once
   * @param limitCompilers lets HotSpot compile as it will in programs; before the second review
   * @param isQuiet waits a moment; whether the compiler had nothing to do meanwhile
   */
  Practice(PythonRuntime python, Runnable round, BooleanSupplier isQuiet, Runnable limitCompilers) {
    this.python = python;
    this.round = round;
    this.isQuiet = isQuiet;
    List<BooleanSupplier> plan = new ArrayList<>();
    plan.addAll(List.of(this::practise, rounds(ROUNDS), this::settle));
    for (int review = 0; review < REVIEWS; review++) {
      if (review == 1) {
        plan.add(
            () -> {
              limitCompilers.run();
              return false;
            });
      }
      plan.addAll(List.of(this::practise, rounds(REVIEW_ROUNDS), this::settle));
    }
    acts = plan.iterator();
    act = acts.next();
  }

  /** Does the next step; returns whether there are more. */
  boolean step() {
    if (GcTrigger.used() > MAX_BYTES) {
      System.gc();
    }
    if (act.getAsBoolean()) {
      return true;
    }
    boolean hasMore = acts.hasNext();
    if (hasMore) {
      act = acts.next();
    }
    return hasMore;
  }

  // The acts: each does a step and returns whether it has more.

  private boolean practise() {
    return python.practise(false);
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
