package io.polyproc.classpath;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Copies of what has no file of its own, such as the jars within a jar, in a cache folder: once for
 * each content, whichever program has it. Programs may share it.
 *
 * @param folder where the copies are, each in a folder that is named after its content
 */
public record JarStore(Path folder) {
  private static final String LOCK = "lock";

  /**
   * The file or folder that an entry is, or its copy, which is a jar.
   *
   * @throws IOException if it has none and can't be copied
   */
  public Path file(ClassPathEntry entry) throws IOException {
    Path own = entry.file().orElse(null);
    if (own != null) {
      return own;
    }
    Path copy = folder.resolve(entry.fingerprint()).resolve(entry.name());
    if (!Files.exists(copy)) {
      Path parent = Files.createDirectories(copy.resolveSibling(""));
      Path temporary = Files.createTempFile(parent, "copy", ".new");
      try {
        entry.copyTo(temporary);
        Files.move(temporary, copy, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
    }
    return copy;
  }

  /**
   * A folder with the files of an entry: the one that it is, or a copy.
   *
   * @throws IOException if it is none and can't be copied
   */
  public Path unpacked(ClassPathEntry entry) throws IOException {
    Path own = entry.file().filter(Files::isDirectory).orElse(null);
    if (own != null) {
      return own;
    }
    Path copy = folder.resolve(entry.fingerprint());
    if (!Files.isDirectory(copy)) {
      Files.createDirectories(folder);
      unpackOnce(entry, copy);
    }
    return copy;
  }

  /** Another program may want the same at the same time; one that was killed has left a part. */
  private static synchronized void unpackOnce(ClassPathEntry entry, Path copy) throws IOException {
    try (FileChannel channel =
            FileChannel.open(
                copy.resolveSibling(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (lock.isValid() && !Files.isDirectory(copy)) {
        Path temporary = copy.resolveSibling(copy.getFileName() + ".new");
        delete(temporary);
        try {
          unpack(entry, temporary);
          Files.move(temporary, copy, StandardCopyOption.ATOMIC_MOVE);
        } finally {
          delete(temporary);
        }
      }
    }
  }

  private static void unpack(ClassPathEntry entry, Path target) throws IOException {
    for (String name : entry.names()) {
      Path file = target.resolve(name).normalize();
      if (!file.startsWith(target)) {
        throw new IOException("a path that leads out of its folder: " + name);
      }
      Files.createDirectories(file.resolveSibling(""));
      Files.write(file, entry.read(name));
    }
  }

  private static void delete(Path tree) throws IOException {
    if (Files.isDirectory(tree)) {
      List<Path> all;
      try (Stream<Path> files = Files.walk(tree)) {
        all = files.sorted(Comparator.reverseOrder()).toList();
      }
      for (Path each : all) {
        Files.delete(each);
      }
    }
  }
}
