package io.polyproc.ipc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.PacketBuffer;
import io.polyproc.posix.PosixException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Messages of any length, each of which is one packet: what queues carry. A process that is killed
 * while it writes or reads leaves nothing half done, and needs no lock to keep others out.
 *
 * <pre>
 *   0  form      0: the message follows; 1: it is in the memory file that comes with the packet
 *   1  message, or its length in 8 bytes, big-endian
 * </pre>
 *
 * <p>Confined to one thread at a time.
 */
public final class Packets {
  /** The message was written, or is there: {@link #take}. */
  public static final int DONE = MessageReader.DONE;

  /** A signal arrived, and nothing was written or read. */
  public static final int INTERRUPTED = MessageReader.INTERRUPTED;

  /** The other side is closed. */
  public static final int END = MessageReader.END;

  /** The message is longer than allowed; it is gone. */
  public static final int TOO_LONG = MessageReader.TOO_LONG;

  /** There is no room for the message, or none to be read, and the call was not to wait. */
  public static final int NOT_NOW = 5;

  private static final byte HERE = 0;
  private static final byte IN_FILE = 1;
  private static final int LONGEST_HERE = PacketBuffer.BYTES - 1;
  private static final ValueLayout.OfLong LENGTH =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int EIO = 5;
  private static final byte[] EMPTY = {};

  private static final int CHUNK = 256 << 10;

  private final PacketBuffer buffer = new PacketBuffer();
  private final BriefWait wait = new BriefWait();
  private @Nullable MemorySegment chunk;
  private byte[] content = EMPTY;
  private boolean isBytes;

  /**
   * Writes a message, which is all parts together.
   *
   * @param wait whether to wait for room
   * @return {@link #DONE} or why not, as above, or {@code -errno}
   */
  public int write(int fd, boolean wait, byte[]... parts) {
    MemorySegment body = buffer.body();
    long length = MessageChannel.length(parts);
    if (length <= LONGEST_HERE) {
      body.set(JAVA_BYTE, 0, HERE);
      int at = 1;
      for (byte[] part : parts) {
        MemorySegment.copy(part, 0, body, JAVA_BYTE, at, part.length);
        at += part.length;
      }
      return status(buffer.send(fd, at, -1, wait));
    }
    try (MemoryFile file = MemoryFile.of("polyproc-message", chunk(), parts)) {
      body.set(JAVA_BYTE, 0, IN_FILE);
      body.set(LENGTH, 1, length);
      return status(buffer.send(fd, 1 + Long.BYTES, file.fd(), wait));
    } catch (PosixException e) {
      return -e.errno();
    }
  }

  private static int status(long result) {
    if (result >= 0) {
      return DONE;
    }
    if (result == PacketBuffer.INTERRUPTED) {
      return INTERRUPTED;
    }
    return result == PacketBuffer.NOT_NOW ? NOT_NOW : (int) result;
  }

  /**
   * Reads a message, waiting for one.
   *
   * @param limit the longest that is allowed
   * @return {@link #DONE} or why not, as above, or {@code -errno}
   */
  public int read(int fd, long limit) {
    long length = wait.receive(buffer, fd);
    int file = buffer.takeDescriptor();
    try {
      if (length <= 0) {
        return length == 0 ? END : status(length);
      }
      boolean here = file < 0;
      long size = here ? length - 1 : buffer.body().get(LENGTH, 1);
      if (size < 0 || size > Math.min(limit, MessageReader.LONGEST)) {
        return TOO_LONG;
      }
      isBytes = false;
      content = here ? buffer.copy(1, (int) size) : content(file, (int) size);
      return DONE;
    } catch (IOException e) {
      return -EIO;
    } finally {
      if (file >= 0) {
        Descriptors.close(file);
      }
    }
  }

  private byte[] content(int file, int size) throws IOException {
    MemorySegment room = chunk();
    int bytes = -1;
    if (size > BytesPickle.HEAD) {
      byte[] head = MemoryFile.content(file, 0, BytesPickle.HEAD, room);
      bytes = BytesPickle.contentLength(MemorySegment.ofArray(head), size);
    }
    isBytes = bytes >= 0;
    return isBytes
        ? MemoryFile.content(file, BytesPickle.HEAD, bytes, room)
        : MemoryFile.content(file, 0, size, room);
  }

  private MemorySegment chunk() {
    MemorySegment made = chunk;
    if (made == null) {
      made = Arena.ofAuto().allocate(CHUNK, 8);
      chunk = made;
    }
    return made;
  }

  /** The message, which is the caller's from now on. */
  public byte[] take() {
    byte[] bytes = takeBytes();
    return bytes == null ? takeContent() : MessageChannel.joined(BytesPickle.of(bytes));
  }

  /**
   * What the message is a pickle of, if that is long {@code bytes}; the caller's from now on.
   *
   * @return null if it is another message
   */
  public byte @Nullable [] takeBytes() {
    return isBytes ? takeContent() : null;
  }

  private byte[] takeContent() {
    byte[] taken = content;
    content = EMPTY;
    isBytes = false;
    return taken;
  }
}
