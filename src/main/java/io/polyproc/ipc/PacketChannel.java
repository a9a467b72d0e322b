package io.polyproc.ipc;

import io.polyproc.posix.PacketBuffer;
import io.polyproc.posix.RawStream;
import java.io.EOFException;
import java.io.IOException;

/** Messages as {@link PacketCodec}: one end of what a queue is made of. */
public final class PacketChannel implements MessageChannel {
  private final RawStream stream;
  private final PacketCodec incoming = new PacketCodec();
  private final PacketCodec outgoing = new PacketCodec();

  public PacketChannel(RawStream stream) {
    this.stream = stream;
  }

  /** The end to receive from, then the one to send to. */
  public static PacketChannel[] pipe() {
    int[] ends = PacketBuffer.pipe();
    return new PacketChannel[] {
      new PacketChannel(RawStream.of(ends[0])), new PacketChannel(RawStream.of(ends[1]))
    };
  }

  @Override
  public RawStream stream() {
    return stream;
  }

  @Override
  public void send(byte[]... parts) throws IOException {
    int status;
    do {
      status = outgoing.write(stream.fd(), true, parts);
    } while (status == PacketCodec.INTERRUPTED);
    if (status != PacketCodec.DONE) {
      throw RawStream.failed("sendmsg", status);
    }
  }

  @Override
  public byte[] receive() throws IOException {
    int status;
    do {
      status = incoming.read(stream.fd(), Long.MAX_VALUE);
    } while (status == PacketCodec.INTERRUPTED);
    return switch (status) {
      case PacketCodec.DONE -> incoming.take();
      case PacketCodec.END -> throw new EOFException("the other end was closed");
      case PacketCodec.TOO_LONG -> throw new IOException("a message is longer than Java can hold");
      default -> throw RawStream.failed("recvmsg", status);
    };
  }

  @Override
  public void close() {
    stream.close();
  }
}
