package io.polyproc.cli;

import io.polyproc.distribution.Installation;
import io.polyproc.hotspot.ImageWriter;
import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.Memory;
import io.polyproc.posix.NewFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Has the image of a process made in the background when a program has ended that could not start
 * from one, or from one that has not warmed up.
 */
final class ImageRenewal {
  /** The image that is there is used; none is made but by {@code polyproc warm}. */
  static final String KEPT = "kept";

  /** What has failed fails again soon. */
  private static final Duration BETWEEN_TRIES = Duration.ofHours(1);

  /** A process that warms up takes as much at times, in bytes, which others may want. */
  private static final long MIN_MEMORY = 2L << 30;

  private ImageRenewal() {}

  /** After a program that has booted, whatever the reason was. */
  static void afterBoot() {
    startIf(image -> image.state().isRenewable(), System.getenv());
  }

  /** After a program that started from an image that is not warmed up. */
  static void afterFirstImage(Map<String, String> variables) {
    startIf(_ -> true, variables);
  }

  private interface Condition {
    boolean holds(ImageFile image) throws IOException, InterruptedException;
  }

  private static void startIf(Condition condition, Map<String, String> variables) {
    String setting = variables.getOrDefault(Installation.IMAGES_VARIABLE, "");
    if (setting.equals(Installation.IMAGES_OFF)
        || setting.equals(KEPT)
        || !ImageWriter.isSupported()
        || Memory.availableNow() < MIN_MEMORY) {
      return;
    }
    try {
      Installation installation = Installation.current();
      ImageFile image = ImageFile.of(installation);
      if (condition.holds(image) && !wasTried(image)) {
        start(installation, variables);
      }
    } catch (IOException | RuntimeException e) {
      // Then the next program starts as this one has.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether it was tried a moment ago, by whatever process; notes that it is now. */
  private static boolean wasTried(ImageFile image) throws IOException, InterruptedException {
    image.makeFolder();
    Path tried = image.lastTry();
    Instant now = Instant.now();
    if (Files.exists(tried)
        && Files.getLastModifiedTime(tried).toInstant().plus(BETWEEN_TRIES).isAfter(now)) {
      return true;
    }
    Files.deleteIfExists(tried);
    NewFile.create(tried).close();
    return false;
  }

  private static void start(Installation installation, Map<String, String> variables) {
    List<String> command =
        List.of(
            installation.launcher().resolveSibling("polyproc").toString(),
            "warm",
            WarmCommand.BACKGROUND);
    ChildProcess.startDetached(command, variables);
  }
}
