package io.polyproc.cli;

import io.polyproc.bridge.CacheFolder;
import io.polyproc.distribution.Installation;
import io.polyproc.hotspot.ImageWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the image of a process of this build is, in the user's cache folder. The kernel and the
 * variables that a process reads when it boots have images of their own each; the restoring program
 * knows which. The launcher looks in the same folder.
 */
final class ImageFile {
  /** Ends an image's name. */
  static final String SUFFIX = ".img";

  private static final String LOCK_SUFFIX = ".lock";

  /** What all images of a user may take on the disk. */
  private static final long MAX_BYTES = 3L << 30;

  /** The restoring program's exit status where a new image would be refused, too. */
  private static final int UNFIT = 3;

  /**
   * Whether a process would be restored from it.
   *
   * @param reason why not; empty if it would
   * @param isRenewable whether a new image would be better
   */
  record State(String reason, boolean isRenewable) {
    boolean fits() {
      return reason.isEmpty();
    }
  }

  private final Installation installation;
  private final Path cache;
  private @Nullable Path path;

  private ImageFile(Installation installation, Path cache) {
    this.installation = installation;
    this.cache = cache;
  }

  /** That of this command's installation. */
  static ImageFile of(Installation installation) {
    return new ImageFile(installation, CacheFolder.find().path());
  }

  /** The folder of all images. */
  Path folder() {
    return Installation.processImages(cache);
  }

  /** Begins the paths of all images of this build. */
  Path stem() {
    return installation.processImage(cache);
  }

  /**
   * That of this process's variables.
   *
   * @throws IOException if the restoring program does not run on this system
   */
  Path path() throws IOException, InterruptedException {
    Path known = path;
    if (known == null) {
      Answer answer = ask("--path");
      if (answer.status() != 0) {
        throw new IOException("the restoring program has failed: " + answer.text());
      }
      known = Path.of(answer.text());
      path = known;
    }
    return known;
  }

  /** Locked by the process that writes it. */
  Path lock() throws IOException, InterruptedException {
    return companion(path(), LOCK_SUFFIX);
  }

  /** Changed whenever a process begins to write it in the background. */
  Path lastTry() throws IOException, InterruptedException {
    return companion(path(), ".tried");
  }

  private static Path companion(Path image, String suffix) {
    return image.resolveSibling(image.getFileName() + suffix);
  }

  /** All images and what is beside them, but not the locks, which may be held. */
  List<Path> files() throws IOException {
    Path folder = folder();
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> Files.isRegularFile(file) && !file.toString().endsWith(LOCK_SUFFIX))
          .sorted()
          .toList();
    }
  }

  /**
   * Removes images of other builds and variables, those that were used the longest time ago first,
   * until all that are left have less than {@link #MAX_BYTES}. Processes that were restored from
   * one keep it.
   */
  void removeOthers() throws IOException, InterruptedException {
    Path own = path();
    List<Path> all = files();
    List<Path> others =
        all.stream()
            .filter(file -> file.toString().endsWith(SUFFIX) && !file.equals(own))
            .sorted(Comparator.comparingLong(ImageFile::lastUse).reversed())
            .toList();
    long bytes = size(own);
    for (Path other : others) {
      bytes += size(other);
      if (bytes > MAX_BYTES) {
        for (Path file : all) {
          if (file.toString().startsWith(other.toString())) {
            Files.deleteIfExists(file);
          }
        }
      }
    }
  }

  private static long size(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  /** In milliseconds since 1970: each restored process counts in a file beside the image. */
  private static long lastUse(Path image) {
    return Math.max(
        image.toFile().lastModified(),
        companion(image, ImageWriter.STARTS_SUFFIX).toFile().lastModified());
  }

  /** Makes the folder, for its owner only. */
  void makeFolder() throws IOException {
    Files.createDirectories(
        folder(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** Whether a process with these variables would be restored from it. */
  State state() throws IOException, InterruptedException {
    if (!Files.isExecutable(installation.restorer())) {
      return new State("there is no code for this system and processor", false);
    }
    Answer answer = ask("--check");
    if (answer.status() == 0) {
      return new State("", false);
    }
    return new State(
        answer.text().isEmpty() ? "the restorer failed" : answer.text(), answer.status() != UNFIT);
  }

  private record Answer(int status, String text) {}

  private Answer ask(String question) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(installation.restorer().toString(), question, stem().toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String text =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return new Answer(process.waitFor(), text);
  }
}
