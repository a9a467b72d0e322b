package io.polyproc.observation;

import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.MessageSocket.Packet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One side of what an observer and a process say to each other: texts of any length, in turn.
 *
 * <pre>
 *   packet:  1 byte   0 if it is the text's last one, else 1
 *            n bytes  of the text, in UTF-8
 * </pre>
 *
 * <p>Confined to one thread; closing is for any.
 */
public final class Conversation implements AutoCloseable {
  private static final int PART_BYTES = 64 * 1024;
  private static final int MAX_TEXT_BYTES = 64 * 1024 * 1024;
  private static final byte LAST = 0;
  private static final byte MORE = 1;

  private final MessageSocket socket;

  /** Takes the socket over. */
  public Conversation(MessageSocket socket) {
    this.socket = socket;
  }

  /** The process at the other end. */
  public MessageSocket.Peer peer() {
    return socket.peer();
  }

  /** The descriptor, to poll; it stays this object's. */
  public int fd() {
    return socket.fd();
  }

  /**
   * Says something.
   *
   * @throws IOException if the other side has gone
   */
  public void say(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int from = 0;
    do {
      int length = Math.min(PART_BYTES, bytes.length - from);
      byte[] packet = new byte[length + 1];
      packet[0] = from + length == bytes.length ? LAST : MORE;
      System.arraycopy(bytes, from, packet, 1, length);
      if (!socket.send(packet)) {
        throw new IOException("the other side has gone");
      }
      from += length;
    } while (from < bytes.length);
  }

  /**
   * Waits for what the other side says; null once it has gone, or sends what a peer must not send.
   *
   * @throws io.polyproc.posix.PosixException if the socket fails
   */
  public @Nullable String listen() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (true) {
      Packet packet = socket.receive();
      if (packet == null) {
        return null;
      }
      Descriptors.closeAll(packet.descriptors());
      byte[] data = packet.data();
      if ((data[0] != LAST && data[0] != MORE) || bytes.size() > MAX_TEXT_BYTES) {
        return null;
      }
      bytes.writeBytes(Arrays.copyOfRange(data, 1, data.length));
      if (data[0] == LAST) {
        return bytes.toString(StandardCharsets.UTF_8);
      }
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
