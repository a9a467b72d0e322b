package io.polyproc.posix;

import java.lang.foreign.Arena;
import java.nio.file.Path;

/** A file that did not exist before, only its owner's, to be written through its descriptor. */
public final class NewFile implements AutoCloseable {
  private static final int O_RDWR = 2;
  private static final int O_CREAT = 0x40;
  private static final int O_EXCL = 0x80;
  private static final int O_NOFOLLOW = 0x20000;
  private static final int O_CLOEXEC = 0x80000;
  private static final int PRIVATE_FILE = 0600;

  private final int fd;
  private boolean isOpen = true;

  private NewFile(int fd) {
    this.fd = fd;
  }

  /**
   * Makes it.
   *
   * @throws PosixException if it exists, or can't be made
   */
  public static NewFile create(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      long flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
      long fd = LibC.OPEN.call(LibC.cString(arena, path.toString()).address(), flags, PRIVATE_FILE);
      return new NewFile(Descriptors.internal((int) fd));
    }
  }

  /** The descriptor; it stays this object's. */
  public int fd() {
    return fd;
  }

  /**
   * Waits until the disk has it, see {@code man 2 fsync}.
   *
   * @throws PosixException if the disk is full or fails
   */
  public void sync() {
    LibC.FSYNC.call(fd);
  }

  /** In a process that is a copy of another one and has no such descriptor: nothing to close. */
  public void forget() {
    isOpen = false;
    Descriptors.release(fd);
  }

  @Override
  public void close() {
    if (isOpen) {
      isOpen = false;
      Descriptors.close(fd);
    }
  }
}
