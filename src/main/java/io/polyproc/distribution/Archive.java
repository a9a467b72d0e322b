package io.polyproc.distribution;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * The distribution as one {@code tar.gz}. The system's {@code tar} writes it, as Java has none and
 * modes, links and times must be kept; compression is light, because most of it is jars.
 */
final class Archive {

  private static final int BUFFER = 1 << 16;

  private Archive() {}

  static void write(Installation installation, Path archive)
      throws IOException, StepFailedException {
    Path home = installation.home();
    Replace.<StepFailedException>file(
        archive,
        temporary -> {
          // The AOT cache is valid in one place only: it is made again where the archive is
          // unpacked.
          Process tar =
              new ProcessBuilder(
                      "tar",
                      "-C",
                      home.resolve("..").toString(),
                      "--exclude=polyproc.aot*",
                      "-cf",
                      "-",
                      home.getFileName().toString())
                  .redirectError(ProcessBuilder.Redirect.DISCARD)
                  .start();
          try (InputStream in = tar.getInputStream();
              OutputStream out = new FastGzip(Files.newOutputStream(temporary))) {
            in.transferTo(out);
          }
          int status = tar.onExit().join().exitValue();
          if (status != 0) {
            throw new StepFailedException("tar exited with status " + status);
          }
        });
  }

  private static final class FastGzip extends GZIPOutputStream {

    FastGzip(OutputStream out) throws IOException {
      super(out, BUFFER);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
