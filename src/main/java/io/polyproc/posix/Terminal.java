package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The terminal behind a descriptor. */
public final class Terminal {
  private static final long TIOCGWINSZ = 0x5413;
  private static final int WINSIZE_BYTES = 8;
  private static final int COLUMNS = 2;

  private Terminal() {}

  /** How large a terminal is, in characters. */
  public record Size(int rows, int columns) {}

  /** Empty if the descriptor is of no terminal, or of one that does not say. */
  public static Optional<Size> size(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment found = arena.allocate(WINSIZE_BYTES, 8);
      long result = LibC.IOCTL.tryCall(fd, TIOCGWINSZ, found.address());
      int rows = Short.toUnsignedInt(found.get(JAVA_SHORT, 0));
      int columns = Short.toUnsignedInt(found.get(JAVA_SHORT, COLUMNS));
      return result < 0 || rows == 0 || columns == 0
          ? Optional.empty()
          : Optional.of(new Size(rows, columns));
    }
  }

  /** Writes text by one call of the system, if the descriptor takes all of it at once. */
  public static void write(int fd, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment content = arena.allocate(Math.max(1, bytes.length));
      MemorySegment.copy(bytes, 0, content, JAVA_BYTE, 0, bytes.length);
      long written = 0;
      while (written < bytes.length) {
        long result = LibC.WRITE.tryCall(fd, content.address() + written, bytes.length - written);
        if (result < 0 && result != -Errno.EINTR) {
          return; // the reader has gone
        }
        written += Math.max(0, result);
      }
    }
  }
}
