package io.polyproc.sync;

import io.polyproc.posix.EventPoll;

/**
 * For what a thread of Python waits: sockets and pidfds. One thread waits, which also adds, removes
 * and closes; any thread may {@link #wake} it.
 */
public final class WaitSet implements AutoCloseable {
  private final EventPoll poll = new EventPoll();

  /** Waits for it to be readable, or closed by its peer, from now on. */
  public void add(int descriptor) {
    poll.add(descriptor);
  }

  /** Whether to wait for it to be writable, too. */
  public void setWriting(int descriptor, boolean writing) {
    poll.setWriting(descriptor, writing);
  }

  /** Waits for it no longer; to be called before it is closed. */
  public void remove(int descriptor) {
    poll.remove(descriptor);
  }

  /**
   * Waits.
   *
   * @param millis how long at most; negative waits for ever
   * @return how many descriptors are {@link #ready}; 0 after the time or {@link #wake}
   */
  public int await(int millis) {
    return poll.await(millis);
  }

  /** One of the descriptors for which the last {@link #await} returned. */
  public int ready(int index) {
    return poll.ready(index);
  }

  /** Lets {@link #await} return now, or the next time. */
  public void wake() {
    poll.wake();
  }

  @Override
  public void close() {
    poll.close();
  }
}
