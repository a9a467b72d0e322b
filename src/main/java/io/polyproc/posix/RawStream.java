package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Bytes in and out of a descriptor: a pipe's end or a stream socket.
 *
 * <p>One thread at a time reads and one writes; the owner sees to that. A thread that is blocked in
 * {@link #readFully} on a socket is woken by {@link #disconnect}; nothing wakes one on a pipe, so
 * there the caller looks with {@link #await} first.
 */
public final class RawStream implements AutoCloseable {
  private static final int O_CLOEXEC = 0x80000;
  private static final int SHUT_RDWR = 2;
  private static final int BUFFER_BYTES = 64 << 10;
  private static final ThreadLocal<MemorySegment> BUFFER =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(BUFFER_BYTES));

  private final int fd;
  private final AtomicBoolean closed = new AtomicBoolean();

  private RawStream(int fd) {
    this.fd = fd;
  }

  /** Takes over a descriptor. */
  public static RawStream of(int fd) {
    return new RawStream(Descriptors.internal(fd));
  }

  /** Two connected stream sockets. */
  public static RawStream[] socketPair() {
    int[] ends = Descriptors.privateSocketPair();
    return new RawStream[] {new RawStream(ends[0]), new RawStream(ends[1])};
  }

  /** A pipe: the end to read from, then the one to write to. */
  public static RawStream[] pipe() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(JAVA_INT, 2);
      LibC.PIPE2.call(ends.address(), O_CLOEXEC);
      return new RawStream[] {of(ends.getAtIndex(JAVA_INT, 0)), of(ends.getAtIndex(JAVA_INT, 1))};
    }
  }

  /** The descriptor, to send or to poll; it stays this object's. */
  public int fd() {
    return fd;
  }

  /**
   * Waits until there is something to read, or the end.
   *
   * @param millis how long at most
   * @return whether there is
   */
  public boolean await(int millis) {
    return Descriptors.poll(new int[] {fd}, millis)[0];
  }

  /**
   * Reads what there is, at least one byte.
   *
   * @return how many bytes were read; -1 at the end
   */
  public int read(byte[] into, int offset, int length) throws IOException {
    MemorySegment buffer = BUFFER.get();
    long read;
    do {
      read = ByteStream.read(fd, buffer, 0, Math.min(length, BUFFER_BYTES));
    } while (read == ByteStream.INTERRUPTED);
    if (read < 0 && read != -Errno.ECONNRESET) {
      throw failed("read", read);
    }
    if (read <= 0) {
      return -1;
    }
    MemorySegment.copy(buffer, JAVA_BYTE, 0, into, offset, (int) read);
    return (int) read;
  }

  /**
   * Reads as many bytes as are asked for.
   *
   * @throws EOFException if the other end was closed before
   */
  public void readFully(byte[] into, int offset, int length) throws IOException {
    for (int done = 0; done < length; ) {
      int read = read(into, offset + done, length - done);
      if (read < 0) {
        throw new EOFException("the other end was closed");
      }
      done += read;
    }
  }

  /** Writes all. */
  public void write(byte[] from, int offset, int length) throws IOException {
    MemorySegment buffer = BUFFER.get();
    for (int done = 0; done < length; ) {
      int part = Math.min(length - done, BUFFER_BYTES);
      MemorySegment.copy(from, offset + done, buffer, JAVA_BYTE, 0, part);
      long written = ByteStream.write(fd, buffer, 0, part);
      if (written < 0 && written != ByteStream.INTERRUPTED) {
        throw failed("write", written);
      }
      done += Math.max(0, (int) written);
    }
  }

  /**
   * The exception for what the system refused.
   *
   * @param what the call
   * @param result its negative error number
   */
  public static IOException failed(String what, long result) {
    if (result == -Errno.EPIPE || result == -Errno.ECONNRESET) {
      return new EOFException("the other end was closed");
    }
    return new IOException(new PosixException(what, (int) -result).getMessage());
  }

  /**
   * Ends a socket's conversation for threads that wait on it, here and at the other end. What has
   * arrived can still be read. Does nothing once it is closed.
   */
  public synchronized void disconnect() {
    if (!closed.get()) {
      LibC.SHUTDOWN.tryCall(fd, SHUT_RDWR);
    }
  }

  /** Closes the descriptor; later calls do nothing. No thread may be reading or writing. */
  @Override
  public synchronized void close() {
    if (closed.compareAndSet(false, true)) {
      Descriptors.close(fd);
    }
  }
}
