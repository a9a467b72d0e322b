package io.polyproc.conformance;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is in the folders that all programs of the machine share: {@code /dev/shm} and the JVMs'
 * {@code /tmp/hsperfdata_*}.
 *
 * @param entries as they were at one moment
 */
record SharedFolders(Set<Path> entries) {

  private static final Path MEMORY = Path.of("/dev/shm");
  private static final Path PERFORMANCE_DATA = Path.of("/tmp");

  SharedFolders {
    entries = Set.copyOf(entries);
  }

  static SharedFolders now() throws IOException {
    Set<Path> entries = new TreeSet<>(list(MEMORY, "*"));
    for (Path folder : list(PERFORMANCE_DATA, "hsperfdata_*")) {
      entries.addAll(list(folder, "*"));
    }
    return new SharedFolders(entries);
  }

  /** The entries that came since and that no living process of another program uses. */
  List<Path> newSince(SharedFolders before) throws IOException {
    List<Path> added =
        entries.stream().filter(entry -> !before.entries.contains(entry)).sorted().toList();
    return added.isEmpty() ? added : added.stream().filter(entry -> !isInUse(entry)).toList();
  }

  private static boolean isInUse(Path entry) {
    if (!Files.exists(entry)) {
      return true; // gone between two looks
    }
    if (!entry.startsWith(MEMORY)) {
      return Files.exists(Path.of("/proc", entry.getFileName().toString())); // named for its pid
    }
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (maps(process, entry)) {
          return true;
        }
      }
    } catch (IOException e) {
      return false;
    }
    return false;
  }

  private static boolean maps(Path process, Path entry) {
    try {
      return Files.readString(process.resolve("maps")).contains(entry.toString());
    } catch (IOException e) {
      return false; // it ended meanwhile
    }
  }

  private static List<Path> list(Path folder, String glob) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
      List<Path> found = new java.util.ArrayList<>();
      files.forEach(found::add);
      return found;
    }
  }
}
