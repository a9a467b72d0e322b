package io.polyproc.cli;

import io.polyproc.image.Installation;
import io.polyproc.python.CacheFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Where the image of a process of this build is, in the user's cache folder; the launcher looks
 * there, too.
 */
final class ImageFile {
  /** The environment variable that switches images on. */
  static final String SETTING = "POLYPROC_IMAGE";

  private static final String FOLDER = "images";

  /** Ends an image's name. */
  static final String SUFFIX = ".img";

  private final Installation installation;
  private final Path folder;

  private ImageFile(Installation installation, Path folder) {
    this.installation = installation;
    this.folder = folder;
  }

  /** That of this command's installation. */
  static ImageFile of(Installation installation) {
    return new ImageFile(installation, CacheFolder.find().path().resolve(FOLDER));
  }

  Path path() {
    return folder.resolve(installation.build() + SUFFIX);
  }

  /** The folder of all images. */
  Path folder() {
    return folder;
  }

  /** Locked by whoever writes or deletes images. */
  Path lock() {
    return folder.resolve("lock");
  }

  /** Makes the folder, for its owner only. */
  void makeFolder() throws IOException {
    Files.createDirectories(
        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** Why a process would not be restored from it; empty if one would. */
  Optional<String> objection() throws IOException, InterruptedException {
    if (!Files.isExecutable(installation.restorer())) {
      return Optional.of("there is no code for this system and processor");
    }
    Process check =
        new ProcessBuilder(installation.restorer().toString(), "--check", path().toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String reason =
        new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (check.waitFor() == 0) {
      return Optional.empty();
    }
    return Optional.of(reason.isEmpty() ? "the restorer failed" : reason);
  }
}
