package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A socket in the file system to which other processes connect: see {@link MessageSocket}. Closing
 * removes the file.
 *
 * <p>Confined to one thread.
 */
public final class MessageListener implements AutoCloseable {
  private static final int BACKLOG = 1024;

  // struct sockaddr_un of man 7 unix: the family, then the path with a zero behind it
  private static final int FAMILY_BYTES = 2;
  private static final int PATH_BYTES = 108;

  private final int fd;
  private final Path path;

  private MessageListener(int fd, Path path) {
    this.fd = Descriptors.internal(fd);
    this.path = path;
  }

  /**
   * Listens at a path where there is nothing yet.
   *
   * @throws PosixException if there is something, or the folder may not be written to
   */
  public static MessageListener at(Path path) {
    int fd =
        (int)
            LibC.SOCKET.call(
                MessageSocket.AF_UNIX,
                MessageSocket.SOCK_SEQPACKET | MessageSocket.SOCK_CLOEXEC,
                0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(arena, path);
      LibC.BIND.call(fd, address.address(), address.byteSize());
      LibC.LISTEN.call(fd, BACKLOG);
      return new MessageListener(fd, path);
    } catch (RuntimeException e) {
      LibC.CLOSE.tryCall(fd);
      throw e;
    }
  }

  static MemorySegment address(Arena arena, Path path) {
    byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
    if (name.length >= PATH_BYTES) {
      throw new PosixException("a socket at " + path, Errno.ENAMETOOLONG);
    }
    MemorySegment address = arena.allocate(FAMILY_BYTES + name.length + 1L, FAMILY_BYTES);
    address.set(JAVA_SHORT, 0, (short) MessageSocket.AF_UNIX);
    MemorySegment.copy(name, 0, address, JAVA_BYTE, FAMILY_BYTES, name.length);
    return address;
  }

  /** The descriptor, to poll; it stays this object's. */
  public int fd() {
    return fd;
  }

  /**
   * Waits for a connection.
   *
   * @param timeoutMillis how long at most; -1 for ever
   * @return empty if there was none
   */
  public Optional<MessageSocket> accept(int timeoutMillis) {
    if (!Descriptors.poll(new int[] {fd}, timeoutMillis)[0]) {
      return Optional.empty();
    }
    return Optional.of(
        MessageSocket.of((int) LibC.ACCEPT.call(fd, 0, 0, MessageSocket.SOCK_CLOEXEC)));
  }

  @Override
  public void close() {
    Descriptors.close(fd);
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // If the file stays, no process listens there: connections to it are refused.
    }
  }
}
