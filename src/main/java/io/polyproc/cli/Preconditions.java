package io.polyproc.cli;

import io.polyproc.bridge.CacheFolder;
import io.polyproc.supervisor.StandbyPolicy;
import io.polyproc.worker.Program;
import java.util.Optional;

/** What must hold before Python is booted, which takes the better part of a second. */
final class Preconditions {

  private Preconditions() {}

  /** The first problem that would keep this program from running as the user wants. */
  static Optional<Problem> problem(Program program) {
    if (program instanceof Program.Script script) {
      Optional<Problem> unreadable =
          ScriptCheck.problem(script.path(), System.getProperty("user.dir"));
      if (unreadable.isPresent()) {
        return unreadable;
      }
    }
    Optional<Problem> unusable = cache(CacheFolder.find());
    return unusable.isPresent() ? unusable : standbys();
  }

  /** Only a folder that the user chose must be usable; else programs run without one. */
  static Optional<Problem> cache(CacheFolder folder) {
    if (folder instanceof CacheFolder.Unusable unusable && unusable.explicit()) {
      return Optional.of(
          new Problem(
              ExitCode.CACHE,
              ("the cache folder %s=%s is not writable: %s; set it to a folder you can write to or"
                      + " unset it")
                  .formatted(CacheFolder.SETTING, unusable.path(), unusable.reason())));
    }
    return Optional.empty();
  }

  private static Optional<Problem> standbys() {
    if (System.getenv(StandbyPolicy.SETTING) == null) {
      return Optional.empty();
    }
    try {
      StandbyPolicy.fromEnvironment();
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(new Problem(ExitCode.USAGE, String.valueOf(e.getMessage())));
    }
  }
}
