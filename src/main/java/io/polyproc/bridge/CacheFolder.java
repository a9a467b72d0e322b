package io.polyproc.bridge;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * The folder for what may be kept from one program to the next, such as compiled Python modules.
 *
 * <p>It is made on first use, for its owner only: another user who could write to it could put code
 * into programs. Everything in it may be deleted at any time.
 */
public sealed interface CacheFolder {

  /** The environment variable that names it. */
  String SETTING = "POLYPROC_CACHE";

  /** Where it is, or would be. */
  Path path();

  /** It exists and can be written to. */
  record Usable(Path path) implements CacheFolder {}

  /**
   * It can't be used, which is an error only if the user chose it.
   *
   * @param reason what the operating system says
   * @param explicit whether {@value CacheFolder#SETTING} names it
   */
  record Unusable(Path path, String reason, boolean explicit) implements CacheFolder {}

  /**
   * {@value #SETTING}, else {@code $XDG_CACHE_HOME/polyproc}, else {@code ~/.cache/polyproc}; is
   * made if it does not exist.
   */
  static CacheFolder find() {
    return find(System.getenv(), Path.of(System.getProperty("user.home")));
  }

  /** As {@link #find()}, in this environment. */
  static CacheFolder find(Map<String, String> environment, Path userHome) {
    String chosen = environment.getOrDefault(SETTING, "");
    return chosen.isEmpty()
        ? prepare(standard(environment, userHome), false)
        : prepare(Path.of(chosen).toAbsolutePath(), true);
  }

  /** As the XDG base directory specification has it: a relative path there does not count. */
  private static Path standard(Map<String, String> environment, Path userHome) {
    String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path base = caches.startsWith("/") ? Path.of(caches) : userHome.resolve(".cache");
    return base.resolve("polyproc").toAbsolutePath();
  }

  private static CacheFolder prepare(Path path, boolean explicit) {
    try {
      if (!Files.isDirectory(path)) {
        Files.createDirectories(
            path,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      if (!Files.isWritable(path)) {
        // Only an attempt tells whether it is the mode, the file system or something else.
        Files.delete(Files.createTempFile(path, "writable", null));
      }
      return new Usable(path);
    } catch (IOException e) {
      return new Unusable(path, reason(e), explicit);
    }
  }

  private static String reason(IOException failure) {
    return switch (failure) {
      case AccessDeniedException e -> e.getFile() + ": permission denied";
      case FileAlreadyExistsException e -> e.getFile() + " is not a folder";
      case NoSuchFileException e -> e.getFile() + " cannot be made";
      case FileSystemException e when e.getReason() != null -> e.getFile() + ": " + e.getReason();
      default -> failure.toString();
    };
  }
}
