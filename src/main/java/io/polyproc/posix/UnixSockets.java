package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/**
 * The machine's local sockets, as the kernel tells of them ({@code man 7 sock_diag}): which two are
 * connected, and how much waits to be read.
 */
public final class UnixSockets {
  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  private static final int NETLINK_SOCK_DIAG = 4;
  private static final int RECEIVE_BYTES = 64 * 1024;

  // struct nlmsghdr: length, type, flags, sequence, port
  private static final int HEADER_BYTES = 16;
  private static final int LENGTH = 0;
  private static final int TYPE = 4;
  private static final int FLAGS = 6;
  private static final short SOCK_DIAG_BY_FAMILY = 20;
  private static final short NLMSG_ERROR = 2;
  private static final short NLMSG_DONE = 3;
  private static final short REQUEST_AND_DUMP = 0x301;

  // struct unix_diag_req: family, protocol, states, inode, what to show, cookie
  private static final int REQUEST_BYTES = HEADER_BYTES + 24;
  private static final int REQUEST_STATES = HEADER_BYTES + 4;
  private static final int REQUEST_SHOW = HEADER_BYTES + 12;
  private static final int ALL_STATES = -1;
  private static final int SHOW_PEER_AND_QUEUE = 0x4 | 0x10;

  // struct unix_diag_msg: family, type, state, inode, cookie; then attributes
  private static final int MESSAGE_INODE = HEADER_BYTES + 4;
  private static final int MESSAGE_BYTES = HEADER_BYTES + 16;
  private static final short ATTRIBUTE_PEER = 2;
  private static final short ATTRIBUTE_QUEUE = 4;
  private static final int ATTRIBUTE_HEADER = 4;

  private UnixSockets() {}

  /**
   * One socket.
   *
   * @param peer the inode of the one it is connected to; 0 for none
   * @param waiting how many bytes there are to be read from it
   */
  public record Socket(long peer, long waiting) {}

  /**
   * All sockets of this process's network namespace, by their inodes.
   *
   * @throws PosixException if the kernel does not tell
   */
  public static Map<Long, Socket> all() {
    Map<Long, Socket> found = new HashMap<>();
    int fd =
        (int)
            LibC.SOCKET.call(AF_NETLINK, SOCK_RAW | MessageSocket.SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(REQUEST_BYTES, Integer.BYTES);
      request.set(JAVA_INT, LENGTH, REQUEST_BYTES);
      request.set(JAVA_SHORT, TYPE, SOCK_DIAG_BY_FAMILY);
      request.set(JAVA_SHORT, FLAGS, REQUEST_AND_DUMP);
      request.set(JAVA_BYTE, HEADER_BYTES, (byte) MessageSocket.AF_UNIX);
      request.set(JAVA_INT, REQUEST_STATES, ALL_STATES);
      request.set(JAVA_INT, REQUEST_SHOW, SHOW_PEER_AND_QUEUE);
      LibC.WRITE.call(fd, request.address(), REQUEST_BYTES);
      MemorySegment answer = arena.allocate(RECEIVE_BYTES, Integer.BYTES);
      while (read(answer.asSlice(0, LibC.READ.call(fd, answer.address(), RECEIVE_BYTES)), found)) {
        // the next part
      }
    } finally {
      LibC.CLOSE.tryCall(fd);
    }
    return found;
  }

  /** False after the last part. */
  private static boolean read(MemorySegment part, Map<Long, Socket> found) {
    long at = 0;
    while (at + HEADER_BYTES <= part.byteSize()) {
      int length = part.get(JAVA_INT, at + LENGTH);
      short type = part.get(JAVA_SHORT, at + TYPE);
      if (type == NLMSG_DONE || length < HEADER_BYTES) {
        return false;
      }
      if (type == NLMSG_ERROR) {
        throw new PosixException("sock_diag", Math.abs(part.get(JAVA_INT, at + HEADER_BYTES)));
      }
      readSocket(part.asSlice(at, Math.min(length, part.byteSize() - at)), found);
      at += aligned(length);
    }
    return at > 0;
  }

  private static void readSocket(MemorySegment message, Map<Long, Socket> found) {
    long peer = 0;
    long waiting = 0;
    long at = MESSAGE_BYTES;
    while (at + ATTRIBUTE_HEADER <= message.byteSize()) {
      int length = Short.toUnsignedInt(message.get(JAVA_SHORT, at));
      short type = message.get(JAVA_SHORT, at + Short.BYTES);
      if (length < ATTRIBUTE_HEADER) {
        break;
      }
      if (type == ATTRIBUTE_PEER) {
        peer = Integer.toUnsignedLong(message.get(JAVA_INT, at + ATTRIBUTE_HEADER));
      } else if (type == ATTRIBUTE_QUEUE) {
        waiting = Integer.toUnsignedLong(message.get(JAVA_INT, at + ATTRIBUTE_HEADER));
      }
      at += aligned(length);
    }
    found.put(
        Integer.toUnsignedLong(message.get(JAVA_INT, MESSAGE_INODE)), new Socket(peer, waiting));
  }

  private static long aligned(int length) {
    return (length + 3L) & ~3L;
  }
}
