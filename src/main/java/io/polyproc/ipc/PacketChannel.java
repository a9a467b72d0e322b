package io.polyproc.ipc;

import io.polyproc.posix.PacketBuffer;
import io.polyproc.posix.RawStream;
import java.io.EOFException;
import java.io.IOException;

/** Messages as {@link Packets}: one end of what a queue is made of. */
public final class PacketChannel implements MessageChannel {
  private final RawStream stream;
  private final Packets incoming = new Packets();
  private final Packets outgoing = new Packets();

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
    } while (status == Packets.INTERRUPTED);
    if (status != Packets.DONE) {
      throw RawStream.failed("sendmsg", status);
    }
  }

  @Override
  public byte[] receive() throws IOException {
    int status;
    do {
      status = incoming.read(stream.fd(), Long.MAX_VALUE);
    } while (status == Packets.INTERRUPTED);
    return switch (status) {
      case Packets.DONE -> incoming.take();
      case Packets.END -> throw new EOFException("the other end was closed");
      case Packets.TOO_LONG -> throw new IOException("a message is longer than Java can hold");
      default -> throw RawStream.failed("recvmsg", status);
    };
  }

  @Override
  public void close() {
    stream.close();
  }
}
