package io.polyproc.ipc;

import io.polyproc.posix.RawStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Whole messages over a byte stream, in the form of {@code multiprocessing.connection.Connection}.
 *
 * <pre>
 *   0  length   4 bytes, big-endian; -1 if 8 more bytes hold it
 *   4  message
 * </pre>
 *
 * <p>One thread at a time sends and one receives; whoever shares the stream guards it.
 */
public final class Frames implements AutoCloseable {
  private static final int HEADER = 4;
  private static final int LONG_HEADER = 8;
  private static final int JOINED = 16 << 10;
  private static final int LONG = -1;

  private final RawStream stream;

  public Frames(RawStream stream) {
    this.stream = stream;
  }

  /** The stream; it stays this object's. */
  public RawStream stream() {
    return stream;
  }

  /**
   * Sends one message, which is all parts together.
   *
   * @throws EOFException if nobody reads any more
   */
  public void send(byte[]... parts) throws IOException {
    int length = 0;
    for (byte[] part : parts) {
      length = Math.addExact(length, part.length);
    }
    if (length <= JOINED) {
      // In one write: a pipe's other writers must not come between.
      ByteBuffer all = ByteBuffer.allocate(HEADER + length).putInt(length);
      for (byte[] part : parts) {
        all.put(part);
      }
      stream.write(all.array(), 0, HEADER + length);
      return;
    }
    stream.write(ByteBuffer.allocate(HEADER).putInt(length).array(), 0, HEADER);
    for (byte[] part : parts) {
      stream.write(part, 0, part.length);
    }
  }

  /**
   * Waits for one message.
   *
   * @throws EOFException if there will be none
   */
  public byte[] receive() throws IOException {
    long length = number(HEADER).getInt(0);
    if (length == LONG) {
      length = number(LONG_HEADER).getLong(0);
    }
    if (length < 0 || length > Integer.MAX_VALUE - LONG_HEADER) {
      throw new IOException(
          "a message of %d bytes was announced; Java can hold %d"
              .formatted(length, Integer.MAX_VALUE - LONG_HEADER));
    }
    byte[] message = new byte[(int) length];
    stream.readFully(message, 0, message.length);
    return message;
  }

  private ByteBuffer number(int bytes) throws IOException {
    byte[] header = new byte[bytes];
    stream.readFully(header, 0, bytes);
    return ByteBuffer.wrap(header);
  }

  @Override
  public void close() {
    stream.close();
  }
}
