package io.polyproc.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Tells of a script that cannot run before Python boots, in CPython's words, and so at once.
 *
 * <p>Lets through what it is not sure of: Python itself will meet it.
 */
final class ScriptCheck {

  /** The numbers of errno, which Python shows and Java does not tell. */
  private static final Map<String, Integer> NUMBERS =
      Map.of(
          "Not a directory", 20, "File name too long", 36, "Too many levels of symbolic links", 40);

  private ScriptCheck() {}

  static Optional<Problem> problem(String script, String workingDirectory) {
    // Not normalised, as CPython shows it. An empty name means the working directory.
    String path =
        script.startsWith("/") ? script : workingDirectory + (script.isEmpty() ? "" : "/" + script);
    File file = new File(path);
    if (file.isDirectory()) {
      return hasMain(file) ? Optional.empty() : Optional.of(noMain(path));
    }
    return file.canRead() ? Optional.empty() : attemptToOpen(path);
  }

  private static boolean hasMain(File folder) {
    String[] names = folder.list();
    if (names == null) {
      return false;
    }
    for (String name : names) {
      if (name.equals("__main__") || name.startsWith("__main__.")) {
        return true;
      }
    }
    return false;
  }

  private static Problem noMain(String path) {
    return new Problem(ExitCode.FAILED, "can't find '__main__' module in '" + path + "'");
  }

  private static Optional<Problem> attemptToOpen(String path) {
    try (var _ = Files.newInputStream(Path.of(path))) {
      return Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.of(
          new Problem(
              ExitCode.USAGE,
              ("can't open file '%s': its name cannot be told in the locale's encoding (%s);"
                      + " set LC_ALL=C.UTF-8")
                  .formatted(path, System.getProperty("sun.jnu.encoding"))));
    } catch (AccessDeniedException e) {
      return Optional.of(cannotOpen(path, 13, "Permission denied"));
    } catch (FileSystemException e) {
      String reason = Objects.requireNonNullElse(e.getReason(), "");
      Integer number = NUMBERS.get(reason);
      return Optional.of(
          number == null
              ? cannotOpen(path, 2, "No such file or directory")
              : cannotOpen(path, number, reason));
    } catch (IOException e) {
      return Optional.of(cannotOpen(path, 5, "Input/output error"));
    }
  }

  private static Problem cannotOpen(String path, int errno, String reason) {
    return new Problem(
        ExitCode.USAGE, "can't open file '%s': [Errno %d] %s".formatted(path, errno, reason));
  }
}
