package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A file to whose end several processes write, and which is complete at any moment: each writes its
 * piece over the ending of the file, with the ending again behind it, by one call of the system and
 * under a lock of the kernel's ({@code man 2 fcntl}), which ends with the process that has it.
 *
 * <p>It is opened for each piece, so no process has a descriptor of it that a program could close,
 * or a child inherit. A process that is killed in the midst of the call could leave a piece that is
 * cut; the next one that writes goes on behind the last whole line.
 *
 * <p>Confined to one thread at a time in a process.
 */
public final class SharedLog {
  private static final int O_RDWR = 2;
  private static final int O_CREAT = 0x40;
  private static final int O_TRUNC = 0x200;
  private static final int O_CLOEXEC = 0x80000;
  private static final int MODE = 0666;
  private static final int SEEK_END = 2;
  private static final int F_SETLKW = 7;

  /** {@code struct flock}: type, from where, begin, length (0: all), process. */
  private static final int FLOCK_BYTES = 32;

  private static final short F_WRLCK = 1;
  private static final int LOOK_BACK = 64 << 10;

  private final String path;
  private final byte[] ending;

  /**
   * A file that is there, or will be.
   *
   * @param ending what the file ends with, always
   */
  public SharedLog(Path path, String ending) {
    this.path = path.toString();
    this.ending = ending.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Makes it, without any piece in it; what was there is lost.
   *
   * @param beginning whole lines, which come first in it
   * @throws PosixException if it can't be written
   */
  public void create(String beginning) {
    byte[] all =
        (beginning + new String(ending, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    try (Arena arena = Arena.ofConfined()) {
      int fd = open(arena, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC);
      try {
        write(arena, fd, 0, all, all.length);
      } finally {
        Descriptors.close(fd);
      }
    }
  }

  /**
   * Appends.
   *
   * @param piece whole lines, each with its new line
   * @return how long the file is now
   * @throws PosixException if it is no more, or the disk is full
   */
  public long append(byte[] piece, int length) {
    try (Arena arena = Arena.ofConfined()) {
      int fd = open(arena, O_RDWR | O_CLOEXEC);
      try {
        lock(arena, fd);
        long end = LibC.LSEEK.call(fd, 0, SEEK_END);
        long at = end - ending.length;
        if (at < 0 || !hasEnding(arena, fd, at)) {
          at = endOfLines(arena, fd, end);
        }
        byte[] all = new byte[length + ending.length];
        System.arraycopy(piece, 0, all, 0, length);
        System.arraycopy(ending, 0, all, length, ending.length);
        write(arena, fd, at, all, all.length);
        if (at + all.length < end) {
          LibC.FTRUNCATE.call(fd, at + all.length);
        }
        return at + all.length;
      } finally {
        Descriptors.close(fd);
      }
    }
  }

  private int open(Arena arena, int flags) {
    return Descriptors.internal(
        (int) LibC.OPEN.call(LibC.cString(arena, path).address(), flags, MODE));
  }

  private static void lock(Arena arena, int fd) {
    MemorySegment flock = arena.allocate(FLOCK_BYTES, 8);
    flock.set(JAVA_SHORT, 0, F_WRLCK);
    flock.set(JAVA_SHORT, 2, (short) 0);
    flock.set(JAVA_LONG, 8, 0);
    flock.set(JAVA_LONG, 16, 0);
    flock.set(JAVA_INT, 24, 0);
    LibC.FCNTL.call(fd, F_SETLKW, flock.address());
  }

  private boolean hasEnding(Arena arena, int fd, long at) {
    MemorySegment found = arena.allocate(ending.length);
    long read = LibC.PREAD.call(fd, found.address(), ending.length, at);
    return read == ending.length
        && MemorySegment.mismatch(
                found, 0, ending.length, MemorySegment.ofArray(ending), 0, ending.length)
            < 0;
  }

  /** Behind the last new line that is not the ending's: that of a piece that was cut. */
  private long endOfLines(Arena arena, int fd, long end) {
    long from = Math.max(0, end - LOOK_BACK);
    int length = (int) Math.max(0, end - from);
    MemorySegment tail = arena.allocate(Math.max(1, length));
    long read = LibC.PREAD.call(fd, tail.address(), length, from);
    for (long i = read - 1; i >= 0; i--) {
      if (tail.get(JAVA_BYTE, i) == '\n') {
        return from + i + 1;
      }
    }
    return from;
  }

  private static void write(Arena arena, int fd, long at, byte[] content, int length) {
    MemorySegment memory = arena.allocate(length);
    MemorySegment.copy(content, 0, memory, JAVA_BYTE, 0, length);
    long written = 0;
    while (written < length) {
      written += LibC.PWRITE.call(fd, memory.address() + written, length - written, at + written);
    }
  }
}
