package io.polyproc.ipc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.PacketBuffer;
import io.polyproc.posix.PosixException;
import io.polyproc.trace.Trace;
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
 *   0  form      0: the message follows; 1: it is in the memory file that comes with the packet;
 *                2 more: the number of an arrow in the program's timeline comes first
 *   1  number    if there is one, in 8 bytes
 *      message, or its length in 8 bytes, big-endian
 * </pre>
 *
 * <p>Confined to one thread at a time.
 */
public final class PacketCodec {
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
  private static final byte TRACED = 2;
  private static final ValueLayout.OfLong LENGTH =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int EIO = 5;
  private static final byte[] EMPTY = {};

  private static final int CHUNK = 256 << 10;

  private final PacketBuffer buffer = new PacketBuffer();
  private final SpinThenBlock wait = new SpinThenBlock();
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
    Trace trace = Trace.current();
    if (trace == null) {
      return write(fd, wait, 0, parts);
    }
    long flow = trace.newMessage();
    if (flow == 0) {
      return write(fd, wait, 0, parts);
    }
    long begin = Trace.now();
    int status = write(fd, wait, flow, parts);
    if (status == DONE) {
      trace.sent(begin, flow);
    }
    return status;
  }

  private int write(int fd, boolean wait, long flow, byte[]... parts) {
    MemorySegment body = buffer.body();
    long length = MessageChannel.length(parts);
    byte traced = flow == 0 ? 0 : TRACED;
    int at = 1;
    if (flow != 0) {
      body.set(LENGTH, at, flow);
      at += Long.BYTES;
    }
    if (length + at <= PacketBuffer.BYTES) {
      body.set(JAVA_BYTE, 0, (byte) (HERE | traced));
      for (byte[] part : parts) {
        MemorySegment.copy(part, 0, body, JAVA_BYTE, at, part.length);
        at += part.length;
      }
      return status(buffer.send(fd, at, -1, wait));
    }
    try (MemoryFile file = MemoryFile.of("polyproc-message", chunk(), parts)) {
      body.set(JAVA_BYTE, 0, (byte) (IN_FILE | traced));
      body.set(LENGTH, at, length);
      return status(buffer.send(fd, at + Long.BYTES, file.fd(), wait));
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
    Trace trace = Trace.current();
    long begin = trace == null ? 0 : Trace.now();
    long length = wait.receive(buffer, fd);
    int file = buffer.takeDescriptor();
    if (trace != null) {
      trace.waited("wait for an item", begin, "");
    }
    try {
      if (length <= 0) {
        return length == 0 ? END : status(length);
      }
      int at = 1;
      if ((buffer.body().get(JAVA_BYTE, 0) & TRACED) != 0 && length > Long.BYTES) {
        if (trace != null) {
          // The arrow ends where something has come: at a slice that begins after the put.
          trace.slice("queue", "get", Trace.now(), buffer.body().get(LENGTH, at), 0, "");
        }
        at += Long.BYTES;
      }
      boolean here = file < 0;
      long size = here ? length - at : buffer.body().get(LENGTH, at);
      if (size < 0 || size > Math.min(limit, MessageReader.MAX_LENGTH)) {
        return TOO_LONG;
      }
      isBytes = false;
      content = here ? buffer.copy(at, (int) size) : content(file, (int) size);
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
