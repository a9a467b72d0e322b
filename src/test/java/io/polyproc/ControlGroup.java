package io.polyproc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** A control group of this machine that limits memory, as a container's does. */
@NullMarked
final class ControlGroup implements AutoCloseable {
  private final Path folder;

  private ControlGroup(Path folder) {
    this.folder = folder;
  }

  /**
   * Makes one.
   *
   * @param bytes how much memory its processes may have
   * @return none where this user may make none
   */
  static Optional<ControlGroup> ofMemory(long bytes) {
    Path mount = Path.of("/sys/fs/cgroup");
    String name = "polyproc-" + ProcessHandle.current().pid();
    return Files.exists(mount.resolve("cgroup.controllers"))
        ? make(mount.resolve(name), "memory.max", bytes)
        : make(mount.resolve("memory").resolve(name), "memory.limit_in_bytes", bytes);
  }

  private static Optional<ControlGroup> make(Path folder, String limit, long bytes) {
    try {
      ControlGroup group = new ControlGroup(Files.createDirectory(folder));
      try {
        Files.writeString(folder.resolve(limit), Long.toString(bytes));
        return Optional.of(group);
      } catch (IOException e) {
        group.close();
        return Optional.empty();
      }
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** A command that runs another one in the group. */
  List<String> command(List<String> command) {
    String script = "echo $$ > " + folder.resolve("cgroup.procs") + " && exec \"$@\"";
    return Stream.concat(Stream.of("sh", "-c", script, "sh"), command.stream()).toList();
  }

  /**
   * Removes it.
   *
   * @throws IOException if processes are left in it
   */
  @Override
  public void close() throws IOException {
    Files.delete(folder);
  }
}
