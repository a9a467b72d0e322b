package io.polyproc.posix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A Unix socket with a name, to which other processes connect. Who may is decided by the
 * permissions of the folder that it is in, and by {@link MessageSocket#peerUser}.
 */
public final class MessageListener implements AutoCloseable {
  private static final int BACKLOG = 64;
  private static final int SOCK_CLOEXEC = 0x80000;

  private final int fd;
  private final Path path;

  private MessageListener(int fd, Path path) {
    this.fd = Descriptors.internal(fd);
    this.path = path;
  }

  /**
   * Listens; a socket of that name that was left behind is replaced.
   *
   * @throws IOException if what was left can't be removed
   */
  public static MessageListener open(Path path) throws IOException {
    Files.deleteIfExists(path);
    int fd = MessageSocket.newSocket();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = MessageSocket.address(arena, path);
      LibC.BIND.call(fd, address.address(), address.byteSize());
      LibC.LISTEN.call(fd, BACKLOG);
      return new MessageListener(fd, path);
    } catch (PosixException e) {
      Descriptors.close(fd);
      throw e;
    }
  }

  /** The descriptor, to poll; it stays this object's. */
  public int fd() {
    return fd;
  }

  /** Waits for the next peer. */
  public MessageSocket accept() {
    return MessageSocket.of((int) LibC.ACCEPT4.call(fd, 0, 0, SOCK_CLOEXEC));
  }

  /** Closes it and removes its name. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // Whoever listens there next will replace it, or say that it can't.
    } finally {
      Descriptors.close(fd);
    }
  }
}
