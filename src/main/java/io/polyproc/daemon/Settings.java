package io.polyproc.daemon;

import java.time.Duration;
import java.util.Map;

/** What the environment says about the daemon. */
final class Settings {
  /** {@code off}: programs run without it. */
  static final String DAEMON = "POLYPROC_DAEMON";

  /** Set by the launcher for the option --no-daemon. */
  static final String OPTION = "polyproc.daemon";

  /** After how many seconds without a program it ends. */
  static final String IDLE = "POLYPROC_DAEMON_IDLE";

  private static final Duration DEFAULT_IDLE = Duration.ofMinutes(10);

  private Settings() {}

  static boolean wantsDaemon(Map<String, String> environment) {
    return !environment.getOrDefault(DAEMON, "on").equals("off")
        && !System.getProperty(OPTION, "on").equals("off");
  }

  /**
   * @throws IllegalArgumentException if the variable is not a whole number
   */
  static Duration idle(Map<String, String> environment) {
    String text = environment.getOrDefault(IDLE, "");
    if (text.isEmpty()) {
      return DEFAULT_IDLE;
    }
    try {
      return Duration.ofSeconds(Long.parseUnsignedLong(text));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "%s must be a whole number of seconds, not '%s'".formatted(IDLE, text), e);
    }
  }
}
