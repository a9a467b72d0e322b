package io.polyproc.hotspot;

import io.polyproc.posix.NewFile;
import io.polyproc.posix.PosixException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Puts the image of this process into a file. It is written beside its place, under a name of its
 * own, and renamed when the disk has it: a process that is killed meanwhile leaves the former image
 * as it was, and processes that were restored from that keep it.
 *
 * <p>Called by one thread, once in a process.
 */
public final class ImageWriter {
  /** Ends the name of a file that is not finished. */
  public static final String UNFINISHED = ".new";

  /** Ends the name of the file beside an image that counts the processes restored from it. */
  public static final String STARTS_SUFFIX = ".starts";

  private final Path target;
  private final List<Path> files;

  /**
   * @param target where the image will be
   * @param files that must be as they are now, beside those that this process has mapped or open
   */
  public ImageWriter(Path target, List<Path> files) {
    this.target = target;
    this.files = List.copyOf(files);
  }

  /** Whether there is code for this processor and system. */
  public static boolean isSupported() {
    return ProcessImage.isSupported();
  }

  /**
   * Writes it, and returns here when that is done; and in each process that is restored from it.
   *
   * @return what a restored process is told; empty in this one
   * @throws IOException if it can't be written, with the reason; nothing has changed then
   */
  public Optional<Resumption> write() throws IOException {
    Path unfinished =
        target.resolveSibling(
            "%s.%d%s".formatted(target.getFileName(), ProcessHandle.current().pid(), UNFINISHED));
    Files.deleteIfExists(unfinished);
    boolean isWritten = false;
    try (NewFile file = NewFile.create(unfinished)) {
      // Whole seconds, which no other change of the file leaves behind.
      Instant modified = Instant.ofEpochSecond(Instant.now().getEpochSecond());
      ImageKey key = ImageKey.ofThisProcess(files);
      Optional<Resumption> resumption =
          ProcessImage.write(file.fd(), modified.getEpochSecond(), key);
      if (resumption.isPresent()) {
        file.forget();
        isWritten = true; // long ago
        return resumption;
      }
      Files.setLastModifiedTime(unfinished, FileTime.from(modified));
      file.sync();
      replaceBeside(target, STARTS_SUFFIX, new byte[ImageLayout.STARTS_BYTES]);
      Files.move(
          unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      isWritten = true;
      syncFolder();
      return Optional.empty();
    } catch (PosixException e) {
      throw new IOException(target + " can't be written: " + e.getMessage(), e);
    } finally {
      if (!isWritten) {
        Files.deleteIfExists(unfinished);
      }
    }
  }

  /** Puts another file of its owner's in the place of the one beside an image, or makes it. */
  static void replaceBeside(Path image, String suffix, byte[] content) throws IOException {
    Path file = image.resolveSibling(image.getFileName() + suffix);
    Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
    Files.deleteIfExists(unfinished);
    try (NewFile _ = NewFile.create(unfinished)) {
      Files.write(unfinished, content);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** Lets the disk have the name, too. */
  private void syncFolder() throws IOException {
    try (FileChannel folder = FileChannel.open(target.getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }
}
