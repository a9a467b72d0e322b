package io.polyproc.ipc;

import io.polyproc.posix.RawStream;
import java.io.EOFException;
import java.io.IOException;

/**
 * Whole messages over a byte stream, in the form of {@code multiprocessing.connection.Connection}:
 * what {@link MessageWriter} writes and {@link MessageReader} reads.
 */
public final class StreamMessageChannel implements MessageChannel {
  private final RawStream stream;
  private final MessageReader reader = new MessageReader();
  private final MessageWriter writer = new MessageWriter();

  public StreamMessageChannel(RawStream stream) {
    this.stream = stream;
  }

  @Override
  public RawStream stream() {
    return stream;
  }

  @Override
  public void send(byte[]... parts) throws IOException {
    int status = writer.write(stream.fd(), parts);
    while (status == MessageWriter.INTERRUPTED) {
      status = writer.resume();
    }
    if (status != MessageWriter.DONE) {
      throw RawStream.failed("write", status);
    }
  }

  @Override
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
                  .formatted(reader.announced(), MessageReader.MAX_LENGTH));
      default -> throw RawStream.failed("read", status);
    };
  }

  @Override
  public void close() {
    stream.close();
  }
}
