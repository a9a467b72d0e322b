package io.polyproc.python;

import io.polyproc.ipc.MessageReader;
import io.polyproc.ipc.MessageWriter;
import io.polyproc.ipc.QueueFeeder;
import io.polyproc.posix.ByteStream;
import io.polyproc.sync.SharedSemaphore;
import org.jspecify.annotations.Nullable;

/**
 * Connections for Python: a whole message is one call, where the standard library makes several
 * calls of the system and some copies, each of which costs GraalPy microseconds.
 *
 * <p>Any thread may call. A call that a signal ends, so that its handler can run, returns what is
 * to be given to {@code resume}: a handler may send and receive messages too.
 */
public final class Messages {
  private static final ThreadLocal<MessageReader> READER =
      ThreadLocal.withInitial(MessageReader::new);
  private static final ThreadLocal<MessageWriter> WRITER =
      ThreadLocal.withInitial(MessageWriter::new);

  /**
   * Seconds that a call waits for a lock before it returns, so that Python can look after signals.
   */
  private static final double SLICE = 0.1;

  Messages() {}

  /** Whether messages can be handed to Python here. */
  public boolean areAvailable() {
    return PythonBytes.areAvailable();
  }

  /**
   * Receives a message.
   *
   * @param limit the longest that is allowed
   * @return {@code bytes}; or a number, {@code -errno} or what {@link MessageReader} has; or the
   *     reader itself, to be resumed
   */
  public Object read(int fd, long limit) {
    MessageReader reader = READER.get();
    return outcome(reader, reader.read(fd, limit));
  }

  /** Goes on with {@link #read}. */
  public Object resume(MessageReader reader) {
    return outcome(reader, reader.resume());
  }

  private static Object outcome(MessageReader reader, int status) {
    return switch (status) {
      case MessageReader.DONE -> PythonBytes.of(reader.take());
      case MessageReader.INTERRUPTED -> {
        READER.remove();
        yield reader;
      }
      default -> status;
    };
  }

  /**
   * Sends a message.
   *
   * @return 0, or {@code -errno}; or the writer itself, to be resumed
   */
  public Object write(int fd, byte[] content) {
    MessageWriter writer = WRITER.get();
    return outcome(writer, writer.write(fd, content));
  }

  /** Goes on with {@link #write}. */
  public Object resume(MessageWriter writer) {
    return outcome(writer, writer.resume());
  }

  private static Object outcome(MessageWriter writer, int status) {
    if (status == MessageWriter.INTERRUPTED) {
      WRITER.remove();
      return writer;
    }
    return status;
  }

  /**
   * Waits until one of the descriptors has something to be read, or its end.
   *
   * @return {@code bytes} that are 1 where that is so; or a number: 0 when the time is over, or
   *     {@code -errno}
   */
  public Object awaitAny(int[] fds, int millis) {
    boolean[] ready = new boolean[fds.length];
    int count = ByteStream.await(fds, ready, millis);
    if (count <= 0) {
      return count;
    }
    byte[] flags = new byte[ready.length];
    for (int i = 0; i < ready.length; i++) {
      flags[i] = (byte) (ready[i] ? 1 : 0);
    }
    return PythonBytes.of(flags);
  }

  /** {@link #awaitAny} for one descriptor: 1, 0 when the time is over, or {@code -errno}. */
  public int awaitOne(int fd, int millis) {
    return ByteStream.await(new int[] {fd}, new boolean[1], millis);
  }

  /**
   * Receives a message under a lock, as {@link #read}; here {@link MessageReader#INTERRUPTED} as a
   * number means that nothing came yet and the lock is free. If a reader is returned, the lock is
   * held until {@link #resumeGet} has returned something else.
   *
   * @param slots gets a permit more for a message that was taken
   */
  public Object get(int fd, SharedSemaphore lock, @Nullable SharedSemaphore slots) {
    if (!lock.acquire(SLICE)) {
      return MessageReader.INTERRUPTED;
    }
    MessageReader reader = READER.get();
    int status = reader.read(fd, Long.MAX_VALUE);
    if (status == MessageReader.INTERRUPTED && reader.isUnbegun()) {
      lock.release();
      return status;
    }
    return finish(outcome(reader, status), lock, slots);
  }

  /** Goes on with {@link #get}. */
  public Object resumeGet(
      MessageReader reader, SharedSemaphore lock, @Nullable SharedSemaphore slots) {
    return finish(resume(reader), lock, slots);
  }

  private static Object finish(
      Object outcome, SharedSemaphore lock, @Nullable SharedSemaphore slots) {
    if (outcome instanceof MessageReader) {
      return outcome;
    }
    lock.release();
    if (slots != null && !(outcome instanceof Integer)) {
      slots.release();
    }
    return outcome;
  }

  /**
   * Sends a message under a lock, as {@link #write}; {@link MessageWriter#INTERRUPTED} as a number
   * means that the lock was not to be had yet. If a writer is returned, the lock is held until
   * {@link #resumePut} has returned something else.
   */
  public Object put(int fd, SharedSemaphore lock, byte[] content) {
    if (!lock.acquire(SLICE)) {
      return MessageWriter.INTERRUPTED;
    }
    return finish(write(fd, content), lock);
  }

  /** Goes on with {@link #put}. */
  public Object resumePut(MessageWriter writer, SharedSemaphore lock) {
    return finish(resume(writer), lock);
  }

  private static Object finish(Object outcome, SharedSemaphore lock) {
    if (!(outcome instanceof MessageWriter)) {
      lock.release();
    }
    return outcome;
  }

  /** The sending side of a queue; see {@link QueueFeeder}. */
  public QueueFeeder feeder(int fd, SharedSemaphore lock, SharedSemaphore slots) {
    return new QueueFeeder(fd, lock, slots);
  }

  /** {@code bytes} of a message that was not sent. */
  public Object failedMessage(QueueFeeder.Failure failure) {
    return PythonBytes.of(failure.message());
  }
}
