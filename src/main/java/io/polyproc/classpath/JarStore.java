package io.polyproc.classpath;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Copies of what has no file of its own, such as the jars within a jar, in a cache folder: once for
 * each content, whichever program has it. Programs may share it.
 *
 * @param folder where the copies are, each in a folder that is named after its content
 */
public record JarStore(Path folder) {
  /**
   * The file or folder that an entry is, or its copy.
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
}
