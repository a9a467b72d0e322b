package io.polyproc.ipc;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.polyproc.sync.SharedSemaphore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The sending side of a {@code multiprocessing.Queue} in one process. {@link #put} never waits for
 * the pipe: a message for which there is room is written at once, any other, and all after it, by a
 * thread of this object, which lives as long as it has something to do. In CPython every message
 * takes the way through such a thread, which there is Python's: here it would wait for Python's
 * lock each time.
 *
 * <pre>
 *   put ── a place in slots ──┬── room, and nothing waits ──────────► a packet in the socket pair
 *                             └── waiting ── this object's thread ──►      │
 *                                                                          ▼ get, in any process
 * </pre>
 *
 * <p>Any thread may call. The monitor guards what waits. When the process ends, what waits is lost
 * unless {@link #awaitWritten} was called; the thread is a daemon.
 */
public final class QueueFeeder {
  /** The queue has no place free. */
  public static final int FULL = 2;

  /** Longer messages are left to the thread: copying them takes its time. */
  private static final int AT_ONCE = 16 << 10;

  private static final int BATCH = 64 << 10;

  /** After so long the thread ends. */
  private static final long IDLE_NANOS = 1_000_000_000;

  private final int fd;
  private final SharedSemaphore slots;
  private final Queue<byte[][]> waiting = new ArrayDeque<>();
  private final Queue<Failure> failures = new ArrayDeque<>();
  private final PacketCodec packets = new PacketCodec();
  private final IdleListener listener;
  private @Nullable Thread thread;
  private boolean writing;
  private int listed;
  private boolean closed;

  /** Is called by the thread that puts or by the feeder's own, which must not wait in it. */
  public interface IdleListener {
    IdleListener NONE =
        new IdleListener() {
          @Override
          public void busy() {}

          @Override
          public void idle() {}
        };

    /** From now on the thread writes, and needs the pipe. */
    void busy();

    /** The thread has ended; all is written, or the feeder closed. */
    void idle();
  }

  /** A message that could not be written. */
  public static final class Failure {
    private final byte[][] message;
    private final int errno;

    Failure(byte[][] message, int errno) {
      this.message = message;
      this.errno = errno;
    }

    /** What was to be sent. */
    public byte[] message() {
      return MessageChannel.joined(message);
    }

    /** Why it was not. */
    public int errno() {
      return errno;
    }
  }

  /**
   * @param fd the pipe, which must stay open until all is written
   * @param slots the queue's free places, {@linkplain SharedSemaphore#useForPlaces used} as such
   */
  public QueueFeeder(int fd, SharedSemaphore slots) {
    this(fd, slots, IdleListener.NONE);
  }

  /**
   * @param listener is told when there is something to wait for
   */
  public QueueFeeder(int fd, SharedSemaphore slots, IdleListener listener) {
    this.fd = fd;
    this.slots = slots;
    this.listener = listener;
  }

  /**
   * Sends a message if the queue has a place free.
   *
   * @return {@link #FULL} if it has none, else as {@link #put}
   */
  public int offer(byte[] message) {
    return offerParts(message);
  }

  /** {@link #offer} of a message that is all parts together. */
  public int offerParts(byte[]... parts) {
    return slots.tryAcquire() ? putParts(parts) : FULL;
  }

  /**
   * Sends a message for which there is a place, now or soon.
   *
   * @return 0; {@code -errno} if it is known already that it can't be; 1 if earlier ones could not
   *     be: {@link #nextFailure}
   */
  public int put(byte[] message) {
    return putParts(message);
  }

  /** {@link #put} of a message that is all parts together. */
  public synchronized int putParts(byte[]... message) {
    if (closed) {
      return 0;
    }
    slots.traceTaken();
    if (waiting.isEmpty() && !writing && MessageChannel.length(message) <= AT_ONCE) {
      int status = write(message, false);
      if (status != PacketCodec.NOT_NOW) {
        return status;
      }
    }
    if (thread == null) {
      listener.busy();
      thread = Thread.ofPlatform().daemon().name("QueueFeederThread").start(this::feed);
    }
    // Should this process be killed, its place is free again.
    listed += slots.enlist() ? 1 : 0;
    waiting.add(message);
    notifyAll();
    return failures.isEmpty() ? 0 : 1;
  }

  private int write(byte[][] message, boolean wait) {
    int status;
    do {
      status = packets.write(fd, wait, message);
    } while (status == PacketCodec.INTERRUPTED);
    return status;
  }

  private void feed() {
    try {
      for (List<byte[][]> batch = next(); !batch.isEmpty(); batch = next()) {
        writeAll(batch);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // no code does
    }
  }

  private synchronized List<byte[][]> next() throws InterruptedException {
    writing = false;
    notifyAll();
    long deadline = System.nanoTime() + IDLE_NANOS;
    for (long left = IDLE_NANOS;
        waiting.isEmpty() && !closed && left > 0;
        left = deadline - System.nanoTime()) {
      NANOSECONDS.timedWait(this, left);
    }
    List<byte[][]> batch = new ArrayList<>();
    long bytes = 0;
    for (byte[][] message = waiting.poll(); message != null; message = waiting.poll()) {
      batch.add(message);
      bytes += MessageChannel.length(message);
      if (bytes >= BATCH) {
        break;
      }
    }
    writing = !batch.isEmpty();
    if (!writing) {
      thread = null;
      listener.idle();
    }
    return batch;
  }

  private void writeAll(List<byte[][]> batch) {
    for (byte[][] message : batch) {
      if (isClosed()) {
        return;
      }
      int status = write(message, true);
      done(message, status);
    }
  }

  private synchronized void done(byte[][] message, int status) {
    if (listed > 0) {
      listed--;
      boolean _ = slots.delist();
    }
    if (status != PacketCodec.DONE) {
      failures.add(new Failure(message, -status));
    }
  }

  /** The next message that could not be written, if there is one. */
  public synchronized @Nullable Failure nextFailure() {
    return failures.poll();
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /**
   * Drops what is not written, now and later. The thread ends, once the pipe has taken or refused
   * what it is writing: {@link #isIdle}.
   */
  public synchronized void close() {
    closed = true;
    waiting.clear();
    for (; listed > 0; listed--) {
      boolean _ = slots.delist();
    }
    notifyAll();
  }

  /** Whether all that was put is written. */
  public synchronized boolean isIdle() {
    return waiting.isEmpty() && !writing;
  }

  /**
   * Waits until all is written.
   *
   * @return whether it is
   */
  public synchronized boolean awaitWritten(long millis) throws InterruptedException {
    long deadline = System.nanoTime() + millis * 1_000_000;
    while (!isIdle()) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }
}
