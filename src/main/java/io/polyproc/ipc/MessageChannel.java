package io.polyproc.ipc;

import io.polyproc.posix.RawStream;
import java.io.EOFException;
import java.io.IOException;

/**
 * Whole messages to and from another process, for Java's side of a line.
 *
 * <p>One thread at a time sends and one receives; callers that share the channel guard it.
 */
public interface MessageChannel extends AutoCloseable {
  /** What the messages travel over; it stays this object's. */
  RawStream stream();

  /**
   * Sends one message, which is all parts together.
   *
   * @throws EOFException if no process reads any more
   */
  void send(byte[]... parts) throws IOException;

  /**
   * Waits for one message.
   *
   * @throws EOFException if there will be none
   */
  byte[] receive() throws IOException;

  @Override
  void close();

  /** All parts in one. */
  static byte[] joined(byte[]... parts) {
    if (parts.length == 1) {
      return parts[0];
    }
    byte[] all = new byte[Math.toIntExact(length(parts))];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  /** How long all parts are together, in bytes. */
  static long length(byte[]... parts) {
    long length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    return length;
  }
}
