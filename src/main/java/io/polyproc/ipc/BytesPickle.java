package io.polyproc.ipc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The pickle of one {@code bytes} object of 256 bytes or more: seven bytes, the content, and one
 * more. A reader that knows it by its head can read the content to where it is to stay.
 */
public final class BytesPickle {
  /** How many bytes there are before the content. */
  static final int HEAD = 7;

  private static final int TAIL = 1;
  private static final byte PROTO = (byte) 0x80;
  private static final byte PROTOCOL = 4;
  private static final byte BINBYTES = 'B';
  private static final int LENGTH_AT = 3;
  private static final ValueLayout.OfInt LENGTH =
      JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final byte[] END = {'.'};

  private BytesPickle() {}

  /** A content's pickle, in parts. */
  public static byte[][] of(byte[] content) {
    byte[] head = new byte[HEAD];
    MemorySegment segment = MemorySegment.ofArray(head);
    head[0] = PROTO;
    head[1] = PROTOCOL;
    head[2] = BINBYTES;
    segment.set(LENGTH, LENGTH_AT, content.length);
    return new byte[][] {head, content, END};
  }

  /**
   * How long the content is.
   *
   * @param message of which at least so many bytes as a head has are there
   * @param length that of the whole message
   * @return -1 if the message is something else
   */
  static int contentLength(MemorySegment message, long length) {
    int announced = message.get(LENGTH, LENGTH_AT);
    boolean known =
        message.get(JAVA_BYTE, 0) == PROTO
            && message.get(JAVA_BYTE, 1) == PROTOCOL
            && message.get(JAVA_BYTE, 2) == BINBYTES
            && announced >= 0
            && announced == length - HEAD - TAIL;
    return known ? announced : -1;
  }
}
