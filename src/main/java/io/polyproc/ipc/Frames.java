package io.polyproc.ipc;

import io.polyproc.posix.RawStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Whole messages over a byte stream, in the form of {@code multiprocessing.connection.Connection}:
 * what {@link MessageWriter} writes and {@link MessageReader} reads, for Java's side of a line.
 *
 * <p>One thread at a time sends and one receives; whoever shares the stream guards it.
 */
public final class Frames implements AutoCloseable {
  private final RawStream stream;
  private final MessageReader reader = new MessageReader();
  private final MessageWriter writer = new MessageWriter();

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
    int status = writer.write(stream.fd(), parts.length == 1 ? parts[0] : joined(parts));
    while (status == MessageWriter.INTERRUPTED) {
      status = writer.resume();
    }
    if (status != MessageWriter.DONE) {
      throw RawStream.failed("write", status);
    }
  }

  private static byte[] joined(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length = Math.addExact(length, part.length);
    }
    ByteBuffer all = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }

  /**
   * Waits for one message.
   *
   * @throws EOFException if there will be none
   */
  public byte[] receive() throws IOException {
    int status = reader.read(stream.fd(), Long.MAX_VALUE);
    while (status == MessageReader.INTERRUPTED) {
      status = reader.resume();
    }
    return switch (status) {
      case MessageReader.DONE -> reader.take();
      case MessageReader.END -> throw new EOFException("the other end was closed");
      case MessageReader.CUT_OFF ->
          throw new EOFException("the other end was closed amidst a message");
      case MessageReader.TOO_LONG ->
          throw new IOException(
              "a message of %d bytes was announced; Java can hold %d"
                  .formatted(reader.announced(), MessageReader.LONGEST));
      default -> throw RawStream.failed("read", status);
    };
  }

  @Override
  public void close() {
    stream.close();
  }
}
