package io.polyproc.supervisor;

import io.polyproc.posix.Memory;
import java.time.Duration;

/**
 * How many workers boot ahead of need.
 *
 * <p>One boots as soon as a script is seen to need processes. After the first one was handed out,
 * as many as there are cores, since a program that starts one process often starts more; but not
 * before a while has passed in which none was asked for: a booting JVM takes the processor from the
 * process that was just started.
 *
 * @param limit the most standby workers at a time
 */
public record StandbyPolicy(int limit) {
  /** Overrides the number of standby workers; 0 switches booting ahead off. */
  public static final String SETTING = "POLYPROC_STANDBY";

  /** What a standby worker takes at most, in bytes, with a reserve for what it will run. */
  private static final long WORKER_BYTES = 512L << 20;

  private static final int MAX = 8;

  private static final Duration QUIET = Duration.ofSeconds(1);

  public StandbyPolicy {
    if (limit < 0) {
      throw new IllegalArgumentException(SETTING + " must not be negative: " + limit);
    }
  }

  /** The number from the environment, or else one that this machine's cores and memory allow. */
  public static StandbyPolicy fromEnvironment() {
    String setting = System.getenv(SETTING);
    if (setting != null && !setting.isEmpty()) {
      return of(setting);
    }
    return ofMachine();
  }

  private static StandbyPolicy ofMachine() {
    int cores = Runtime.getRuntime().availableProcessors();
    return new StandbyPolicy(
        (int) Math.min(Math.min(cores, MAX), Memory.availableNow() / WORKER_BYTES));
  }

  private static StandbyPolicy of(String setting) {
    try {
      return new StandbyPolicy(Integer.parseInt(setting));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s must be a whole number, not '%s'".formatted(SETTING, setting), e);
    }
  }

  /** How long no process must have been asked for before standbys are replaced. */
  Duration quietBeforeTopUp() {
    return QUIET;
  }

  /** How many standbys there should be now. */
  int target(boolean anyHandedOut) {
    return anyHandedOut ? limit : Math.min(1, limit);
  }
}
