package io.polyproc.cli;

import io.polyproc.bridge.CacheFolder;
import io.polyproc.posix.Memory;
import io.polyproc.supervisor.StandbyPolicy;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code doctor} finds on the machine: the room for workers, and the user's settings. */
final class MachineFindings {

  /** A worker has some of them for its own files, and more for each process it talks to. */
  private static final long FEW_FILES = 1024;

  private static final long FEW_PROCESSES = 1024;

  /** What one worker may come to need. */
  private static final long LITTLE_MEMORY = 512L << 20;

  private final Path root;
  private final Map<String, String> environment;

  /**
   * @param root where {@code /proc} and {@code /sys} are
   */
  MachineFindings(Path root, Map<String, String> environment) {
    this.root = root;
    this.environment = environment;
  }

  List<Finding> all() {
    return List.of(
        cacheFolder(CacheFolder.find()),
        cores(),
        memory(),
        limit("open files", "Max open files", FEW_FILES),
        limit("processes", "Max processes", FEW_PROCESSES),
        standbys(),
        maven());
  }

  static Finding cacheFolder(CacheFolder folder) {
    String subject = "cache folder";
    return switch (folder) {
      case CacheFolder.Usable usable -> Finding.ok(subject, usable.path() + ", writable");
      case CacheFolder.Unusable unusable -> {
        String text = "%s is not writable: %s".formatted(unusable.path(), unusable.reason());
        yield unusable.explicit()
            ? Finding.problem(subject, CacheFolder.SETTING + "=" + text)
            : Finding.note(subject, text + "; nothing is kept between programs");
      }
    };
  }

  private static Finding cores() {
    int cores = Runtime.getRuntime().availableProcessors();
    return cores > 1
        ? Finding.ok("cores", String.valueOf(cores))
        : Finding.note("cores", "1: processes take turns");
  }

  Finding memory() {
    String subject = "memory";
    try {
      Memory memory = Memory.read(root);
      String text =
          "%s available of %s%s"
              .formatted(
                  Bytes.text(memory.available()),
                  Bytes.text(memory.total()),
                  memory.limited() ? " (limited by a control group)" : "");
      return memory.available() >= LITTLE_MEMORY
          ? Finding.ok(subject, text)
          : Finding.note(subject, text + ": little room for worker JVMs");
    } catch (IOException | NumberFormatException e) {
      return Finding.note(subject, "not known: " + e);
    }
  }

  /** A soft limit of {@code /proc/self/limits}. */
  Finding limit(String subject, String title, long few) {
    try {
      String limits = Files.readString(root.resolve("proc/self/limits"));
      Matcher line =
          Pattern.compile("(?m)^" + Pattern.quote(title) + "\\s+(\\S+)\\s+(\\S+)").matcher(limits);
      if (!line.find()) {
        return Finding.note(subject, "no limit known");
      }
      String soft = line.group(1);
      boolean enough = soft.equals("unlimited") || Long.parseLong(soft) >= few;
      String text = "%s (hard limit %s)".formatted(soft, line.group(2));
      return enough ? Finding.ok(subject, text) : Finding.note(subject, text + ": few for workers");
    } catch (IOException | NumberFormatException e) {
      return Finding.note(subject, "not known: " + e);
    }
  }

  private static Finding standbys() {
    String subject = "standby workers";
    try {
      int limit = StandbyPolicy.fromEnvironment().limit();
      return limit > 0
          ? Finding.ok(subject, "at most " + limit + " boot ahead of need")
          : Finding.note(subject, "none: every process waits for its JVM to boot");
    } catch (IllegalArgumentException e) {
      return Finding.problem(subject, String.valueOf(e.getMessage()));
    }
  }

  /** Needed only to build from the sources. */
  Finding maven() {
    return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
        .splitAsStream(environment.getOrDefault("PATH", ""))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, "mvn"))
        .filter(Files::isExecutable)
        .findFirst()
        .map(mvn -> Finding.ok("Maven", mvn.toString()))
        .orElseGet(
            () -> Finding.note("Maven", "no mvn on the PATH: needed only to build from sources"));
  }
}
