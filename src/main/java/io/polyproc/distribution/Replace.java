package io.polyproc.distribution;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Replaces files and folders of a distribution whole: made beside their place under a temporary
 * name, then renamed. A JVM that runs from the old ones keeps them (it maps its jars and its AOT
 * cache), and a build that is killed leaves no half-written part under a final name.
 */
final class Replace {

  /** Makes the new content under the path that it is given. */
  @FunctionalInterface
  interface Maker<X extends Exception> {
    void make(Path temporary) throws IOException, X;
  }

  private Replace() {}

  static <X extends Exception> void file(Path target, Maker<X> maker) throws IOException, X {
    Path temporary = target.resolveSibling(target.getFileName() + ".new");
    Files.deleteIfExists(temporary);
    try {
      maker.make(temporary);
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  static <X extends Exception> void folder(Path target, Maker<X> maker) throws IOException, X {
    Path temporary = target.resolveSibling(target.getFileName() + ".new");
    delete(temporary);
    try {
      maker.make(temporary);
      delete(target);
      Files.move(temporary, target);
    } finally {
      delete(temporary);
    }
  }

  /** Deletes a folder and all in it; one that is not there is deleted already. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Copies a folder with all in it, modification times kept. */
  static void copyFolder(Path source, Path target) throws IOException {
    try (var paths = Files.walk(source)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Files.copy(
            path,
            target.resolve(source.relativize(path).toString()),
            StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }
}
