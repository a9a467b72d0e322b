package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Sends and receives packets over {@code SOCK_SEQPACKET} sockets: each is one call of the system,
 * so it is there whole or not at all, also if a process is killed, and any number of processes may
 * do so at once. With a packet one descriptor may travel.
 *
 * <p>The memory is made once and used again. Confined to one thread at a time. Results are the
 * kernel's, and a failed call returns {@code -errno}.
 */
public final class PacketBuffer {
  /** The longest packet, in bytes. */
  public static final int BYTES = 32 << 10;

  /** A call was ended by a signal before it did anything. */
  public static final long INTERRUPTED = -Errno.EINTR;

  /** There is no room, or nothing to be received, and the call was not to wait. */
  public static final long NOT_NOW = -Errno.EAGAIN;

  private static final int AF_UNIX = 1;
  private static final int SOCK_SEQPACKET = 5;
  private static final int SOL_SOCKET = 1;
  private static final int SO_SNDBUF = 7;
  private static final int ROOM = 1 << 20;
  private static final int NONE = -1;

  private final MemorySegment body;
  private final MemorySegment control;
  private final MemorySegment header;
  private int descriptor = NONE;

  public PacketBuffer() {
    Arena arena = Arena.ofAuto();
    body = arena.allocate(BYTES, 8);
    control = MessageHeader.roomForRights(arena, 1);
    header = MessageHeader.of(arena, body, BYTES, control);
  }

  /**
   * A way for packets: the end to receive from, then the one to send to, both closed on exec. It
   * has as much room as the system allows, 1 MiB at most.
   */
  public static int[] pipe() {
    int[] ends = Descriptors.socketPair(AF_UNIX, SOCK_SEQPACKET, 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment room = arena.allocateFrom(JAVA_INT, ROOM);
      LibC.SETSOCKOPT.tryCall(ends[1], SOL_SOCKET, SO_SNDBUF, room.address(), JAVA_INT.byteSize());
    }
    return ends;
  }

  /** What is sent, or was received. */
  public MemorySegment body() {
    return body;
  }

  /**
   * Sends the first bytes of the body.
   *
   * @param descriptor one that goes along and stays the caller's; or a negative number
   * @param wait whether to wait for room
   * @return how many bytes were sent, or {@code -errno}
   */
  public long send(int fd, int length, int descriptor, boolean wait) {
    if (descriptor < 0) {
      MessageHeader.reuse(header, length, MemorySegment.NULL, 0);
    } else {
      MessageHeader.setRights(control, descriptor);
      MessageHeader.reuse(header, length, control, control.byteSize());
    }
    int flags = MessageHeader.MSG_NOSIGNAL | (wait ? 0 : MessageHeader.MSG_DONTWAIT);
    long result = LibC.SENDMSG.tryCall6(fd, header.address(), flags, 0, 0, 0);
    // To a sender it makes no difference whether all was received before the other end was closed.
    return result == -Errno.ECONNRESET ? -Errno.EPIPE : result;
  }

  /**
   * Receives a packet into the body.
   *
   * @param wait whether to wait for one
   * @return how many bytes it has; 0 if there will be none any more; or {@code -errno}
   */
  public long receive(int fd, boolean wait) {
    MessageHeader.reuse(header, BYTES, control, control.byteSize());
    int flags = MessageHeader.MSG_CMSG_CLOEXEC | (wait ? 0 : MessageHeader.MSG_DONTWAIT);
    long result = LibC.RECVMSG.tryCall6(fd, header.address(), flags, 0, 0, 0);
    if (result < 0) {
      return result == -Errno.ECONNRESET ? 0 : result;
    }
    int[] received = MessageHeader.rights(header, control);
    if (received.length > 0) {
      Arrays.stream(received, 1, received.length).forEach(Descriptors::close);
      descriptor = received[0];
    }
    return result;
  }

  /** The descriptor that came with the last packet, which is the caller's now; -1 if none did. */
  public int takeDescriptor() {
    int taken = descriptor;
    descriptor = NONE;
    return taken;
  }

  /** The first bytes of the body. */
  public byte[] copy(int offset, int length) {
    return body.asSlice(offset, length).toArray(JAVA_BYTE);
  }
}
