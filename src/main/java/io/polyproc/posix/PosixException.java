package io.polyproc.posix;

/** A native call that failed, with what was asked and the kernel's reason. */
public final class PosixException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  /** A failed call, in the words of the one who made it. */
  public PosixException(String call, int errno) {
    super("%s failed: %s (%d)".formatted(call, Errno.name(errno), errno));
    this.errno = errno;
  }

  /** The {@code errno} of the failed call; see {@code man 3 errno}. */
  public int errno() {
    return errno;
  }
}
