package io.polyproc.observation;

import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The folder in which observers wait for the processes that they look at. It is this user's alone
 * (0700). Where it is depends on the user only, as an observer does not have the environment of the
 * program.
 */
public final class Rendezvous {
  private static final String SUFFIX = ".observer";
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private Rendezvous() {}

  private static Path folder() {
    int user = Processes.effectiveUser();
    Path runtime = Path.of("/run/user/" + user);
    return isSafe(runtime) ? runtime.resolve("polyproc") : Path.of("/tmp/polyproc-" + user);
  }

  private static boolean isSafe(Path folder) {
    try {
      Map<String, Object> found =
          Files.readAttributes(
              folder, "unix:uid,permissions,isDirectory", LinkOption.NOFOLLOW_LINKS);
      return Boolean.TRUE.equals(found.get("isDirectory"))
          && Integer.valueOf(Processes.effectiveUser()).equals(found.get("uid"))
          && OWNER_ONLY.equals(found.get("permissions"));
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return false; // it is not there, or nothing can be said of it
    }
  }

  /**
   * Where this process, an observer, is to listen; makes the folder if it is not there.
   *
   * @throws IOException if there can't be one, or another user could get at it
   */
  static Path ofObserver() throws IOException {
    Path folder = folder();
    if (Files.notExists(folder, LinkOption.NOFOLLOW_LINKS)) {
      try {
        Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      } catch (FileAlreadyExistsException e) {
        // Another observer was faster.
      }
    }
    if (!isSafe(folder)) {
      throw new IOException(
          folder + " is not a folder of this user alone (0700), so no process can be met there");
    }
    observers().stream().filter(Rendezvous::isLeftBehind).forEach(Rendezvous::delete);
    Path path = folder.resolve(Processes.id() + SUFFIX);
    Files.deleteIfExists(path); // of a process that had the same id
    return path;
  }

  /** Whether it is of an observer that was killed: it is nowhere, and does not listen. */
  private static boolean isLeftBehind(Path observer) {
    String name = observer.getFileName().toString();
    if (Files.exists(Path.of("/proc", name.substring(0, name.length() - SUFFIX.length())))) {
      return false;
    }
    try (MessageSocket _ = MessageSocket.connect(observer)) {
      return false;
    } catch (PosixException e) {
      return true;
    }
  }

  private static void delete(Path observer) {
    try {
      Files.deleteIfExists(observer);
    } catch (IOException e) {
      // It stays until the folder goes; processes find no observer there.
    }
  }

  /** Where observers wait now; some may be there no more. */
  public static List<Path> observers() {
    Path folder = folder();
    List<Path> found = new ArrayList<>();
    if (isSafe(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
        files.forEach(found::add);
      } catch (IOException | DirectoryIteratorException e) {
        // Then there are those.
      }
    }
    return found;
  }
}
