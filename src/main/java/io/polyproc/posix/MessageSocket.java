package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One end of a {@code SOCK_SEQPACKET} connection: whole messages, each with the descriptors that
 * belong to it ({@code man 7 unix}, {@code SCM_RIGHTS}). The kernel keeps messages apart, so a peer
 * that dies never leaves half of one.
 *
 * <p>Sending is guarded by this object's monitor; one thread receives.
 */
public final class MessageSocket implements AutoCloseable {
  /**
   * The longest message, in bytes: well below the default send buffer. Longer data goes by memfd.
   */
  public static final int MAX_BYTES = 128 * 1024;

  /** The most descriptors in one message: the kernel's {@code SCM_MAX_FD}. */
  private static final int MAX_DESCRIPTORS = 253;

  static final int AF_UNIX = 1;
  static final int SOCK_SEQPACKET = 5;
  static final int SOCK_CLOEXEC = 0x80000;
  private static final int SHUT_RDWR = 2;
  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERCRED = 17;
  private static final int CREDENTIALS_BYTES = 12; // struct ucred: pid, uid, gid

  private static final Set<Integer> UNSENT =
      Set.of(Errno.EPIPE, Errno.ECONNRESET, Errno.EAGAIN, Errno.EBADF, Errno.ENOTSOCK);

  /**
   * A received message and its descriptors, which the receiver owns; one that is for the program is
   * {@linkplain Descriptors#handOver handed over}.
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, and read once
  public record Packet(byte[] data, int[] descriptors) {}

  private final int fd;
  private final AtomicBoolean closed = new AtomicBoolean();

  private MessageSocket(int fd) {
    this.fd = Descriptors.internal(fd);
  }

  /** Two connected ends. */
  public static MessageSocket[] pair() {
    int[] ends = Descriptors.socketPair(AF_UNIX, SOCK_SEQPACKET, 0);
    return new MessageSocket[] {new MessageSocket(ends[0]), new MessageSocket(ends[1])};
  }

  /** Takes over an inherited descriptor. */
  public static MessageSocket of(int fd) {
    return new MessageSocket(fd);
  }

  /**
   * Connects to a {@link MessageListener}.
   *
   * @throws PosixException if no process listens there, or this user may not connect
   */
  public static MessageSocket connect(Path path) {
    int fd = (int) LibC.SOCKET.call(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = MessageListener.address(arena, path);
      LibC.CONNECT.call(fd, address.address(), address.byteSize());
      return new MessageSocket(fd);
    } catch (RuntimeException e) {
      LibC.CLOSE.tryCall(fd);
      throw e;
    }
  }

  /**
   * The process at the other end, as it was when the connection was made.
   *
   * @param pid 0 if it is in another namespace of processes
   * @param user its effective user
   */
  public record Peer(int pid, int user) {}

  /** The process that has connected, or listens: the kernel names it, so it can't be forged. */
  public Peer peer() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment credentials = arena.allocate(CREDENTIALS_BYTES, Integer.BYTES);
      MemorySegment length = arena.allocateFrom(JAVA_INT, CREDENTIALS_BYTES);
      LibC.GETSOCKOPT.call(fd, SOL_SOCKET, SO_PEERCRED, credentials.address(), length.address());
      return new Peer(
          credentials.get(JAVA_INT, 0), credentials.get(JAVA_INT, (long) Integer.BYTES));
    }
  }

  /** The descriptor, to poll; it stays this object's. */
  public int fd() {
    return fd;
  }

  /**
   * Sends one message; the descriptors stay the caller's.
   *
   * @return false if the peer is gone, or the program has put a file of its own on this number
   */
  public synchronized boolean send(byte[] data, int... descriptors) {
    if (data.length > MAX_BYTES || descriptors.length > MAX_DESCRIPTORS) {
      throw new IllegalArgumentException(
          "a message of %d bytes and %d descriptors exceeds %d bytes or %d descriptors"
              .formatted(data.length, descriptors.length, MAX_BYTES, MAX_DESCRIPTORS));
    }
    long result = send(fd, data, descriptors);
    if (UNSENT.contains((int) -result)) {
      return false;
    }
    if (result < 0) {
      throw new PosixException("sendmsg on a control socket", (int) -result);
    }
    return true;
  }

  /**
   * Sends descriptors, and one byte that they go with, over a stream socket of the program's.
   *
   * @param message the byte, 0 to 255
   */
  public static void sendDescriptors(int socket, int message, int... descriptors) {
    long result = send(socket, new byte[] {(byte) message}, descriptors);
    if (result < 0) {
      throw new PosixException("sendmsg", (int) -result);
    }
  }

  private static long send(int fd, byte[] data, int... descriptors) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment body = arena.allocate(Math.max(1, data.length));
      MemorySegment.copy(data, 0, body, JAVA_BYTE, 0, data.length);
      MemorySegment header =
          MessageHeader.of(arena, body, data.length, MessageHeader.rights(arena, descriptors));
      long result;
      do {
        result = LibC.SENDMSG.tryCall(fd, header.address(), MessageHeader.MSG_NOSIGNAL);
      } while (result == -Errno.EINTR);
      return result;
    }
  }

  /** Waits for one message; null once the peer has closed. */
  public @Nullable Packet receive() {
    return receive(fd, MAX_BYTES, MAX_DESCRIPTORS);
  }

  /**
   * Waits for one byte, and the descriptors that came with it, on a stream socket of the program's;
   * null once the peer has closed.
   */
  public static @Nullable Packet receiveDescriptors(int socket, int most) {
    return receive(socket, 1, most);
  }

  private static @Nullable Packet receive(int fd, int bytes, int descriptors) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment body = arena.allocate(bytes);
      MemorySegment control = MessageHeader.roomForRights(arena, descriptors);
      MemorySegment header = MessageHeader.of(arena, body, bytes, control);
      long result;
      do {
        result = LibC.RECVMSG.tryCall(fd, header.address(), MessageHeader.MSG_CMSG_CLOEXEC);
      } while (result == -Errno.EINTR);
      if (result == -Errno.ECONNRESET) {
        return null;
      }
      if (result < 0) {
        throw new PosixException("recvmsg", (int) -result);
      }
      int[] received = MessageHeader.rights(header, control);
      if (result == 0) {
        // The end, or an empty message, which no peer of ours sends.
        Arrays.stream(received).forEach(Descriptors::close);
        return null;
      }
      return new Packet(body.asSlice(0, result).toArray(JAVA_BYTE), received);
    }
  }

  /**
   * Ends the conversation for all users of this end: a thread that receives from it, and the peer,
   * see the end at once. The descriptor stays open, so that its number can't be another file's
   * while that thread still uses it; the receiving thread closes.
   */
  public void disconnect() {
    LibC.SHUTDOWN.tryCall(fd, SHUT_RDWR);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      Descriptors.close(fd);
    }
  }
}
