package io.polyproc.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The memory that programs can have, in bytes: the machine's, or less in a control group (version 1
 * or 2) that limits it. See {@code man 5 proc} and {@code man 7 cgroups}.
 *
 * @param limited whether a control group allows less than the machine has
 */
public record Memory(long total, long available, boolean limited) {

  /** How a version of control groups names its files. */
  private record Version(Path mount, String limit, String usage, String reclaimable) {}

  /** What is available now, in bytes; unlimited where that is not known. */
  public static long availableNow() {
    try {
      return read(Path.of("/")).available();
    } catch (IOException | NumberFormatException e) {
      // Not a Linux /proc.
      return Long.MAX_VALUE;
    }
  }

  /** Gives back what the C library keeps for later, where it can: see {@code man 3 malloc_trim}. */
  public static void trim() {
    if (LibC.MALLOC_TRIM.isAvailable()) {
      LibC.MALLOC_TRIM.tryCall(0);
    }
  }

  /**
   * Reads it.
   *
   * @param root where {@code /proc} and {@code /sys} are
   * @throws IOException if the files are not those of a Linux
   * @throws NumberFormatException likewise
   */
  public static Memory read(Path root) throws IOException {
    Memory memory = machine(root);
    Path groups = root.resolve("proc/self/cgroup");
    if (!Files.isReadable(groups)) {
      return memory;
    }
    for (String line : Files.readAllLines(groups)) {
      String[] parts = line.split(":", 3);
      if (parts.length == 3 && limitsMemory(parts[1])) {
        memory = memory.within(version(root, parts[1].isEmpty()), parts[2]);
      }
    }
    return memory;
  }

  /** Version 2 names no controllers; version 1 has a group for each set of them. */
  private static boolean limitsMemory(String controllers) {
    return controllers.isEmpty() || List.of(controllers.split(",")).contains("memory");
  }

  private static Memory machine(Path root) throws IOException {
    Path file = root.resolve("proc/meminfo");
    return new Memory(kilobytes(file, "MemTotal:"), kilobytes(file, "MemAvailable:"), false);
  }

  private static Version version(Path root, boolean unified) {
    Path mount = root.resolve("sys/fs/cgroup");
    return unified
        ? new Version(mount, "memory.max", "memory.current", "inactive_file")
        : new Version(
            mount.resolve("memory"),
            "memory.limit_in_bytes",
            "memory.usage_in_bytes",
            "total_inactive_file");
  }

  /** The strictest limit of a group and those around it. In a container they may not be visible. */
  private Memory within(Version version, String group) throws IOException {
    Memory memory = this;
    for (Path path = Path.of(group); path != null; path = path.getParent()) {
      Path folder = version.mount().resolve(path.toString().substring(1)).normalize();
      OptionalLong limit = number(folder.resolve(version.limit()));
      if (limit.isPresent() && limit.getAsLong() < memory.total()) {
        memory = limited(folder, version, limit.getAsLong(), memory.available());
      }
    }
    return memory;
  }

  private static Memory limited(Path folder, Version version, long limit, long available)
      throws IOException {
    // File pages that were not used for a while are given back before memory runs out.
    long used =
        number(folder.resolve(version.usage())).orElse(0)
            - field(folder.resolve("memory.stat"), version.reclaimable() + " ").orElse(0);
    return new Memory(limit, Math.clamp(limit - used, 0, available), true);
  }

  private static OptionalLong number(Path file) throws IOException {
    if (!Files.isReadable(file)) {
      return OptionalLong.empty();
    }
    String text = Files.readString(file).strip();
    return text.equals("max") ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
  }

  private static long kilobytes(Path file, String name) throws IOException {
    return field(file, name)
            .orElseThrow(() -> new IOException("there is no " + name + " in " + file))
        << 10;
  }

  /** The number after a name at the beginning of a line. */
  private static OptionalLong field(Path file, String name) throws IOException {
    if (!Files.isReadable(file)) {
      return OptionalLong.empty();
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(name.length()).replace("kB", "").strip())
          .mapToLong(Long::parseLong)
          .findFirst();
    }
  }
}
