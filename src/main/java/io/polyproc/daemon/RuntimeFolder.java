package io.polyproc.daemon;

import io.polyproc.image.Installation;
import io.polyproc.posix.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;

/**
 * Where a user's daemons have their sockets: a folder that nobody else can enter.
 *
 * <p>A socket is named after the build that the daemon belongs to, so that one of another build is
 * never used. The bash launcher knows the same rules: it looks there before it starts a JVM.
 */
final class RuntimeFolder {
  /** Overrides the folder. */
  static final String SETTING = "POLYPROC_RUNTIME_DIR";

  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  private final Path folder;
  private final String build;

  private RuntimeFolder(Path folder, String build) {
    this.folder = folder;
    this.build = build;
  }

  /** The folder for this user and the installation's present build. */
  static RuntimeFolder of(Installation installation, Map<String, String> environment) {
    String chosen = environment.getOrDefault(SETTING, "");
    String shared = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    Path folder =
        chosen.isEmpty()
            ? Path.of(shared.isEmpty() ? "/tmp" : shared, "polyproc-" + Processes.user())
            : Path.of(chosen);
    return new RuntimeFolder(folder, installation.build());
  }

  Path socket() {
    return folder.resolve(build + ".sock");
  }

  Path lock() {
    return folder.resolve(build + ".lock");
  }

  Path log() {
    return folder.resolve(build + ".log");
  }

  /** Leaves nothing of a daemon that ends but what went wrong; the lock goes last. */
  void clear() throws IOException {
    if (Files.exists(log()) && Files.size(log()) == 0) {
      Files.delete(log());
    }
    Files.deleteIfExists(lock());
  }

  /**
   * Makes the folder, or makes sure that it is this user's alone.
   *
   * @throws IOException if somebody else can enter it, with what to do
   */
  void create() throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectories(folder.toAbsolutePath().getParent());
      Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PRIVATE));
    }
    boolean own =
        Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
            && Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                .equals(Processes.user())
            && Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS).equals(PRIVATE);
    if (!own) {
      throw new IOException(
          "the folder %s is not private to this user; remove it, or set %s to one that is"
              .formatted(folder, SETTING));
    }
  }
}
