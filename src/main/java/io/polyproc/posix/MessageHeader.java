package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct msghdr} and {@code struct cmsghdr} of 64-bit Linux: one buffer, and descriptors
 * ({@code man 7 unix}, {@code SCM_RIGHTS}).
 */
final class MessageHeader {
  static final int MSG_DONTWAIT = 0x40;
  static final int MSG_NOSIGNAL = 0x4000;
  static final int MSG_CMSG_CLOEXEC = 0x40000000;

  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;

  private static final int BYTES = 56;
  private static final int IOV = 16;
  private static final int IOV_COUNT = 24;
  private static final int CONTROL = 32;
  private static final int CONTROL_LENGTH = 40;
  private static final int IOV_BYTES = 16;
  private static final int IOV_LENGTH = 8;

  private static final int RIGHTS_HEADER = 16;
  private static final int RIGHTS_LEVEL = 8;
  private static final int RIGHTS_TYPE = 12;

  private MessageHeader() {}

  /**
   * A header for the first bytes of a buffer, with what there is of descriptors or room for them.
   */
  static MemorySegment of(Arena arena, MemorySegment body, long length, MemorySegment control) {
    MemorySegment iov = arena.allocate(IOV_BYTES, 8);
    MemorySegment header = arena.allocate(BYTES, 8);
    iov.set(ADDRESS, 0, body);
    header.set(ADDRESS, IOV, iov);
    header.set(JAVA_LONG, IOV_COUNT, 1);
    reuse(header, length, control, control.byteSize());
    return header;
  }

  /** Makes the header one for so many bytes of the same buffer, as the kernel has changed it. */
  static void reuse(MemorySegment header, long length, MemorySegment control, long room) {
    header.get(ADDRESS, IOV).reinterpret(IOV_BYTES).set(JAVA_LONG, IOV_LENGTH, length);
    header.set(ADDRESS, CONTROL, control);
    header.set(JAVA_LONG, CONTROL_LENGTH, room);
  }

  static MemorySegment roomForRights(Arena arena, int descriptors) {
    return arena.allocate((RIGHTS_HEADER + 4L * descriptors + 7) & ~7L, 8);
  }

  static MemorySegment rights(Arena arena, int... descriptors) {
    if (descriptors.length == 0) {
      return MemorySegment.NULL;
    }
    MemorySegment control = roomForRights(arena, descriptors.length);
    setRights(control, descriptors);
    return control;
  }

  static void setRights(MemorySegment control, int... descriptors) {
    control.set(JAVA_LONG, 0, RIGHTS_HEADER + 4L * descriptors.length);
    control.set(JAVA_INT, RIGHTS_LEVEL, SOL_SOCKET);
    control.set(JAVA_INT, RIGHTS_TYPE, SCM_RIGHTS);
    for (int i = 0; i < descriptors.length; i++) {
      control.set(JAVA_INT, RIGHTS_HEADER + 4L * i, descriptors[i]);
    }
  }

  /** The descriptors that came with a message, which are the caller's. */
  static int[] rights(MemorySegment header, MemorySegment control) {
    if (header.get(JAVA_LONG, CONTROL_LENGTH) < RIGHTS_HEADER
        || control.get(JAVA_INT, RIGHTS_LEVEL) != SOL_SOCKET
        || control.get(JAVA_INT, RIGHTS_TYPE) != SCM_RIGHTS) {
      return new int[0];
    }
    int[] fds = new int[(int) ((control.get(JAVA_LONG, 0) - RIGHTS_HEADER) / 4)];
    for (int i = 0; i < fds.length; i++) {
      fds[i] = Descriptors.internal(control.get(JAVA_INT, RIGHTS_HEADER + 4L * i));
    }
    return fds;
  }
}
