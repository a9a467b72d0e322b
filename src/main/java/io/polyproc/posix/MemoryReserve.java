package io.polyproc.posix;

import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How much memory must stay free: a process that would not leave as much is not started, and its
 * parent is told so, before the machine begins to swap or the kernel to kill.
 *
 * @param megabytes what must be available when a process starts
 * @param available asks the system, in bytes
 */
public record MemoryReserve(long megabytes, LongSupplier available) {
  /** Overrides the reserve, in MB; 0 starts processes whatever there is. */
  public static final String SETTING = "POLYPROC_MEMORY_RESERVE";

  private static final long DEFAULT = 256;

  /** The setting's, or the default. */
  public static MemoryReserve of(Map<String, String> environment) {
    String setting = environment.getOrDefault(SETTING, "");
    try {
      long megabytes = setting.isEmpty() ? DEFAULT : Long.parseLong(setting);
      return new MemoryReserve(megabytes, Memory::availableNow);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s must be a whole number of MB, not '%s'".formatted(SETTING, setting), e);
    }
  }

  /**
   * Why no process may start now.
   *
   * @return null if one may
   */
  public @Nullable String objection() {
    long free = available.getAsLong() >> 20;
    if (free >= megabytes) {
      return null;
    }
    return ("only %d MB of memory are available, and %d MB must be for another process to start;"
            + " %s sets that")
        .formatted(free, megabytes, SETTING);
  }
}
