package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The kernel's {@code epoll} ({@code man 7 epoll}) with an {@code eventfd} in it, by which any
 * thread wakes the one that waits. All else belongs to one thread; it also closes.
 */
public final class EventPoll implements AutoCloseable {
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLL_CTL_DEL = 2;
  private static final int EPOLL_CTL_MOD = 3;
  private static final int EPOLLIN = 1;
  private static final int EPOLLOUT = 4;
  private static final int CLOEXEC = 0x80000;
  private static final int EFD_NONBLOCK = 0x800;
  private static final int MAX_EVENTS = 64;

  // struct epoll_event: packed on x86-64 only.
  private static final boolean PACKED = !System.getProperty("os.arch", "").equals("aarch64");
  private static final int DATA = PACKED ? 4 : 8;
  private static final int EVENT_BYTES = PACKED ? 12 : 16;

  private final Arena arena = Arena.ofAuto();
  private final MemorySegment events = arena.allocate((long) EVENT_BYTES * MAX_EVENTS, 8);
  private final MemorySegment event = arena.allocate(16, 8);
  private final MemorySegment one = arena.allocate(8, 8);
  private final MemorySegment counter = arena.allocate(8, 8);
  private final int poll;
  private final int waker;
  private boolean closed;

  public EventPoll() {
    poll = Descriptors.internal((int) LibC.EPOLL_CREATE.call(CLOEXEC));
    waker = Descriptors.internal((int) LibC.EVENTFD.call(0, CLOEXEC | EFD_NONBLOCK));
    one.set(JAVA_LONG, 0, 1);
    add(waker);
  }

  /** Waits for it to be readable, or closed by its peer, from now on. */
  public void add(int fd) {
    control(EPOLL_CTL_ADD, fd, EPOLLIN);
  }

  /** Whether to wait for it to be writable, too. */
  public void setWriting(int fd, boolean writing) {
    control(EPOLL_CTL_MOD, fd, writing ? EPOLLIN | EPOLLOUT : EPOLLIN);
  }

  /** Waits for it no longer; before it is closed, as another process may have a copy. */
  public void remove(int fd) {
    LibC.EPOLL_CTL.tryCall(poll, EPOLL_CTL_DEL, fd, event.address());
  }

  private void control(int operation, int fd, int what) {
    event.set(JAVA_INT, 0, what);
    event.set(JAVA_INT_UNALIGNED, DATA, fd);
    LibC.EPOLL_CTL.call(poll, operation, fd, event.address());
  }

  /**
   * Waits.
   *
   * @param millis how long at most; negative waits for ever
   * @return how many descriptors are {@link #ready}; 0 after the time, a signal or {@link #wake}
   */
  public int await(int millis) {
    int count = (int) LibC.EPOLL_WAIT.tryCall6(poll, events.address(), MAX_EVENTS, millis, 0, 0);
    if (count < 0) {
      if (count == -Errno.EINTR) {
        return 0;
      }
      throw new PosixException("epoll_wait", -count);
    }
    for (int i = 0; i < count; i++) {
      if (ready(i) == waker) {
        LibC.READ.tryCall(waker, counter.address(), 8);
        count--;
        MemorySegment.copy(
            events, (long) EVENT_BYTES * count, events, (long) EVENT_BYTES * i, EVENT_BYTES);
      }
    }
    return count;
  }

  /** One of the descriptors for which the last {@link #await} returned. */
  public int ready(int index) {
    return events.get(JAVA_INT_UNALIGNED, (long) EVENT_BYTES * index + DATA);
  }

  /** Lets {@link #await} return now, or the next time. */
  public synchronized void wake() {
    if (!closed) {
      LibC.WRITE.tryCall(waker, one.address(), 8);
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Descriptors.close(waker);
      Descriptors.close(poll);
    }
  }
}
