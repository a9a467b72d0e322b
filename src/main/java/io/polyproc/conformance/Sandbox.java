package io.polyproc.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folders of one run: a copy of the program's folder to work in, and a folder for temporary
 * files. Closing it deletes both.
 */
final class Sandbox implements AutoCloseable {

  private final Path root;

  /** Copies the folder of the program; the caller closes the sandbox. */
  Sandbox(Path programFolder) throws IOException {
    root = Files.createTempDirectory("polyproc-it-").toRealPath();
    Files.createDirectory(tmp());
    copy(programFolder, work());
  }

  Path root() {
    return root;
  }

  Path work() {
    return root.resolve("work");
  }

  Path tmp() {
    return root.resolve("tmp");
  }

  /** What the program left in its temporary folder. */
  List<Path> temporaryFiles() throws IOException {
    try (Stream<Path> files = Files.list(tmp())) {
      return files.sorted().toList();
    }
  }

  /** The text without the paths that are new in each run. */
  String withoutPaths(String text) {
    return text.replace(work().toString(), "<work>").replace(tmp().toString(), "<tmp>");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Sandbox::belongs).toList()) {
        Files.copy(file, to.resolve(from.relativize(file)));
      }
    }
  }

  private static boolean belongs(Path file) {
    return !file.toString().contains("__pycache__");
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      files.sorted(Comparator.reverseOrder()).forEach(Sandbox::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
