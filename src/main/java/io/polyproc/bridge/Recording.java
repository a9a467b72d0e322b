package io.polyproc.bridge;

/**
 * What a program is to tell of itself while it runs.
 *
 * @param timeline the name of a file for {@link io.polyproc.trace.Trace}; empty for none
 * @param profile the name of a file for {@link io.polyproc.trace.Profile}; empty for none
 * @param progress whether calls of {@code map} and the like have bars on standard error
 */
public record Recording(String timeline, String profile, boolean progress) {
  /** Nothing. */
  public static final Recording NONE = new Recording("", "", false);

  /** The exit status of a program that was not run, as a file can't be written. */
  static final int FAILED = 2;

  /** With another timeline. */
  public Recording withTimeline(String file) {
    return new Recording(file, profile, progress);
  }

  /** With another profile. */
  public Recording withProfile(String file) {
    return new Recording(timeline, file, progress);
  }

  /** With bars. */
  public Recording withProgress() {
    return new Recording(timeline, profile, true);
  }
}
