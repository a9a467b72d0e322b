package io.polyproc.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Stream sockets in the file system. For messages with descriptors between two of our own processes
 * see {@link MessageListener}; this is what a Python program can connect to.
 */
public final class UnixStream {
  private static final int SOCK_STREAM = 1;
  private static final int BACKLOG = 1024;

  private UnixStream() {}

  /**
   * Connects to a socket.
   *
   * @return the descriptor, which the caller closes
   * @throws PosixException if no process listens there, or this user may not connect
   */
  public static int connect(Path path) {
    int fd = socket();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = MessageListener.address(arena, path);
      LibC.CONNECT.call(fd, address.address(), address.byteSize());
      return Descriptors.internal(fd);
    } catch (RuntimeException e) {
      LibC.CLOSE.tryCall(fd);
      throw e;
    }
  }

  /**
   * Listens at a path where there is nothing yet.
   *
   * @return the descriptor, which the caller closes
   * @throws PosixException if there is something, or the folder may not be written to
   */
  public static int listen(Path path) {
    int fd = socket();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = MessageListener.address(arena, path);
      LibC.BIND.call(fd, address.address(), address.byteSize());
      LibC.LISTEN.call(fd, BACKLOG);
      return Descriptors.internal(fd);
    } catch (RuntimeException e) {
      LibC.CLOSE.tryCall(fd);
      throw e;
    }
  }

  /** Waits for a connection; returns its descriptor, which the caller closes. */
  public static int accept(int listener) {
    long fd;
    do {
      fd = LibC.ACCEPT.tryCall(listener, 0, 0, MessageSocket.SOCK_CLOEXEC);
    } while (fd == -Errno.EINTR);
    if (fd < 0) {
      throw new PosixException("accept4", (int) -fd);
    }
    return (int) fd;
  }

  /**
   * Reads the first byte of a connection, and the descriptors that come with it.
   *
   * @return the descriptors, which are the caller's; the byte says how many there should be
   * @throws PosixException if the other side has closed, or sent others than it says
   */
  public static int[] receiveDescriptors(int socket, int most) {
    MessageSocket.Packet packet = MessageSocket.receiveDescriptors(socket, most);
    int[] received = packet == null ? new int[0] : packet.descriptors();
    if (packet == null || received.length != Byte.toUnsignedInt(packet.data()[0])) {
      Arrays.stream(received).forEach(Descriptors::close);
      throw new PosixException("a connection without its first byte", Errno.ECONNRESET);
    }
    return received;
  }

  private static int socket() {
    return (int)
        LibC.SOCKET.call(MessageSocket.AF_UNIX, SOCK_STREAM | MessageSocket.SOCK_CLOEXEC, 0);
  }
}
