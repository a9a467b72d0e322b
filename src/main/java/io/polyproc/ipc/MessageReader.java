package io.polyproc.ipc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.polyproc.posix.ByteStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads one message from a descriptor: four bytes that say how long it is, in network order, or -1
 * and eight bytes that do, then so many bytes. It never reads beyond the message, because what
 * follows may be for another process.
 *
 * <p>Confined to one thread at a time. A signal that arrives ends {@link #resume} early, so that
 * its handler can run; what was read so far is kept for the next call.
 */
public final class MessageReader {
  /** The message is there: {@link #take}. */
  public static final int DONE = 0;

  /** A signal arrived. */
  public static final int INTERRUPTED = 1;

  /** The other side is closed, and nothing more came. */
  public static final int END = 2;

  /** The other side was closed amidst the message. */
  public static final int CUT_OFF = 3;

  /** The message is longer than allowed, or than an array can be; it was not read. */
  public static final int TOO_LONG = 4;

  private static final ValueLayout.OfInt LENGTH =
      JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong LONG_LENGTH =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int LENGTH_BYTES = 4;
  private static final int LONG_LENGTH_BYTES = 8;
  private static final int LONGER = -1;

  private static final int SMALL = 8 << 10;
  private static final int LARGE = 256 << 10;

  /** Room is made as content arrives, lest a wrong length take all memory. */
  private static final int FIRST_ROOM = 16 << 20;

  /** The longest message that an array can hold, in bytes. */
  static final long MAX_LENGTH = Integer.MAX_VALUE - 8;

  private static final byte[] EMPTY = {};

  private MemorySegment buffer = Arena.ofAuto().allocate(SMALL, 8);
  private int fd;
  private long limit;
  private int lengthBytes;
  private long length;
  private long announced;
  private int got;
  private int skipped;
  private int size;
  private byte[] content = EMPTY;

  /**
   * Begins a message.
   *
   * @param limit the longest that is allowed
   * @return {@link #DONE} or why not, as above, or {@code -errno}
   */
  public int read(int fd, long limit) {
    this.fd = fd;
    this.limit = limit;
    lengthBytes = LENGTH_BYTES;
    length = -1;
    got = 0;
    return resume();
  }

  /** Goes on with the message. */
  public int resume() {
    if (length < 0) {
      int status = readLength();
      if (status != DONE) {
        return status;
      }
    }
    while (got < length) {
      if (length > SMALL && buffer.byteSize() == SMALL) {
        buffer = Arena.ofAuto().allocate(LARGE, 8);
      }
      long read = ByteStream.read(fd, buffer, 0, Math.min(length - got, buffer.byteSize()));
      if (read <= 0) {
        return unusual(read);
      }
      if (got == 0) {
        makeRoom((int) read);
      }
      keep((int) read);
    }
    return DONE;
  }

  /** Makes room for what is to be kept of the message, as its first bytes tell. */
  private void makeRoom(int count) {
    int bytes = count < BytesPickle.HEAD ? -1 : BytesPickle.contentLength(buffer, length);
    skipped = bytes < 0 ? 0 : BytesPickle.HEAD;
    size = bytes < 0 ? (int) length : bytes;
    content = new byte[Math.min(size, FIRST_ROOM)];
  }

  private void keep(int count) {
    int from = Math.max(got, skipped);
    int to = Math.min(got + count, skipped + size);
    if (from < to) {
      if (to - skipped > content.length) {
        content = Arrays.copyOf(content, (int) Math.min(2L * content.length, size));
      }
      MemorySegment.copy(buffer, JAVA_BYTE, from - got, content, from - skipped, to - from);
    }
    got += count;
  }

  private int readLength() {
    while (true) {
      while (got < lengthBytes) {
        long read = ByteStream.read(fd, buffer, got, lengthBytes - got);
        if (read <= 0) {
          return unusual(read);
        }
        got += (int) read;
      }
      got = 0;
      long found = lengthBytes == LENGTH_BYTES ? buffer.get(LENGTH, 0) : buffer.get(LONG_LENGTH, 0);
      if (found == LONGER && lengthBytes == LENGTH_BYTES) {
        lengthBytes = LONG_LENGTH_BYTES;
        continue;
      }
      announced = found;
      if (found < 0 || found > Math.min(limit, MAX_LENGTH)) {
        return TOO_LONG;
      }
      length = found;
      skipped = 0;
      content = EMPTY;
      return DONE;
    }
  }

  private int unusual(long read) {
    if (read == 0) {
      return got == 0 ? END : CUT_OFF;
    }
    return read == ByteStream.INTERRUPTED ? INTERRUPTED : (int) read;
  }

  /** How long the message is, or was said to be, in bytes. */
  long announced() {
    return announced;
  }

  /** The message, which is the caller's from now on. */
  public byte[] take() {
    byte[] bytes = takeBytes();
    return bytes == null ? takeContent() : MessageChannel.joined(BytesPickle.of(bytes));
  }

  /**
   * What the message is a pickle of, if that is {@code bytes}; the caller's from now on.
   *
   * @return null if it is another message
   */
  public byte @Nullable [] takeBytes() {
    if (skipped == 0) {
      return null;
    }
    skipped = 0;
    return takeContent();
  }

  private byte[] takeContent() {
    byte[] taken = content;
    content = EMPTY;
    return taken;
  }
}
