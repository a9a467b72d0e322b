package io.polyproc.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Reading, writing and waiting for descriptors. Any thread may call. Results are the kernel's, and
 * a failed call returns {@code -errno}: what a failure or an interruption means, the caller knows.
 */
public final class ByteStream {
  /** A call was ended by a signal before it did anything. */
  public static final long INTERRUPTED = -Errno.EINTR;

  private static final ThreadLocal<MemorySegment> ONE =
      ThreadLocal.withInitial(() -> PollEntries.allocate(Arena.ofAuto(), 1));

  private ByteStream() {}

  /** {@code man 2 read} into memory outside the heap. */
  public static long read(int fd, MemorySegment buffer, long offset, long length) {
    return LibC.READ.tryCall6(fd, buffer.address() + offset, length, 0, 0, 0);
  }

  /** {@code man 2 write} from memory outside the heap. */
  public static long write(int fd, MemorySegment buffer, long offset, long length) {
    return LibC.WRITE.tryCall6(fd, buffer.address() + offset, length, 0, 0, 0);
  }

  /**
   * Waits until one of the descriptors can be read, has ended or has failed.
   *
   * @param ready set to whether each is so
   * @return how many are, 0 when the time is over, or {@code -errno}
   */
  public static int await(int[] fds, boolean[] ready, int millis) {
    if (fds.length == 1) {
      int result = poll(ONE.get(), millis, fds);
      ready[0] = result > 0;
      return result;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment entries = PollEntries.allocate(arena, fds.length);
      int result = poll(entries, millis, fds);
      for (int i = 0; i < fds.length; i++) {
        ready[i] = result > 0 && PollEntries.found(entries, i) != 0;
      }
      return result;
    }
  }

  private static int poll(MemorySegment entries, int millis, int... fds) {
    for (int i = 0; i < fds.length; i++) {
      PollEntries.set(entries, i, fds[i], PollEntries.POLLIN);
    }
    return (int) LibC.POLL.tryCall6(entries.address(), fds.length, millis, 0, 0, 0);
  }
}
