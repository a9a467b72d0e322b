package io.polyproc.ipc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import io.polyproc.posix.ByteStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Writes one message to a descriptor, in the format of {@link MessageReader}; a short one in one
 * call of the system.
 *
 * <p>Confined to one thread at a time. A signal that arrives ends {@link #resume} early, so that
 * its handler can run; what is left to write is kept for the next call.
 */
public final class MessageWriter {
  /** All was written. */
  public static final int DONE = 0;

  /** A signal arrived. */
  public static final int INTERRUPTED = 1;

  private static final ValueLayout.OfInt LENGTH =
      JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  static final int LENGTH_BYTES = 4;

  private static final int SMALL = 8 << 10;
  private static final int LARGE = 256 << 10;
  private static final byte[][] NOTHING = {};

  private MemorySegment buffer = Arena.ofAuto().allocate(SMALL, 8);
  private byte[][] parts = NOTHING;
  private int fd;
  private int part;
  private int copied;
  private int filled;
  private int written;

  /**
   * Begins a message, which is all parts together.
   *
   * @return {@link #DONE}, {@link #INTERRUPTED}, or {@code -errno}
   */
  public int write(int fd, byte[]... parts) {
    int length = Math.toIntExact(MessageChannel.length(parts));
    if (length + LENGTH_BYTES > buffer.byteSize() && buffer.byteSize() == SMALL) {
      buffer = Arena.ofAuto().allocate(LARGE, 8);
    }
    this.fd = fd;
    this.parts = parts;
    buffer.set(LENGTH, 0, length);
    part = 0;
    copied = 0;
    filled = LENGTH_BYTES;
    written = 0;
    fill();
    return resume();
  }

  /** Goes on with the message. */
  public int resume() {
    while (true) {
      while (written < filled) {
        long count = ByteStream.write(fd, buffer, written, filled - written);
        if (count < 0) {
          return count == ByteStream.INTERRUPTED ? INTERRUPTED : (int) count;
        }
        written += (int) count;
      }
      if (part == parts.length) {
        parts = NOTHING;
        return DONE;
      }
      filled = 0;
      written = 0;
      fill();
    }
  }

  private void fill() {
    while (part < parts.length && filled < buffer.byteSize()) {
      byte[] content = parts[part];
      int count = (int) Math.min(content.length - copied, buffer.byteSize() - filled);
      MemorySegment.copy(content, copied, buffer, JAVA_BYTE, filled, count);
      copied += count;
      filled += count;
      if (copied == content.length) {
        part++;
        copied = 0;
      }
    }
  }
}
