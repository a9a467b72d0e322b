package io.polyproc.supervisor;

import io.polyproc.posix.Memory;
import java.time.Duration;
import java.util.Map;

/**
 * How many workers boot ahead of need.
 *
 * <p>One boots as soon as a script is seen to need processes. After the first one was handed out,
 * as many as there are cores, since a program that starts one process often starts more; but not
 * before a while has passed in which none was asked for: a booting JVM takes the processor from the
 * process that was just started.
 *
 * @param limit the most standby workers at a time
 * @param practises whether a worker lets its compiler see the hot paths, for a minute, before
 *     others are forked from it
 * @param heirs for how many scripts at a time a process waits that has compiled their code
 */
public record StandbyPolicy(int limit, boolean practises, int heirs) {
  /** Overrides the number of standby workers; 0 switches booting ahead off. */
  public static final String SETTING = "POLYPROC_STANDBY";

  /** {@code off}: no worker practises for the daemon. */
  public static final String PRACTICE = "POLYPROC_PRACTICE";

  /** For how many scripts a process waits that has compiled their code; by default for none. */
  public static final String HEIRS = "POLYPROC_HEIRS";

  /** What a standby worker takes at most, in bytes, with a reserve for what it will run. */
  private static final long WORKER_BYTES = 512L << 20;

  /** Below that much free memory, in bytes, nobody practises, which takes 760 MB at times. */
  private static final long PRACTICE_BYTES = 4 * WORKER_BYTES;

  private static final int MOST = 8;

  private static final Duration QUIET = Duration.ofSeconds(1);

  public StandbyPolicy {
    if (limit < 0) {
      throw new IllegalArgumentException(SETTING + " must not be negative: " + limit);
    }
    if (heirs < 0) {
      throw new IllegalArgumentException(HEIRS + " must not be negative: " + heirs);
    }
  }

  /** Nobody practises or leaves anything. */
  public StandbyPolicy(int limit) {
    this(limit, false, 0);
  }

  /** The number from the environment, or else one that this machine's cores and memory allow. */
  public static StandbyPolicy fromEnvironment() {
    String setting = System.getenv(SETTING);
    if (setting != null && !setting.isEmpty()) {
      return of(setting);
    }
    return ofMachine(1);
  }

  /**
   * For a background process that serves programs one after the other, on otherwise idle cores: a
   * program's first process is a standby too.
   *
   * @param environment of the program
   */
  public static StandbyPolicy forDaemon(Map<String, String> environment) {
    String setting = environment.getOrDefault(SETTING, "");
    int limit = (setting.isEmpty() ? ofMachine(2) : of(setting)).limit();
    boolean practises =
        !environment.getOrDefault(PRACTICE, "on").equals("off")
            && Memory.availableNow() > PRACTICE_BYTES;
    String heirs = environment.getOrDefault(HEIRS, "");
    return new StandbyPolicy(limit, practises, heirs.isEmpty() ? 0 : number(HEIRS, heirs));
  }

  private static StandbyPolicy ofMachine(int perCore) {
    int cores = Runtime.getRuntime().availableProcessors();
    return new StandbyPolicy(
        (int) Math.min(Math.min(perCore * cores, MOST), Memory.availableNow() / WORKER_BYTES));
  }

  private static StandbyPolicy of(String setting) {
    return new StandbyPolicy(number(SETTING, setting));
  }

  private static int number(String name, String setting) {
    try {
      return Integer.parseInt(setting);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s must be a whole number, not '%s'".formatted(name, setting), e);
    }
  }

  /** Whether an heir, which takes as much as one that practises, has room now. */
  boolean hasRoomForHeir() {
    return heirs > 0 && Memory.availableNow() > PRACTICE_BYTES;
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
