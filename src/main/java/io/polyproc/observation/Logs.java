package io.polyproc.observation;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The last lines of what a process writes: its standard output and error where these are files, and
 * the files to which it appends, as loggers do. The process itself is not asked.
 */
final class Logs {
  private static final int MAX_BYTES = 16 << 10;
  private static final int MAX_LINES = 100;

  // man 2 open, in octal as /proc/PID/fdinfo has it
  private static final int WRITES = 03;
  private static final int APPENDS = 02000;
  private static final int OCTAL = 8;

  private Logs() {}

  /** For people; with a heading for each file. */
  static String of(int pid) {
    Path folder = Path.of("/proc", Integer.toString(pid), "fd");
    Map<String, Path> files = new LinkedHashMap<>();
    StringBuilder out = new StringBuilder();
    for (int fd = 1; fd <= 2; fd++) {
      String name = fd == 1 ? "standard output" : "standard error";
      Path link = folder.resolve(Integer.toString(fd));
      String target = target(link);
      if (target.isEmpty()) {
        out.append("%s: closed%n".formatted(name));
      } else if (Files.isRegularFile(link)) {
        files.merge(target, link, (first, _) -> first);
        out.append("%s: %s%n".formatted(name, target));
      } else {
        out.append("%s: %s, which keeps nothing%n".formatted(name, target));
      }
    }
    addAppended(folder, files);
    files.forEach((target, link) -> out.append("%n%s%n%s".formatted(target, tail(link).indent(2))));
    return out.toString();
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "";
    }
  }

  private static void addAppended(Path folder, Map<String, Path> files) {
    try (DirectoryStream<Path> links = Files.newDirectoryStream(folder)) {
      for (Path link : links) {
        String target = target(link);
        if (target.startsWith("/") && Files.isRegularFile(link) && isAppended(folder, link)) {
          files.putIfAbsent(target, link);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // It has just ended: there is what there is.
    }
  }

  private static boolean isAppended(Path folder, Path link) throws IOException {
    Path info = folder.resolveSibling("fdinfo").resolve(link.getFileName());
    for (String line : ProcessFiles.text(info).split("\n", -1)) {
      if (line.startsWith("flags:")) {
        int flags = Integer.parseInt(line.substring("flags:".length()).strip(), OCTAL);
        return (flags & WRITES) != 0 && (flags & APPENDS) != 0;
      }
    }
    return false;
  }

  private static String tail(Path link) {
    try (RandomAccessFile file = new RandomAccessFile(link.toFile(), "r")) {
      long from = Math.max(0, file.length() - MAX_BYTES);
      byte[] bytes = new byte[(int) (file.length() - from)];
      file.seek(from);
      file.readFully(bytes);
      String text = new String(bytes, StandardCharsets.UTF_8);
      if (text.isBlank()) {
        return "(nothing yet)";
      }
      String[] lines = text.split("\n", -1);
      int first = Math.max(from > 0 ? 1 : 0, lines.length - MAX_LINES - 1);
      StringBuilder kept = new StringBuilder();
      for (int i = first; i < lines.length; i++) {
        kept.append(lines[i]).append('\n');
      }
      return kept.toString().stripTrailing();
    } catch (IOException e) {
      return "(can't be read: %s)".formatted(e.getMessage());
    }
  }
}
