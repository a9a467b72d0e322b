package io.polyproc.cluster;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A stream of bytes in both directions, and messages on it: each behind its length as four bytes,
 * big-endian, as {@code multiprocessing.Connection} has them.
 *
 * <p>Any thread may send; one at a time receives. {@link #close} ends the waits of both sides.
 */
abstract class Channel implements AutoCloseable {
  /** A message is at most so long; longer data is sent in parts. */
  static final int MAX_MESSAGE = 1 << 26;

  private static final int PART = 1 << 16;

  /** Reads what there is, at least one byte; -1 at the end. */
  abstract int read(byte[] into, int offset, int length) throws IOException;

  /** Writes all. */
  abstract void write(byte[] from, int offset, int length) throws IOException;

  /** Ends it for both sides; later calls do nothing. */
  @Override
  public abstract void close();

  /** Sends a message whole, however many threads do. */
  synchronized void send(byte[] message) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + message.length);
    frame.putInt(message.length).put(message);
    write(frame.array(), 0, frame.capacity());
  }

  /**
   * Waits for a message.
   *
   * @throws EOFException at the end
   */
  byte[] receive() throws IOException {
    byte[] head = new byte[Integer.BYTES];
    readFully(head);
    int length = ByteBuffer.wrap(head).getInt();
    if (length < 0 || length > MAX_MESSAGE) {
      throw new IOException("a message of %d bytes".formatted(length));
    }
    byte[] message = new byte[length];
    readFully(message);
    return message;
  }

  /** Sends a message and waits for the answer; no other thread may use the channel meanwhile. */
  byte[] ask(byte[] message) throws IOException {
    send(message);
    return receive();
  }

  private void readFully(byte[] into) throws IOException {
    for (int done = 0; done < into.length; ) {
      int read = read(into, done, into.length - done);
      if (read < 0) {
        throw new EOFException("the other side has closed the connection");
      }
      done += read;
    }
  }

  /** Copies what arrives here to another channel until either ends; then both are closed. */
  void pumpInto(Channel other) {
    byte[] part = new byte[PART];
    try (Channel self = this;
        Channel target = other) {
      int read;
      while ((read = self.read(part, 0, PART)) >= 0) {
        target.write(part, 0, read);
      }
    } catch (IOException e) {
      // Either side has gone: so does the other.
    }
  }

  /** Copies in both directions until either side ends. */
  static void join(Channel one, Channel other) {
    Thread.ofPlatform().daemon().name("relay").start(() -> one.pumpInto(other));
    other.pumpInto(one);
  }
}
