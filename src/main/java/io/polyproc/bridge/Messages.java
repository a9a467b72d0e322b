package io.polyproc.bridge;

import io.polyproc.ipc.MessageChannel;
import io.polyproc.ipc.MessageReader;
import io.polyproc.ipc.MessageWriter;
import io.polyproc.ipc.PacketCodec;
import io.polyproc.ipc.QueueFeeder;
import io.polyproc.posix.ByteStream;
import io.polyproc.sync.SharedSemaphore;
import io.polyproc.trace.Trace;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * Connections for Python: a whole message is one call, where the standard library makes several
 * calls of the system and some copies, each of which costs GraalPy microseconds.
 *
 * <pre>
 *   a Python object ── PlainPickler ──► MessageWriter ──► a pipe, or a packet of a queue
 *          │ not plain                        ▲
 *          └── ForkingPickler, in Python ─────┘
 *   a pipe ──► MessageReader ── PlainUnpickler ──► a Python object
 *                                   └── not plain: bytes, for Python's unpickler
 * </pre>
 *
 * <p>Any thread may call. A call that a signal ends, so that its handler can run, returns what is
 * to be given to {@code resume}: a handler may send and receive messages too.
 */
public final class Messages {
  private static final ThreadLocal<MessageReader> READER =
      ThreadLocal.withInitial(MessageReader::new);
  private static final ThreadLocal<MessageWriter> WRITER =
      ThreadLocal.withInitial(MessageWriter::new);

  private static final ThreadLocal<PlainPickler> PICKLER =
      ThreadLocal.withInitial(PlainPickler::new);
  private static final ThreadLocal<PlainUnpickler> UNPICKLER =
      ThreadLocal.withInitial(PlainUnpickler::new);

  private static final ThreadLocal<PacketCodec> PACKETS = ThreadLocal.withInitial(PacketCodec::new);

  /**
   * Seconds that a call waits for a lock before it returns, so that Python can look after signals.
   */
  private static final double SLICE = 0.1;

  /** An object is not plain, see {@link PlainPickler}: nothing was sent. */
  private static final int NOT_PLAIN = 7;

  /**
   * What calls found that had no plain object to return, the last first: between a call and {@link
   * #takeOutcome} a signal's handler may make calls of its own.
   */
  private static final ThreadLocal<Deque<Object>> OUTCOMES =
      ThreadLocal.withInitial(ArrayDeque::new);

  Messages() {}

  /** Whether messages can be handed to Python here. */
  public boolean areAvailable() {
    return PythonObjects.areAvailable();
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
      case MessageReader.DONE -> PythonObjects.bytes(reader.take());
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
   * Sends a plain object.
   *
   * @return as {@link #write}; or {@link #NOT_PLAIN}
   */
  public Object send(int fd, Value object) {
    byte[][] pickle = PICKLER.get().dump(PythonObjects.of(object));
    if (pickle == null) {
      return NOT_PLAIN;
    }
    MessageWriter writer = WRITER.get();
    Trace trace = Trace.current();
    if (trace == null) {
      return outcome(writer, writer.write(fd, pickle));
    }
    long begin = Trace.now();
    int status = writer.write(fd, pickle);
    trace.waited("send", begin, "");
    return outcome(writer, status);
  }

  /**
   * Receives an object.
   *
   * @return the object, if it is plain; else {@code NotImplemented}, and what {@link #read} returns
   *     is {@link #takeOutcome}
   */
  public Object receive(int fd) {
    MessageReader reader = READER.get();
    Trace trace = Trace.current();
    long begin = trace == null ? 0 : Trace.now();
    int status = reader.read(fd, Long.MAX_VALUE);
    if (trace != null) {
      trace.waited("receive", begin, "");
    }
    if (status != MessageReader.DONE) {
      return setOutcome(outcome(reader, status));
    }
    byte[] bytes = reader.takeBytes();
    return bytes == null ? received(reader.take()) : PythonObjects.bytes(bytes);
  }

  private Object received(byte[] pickle) {
    Object object = UNPICKLER.get().load(pickle);
    return object == null ? setOutcome(PythonObjects.bytes(pickle)) : object;
  }

  private Object setOutcome(Object found) {
    OUTCOMES.get().push(found);
    return PythonObjects.notImplemented();
  }

  /**
   * The plain object that this is the pickle of, or {@code NotImplemented} if it may be another.
   */
  public Object loaded(byte[] pickle) {
    Object object = UNPICKLER.get().load(pickle);
    return object == null ? PythonObjects.notImplemented() : object;
  }

  /** What the last call of this thread found that returned {@code NotImplemented}. */
  public Object takeOutcome() {
    return OUTCOMES.get().pop();
  }

  /** The pickle of a plain object: {@code bytes}, or {@code None}. */
  public Object pickled(Value object) {
    byte[][] pickle = PICKLER.get().dump(PythonObjects.of(object));
    return pickle == null
        ? PythonObjects.none()
        : PythonObjects.bytes(MessageChannel.joined(pickle));
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
    return PythonObjects.bytes(flags);
  }

  /** {@link #awaitAny} for one descriptor: 1, 0 when the time is over, or {@code -errno}. */
  public int awaitOne(int fd, int millis) {
    return ByteStream.await(new int[] {fd}, new boolean[1], millis);
  }

  /**
   * Receives an object of a queue under its lock, and gives the lock back.
   *
   * @param slots gets a permit more for a message that was taken
   * @return the object, if it is plain; else {@code NotImplemented}, and {@link #takeOutcome} is
   *     its pickle; or a number, {@code -errno} or what {@link PacketCodec} has, of which {@link
   *     Packets#INTERRUPTED} also means that the lock was not to be had yet
   */
  public Object get(int fd, SharedSemaphore lock, @Nullable SharedSemaphore slots) {
    if (!lock.acquire(SLICE)) {
      return setOutcome(PacketCodec.INTERRUPTED);
    }
    PacketCodec packets = PACKETS.get();
    int status;
    try {
      status = packets.read(fd, Long.MAX_VALUE);
    } finally {
      lock.release();
    }
    if (status != PacketCodec.DONE) {
      return setOutcome(status);
    }
    if (slots != null) {
      slots.release();
      slots.traceTaken();
    }
    byte[] bytes = packets.takeBytes();
    return bytes == null ? received(packets.take()) : PythonObjects.bytes(bytes);
  }

  /**
   * Receives a packet's message; returns a number as {@link #get}, or {@code bytes}, or Latin-1
   * text where these are not {@linkplain #areAvailable available}.
   */
  public Object readPacket(int fd, long limit) {
    PacketCodec packets = PACKETS.get();
    int status = packets.read(fd, limit);
    if (status != PacketCodec.DONE) {
      return status;
    }
    return areAvailable()
        ? PythonObjects.bytes(packets.take())
        : new String(packets.take(), StandardCharsets.ISO_8859_1);
  }

  /** Sends a message as a packet; returns 0, {@link PacketCodec#INTERRUPTED} or {@code -errno}. */
  public int writePacket(int fd, byte[] content) {
    return PACKETS.get().write(fd, true, content);
  }

  /** {@link #writePacket} of Latin-1 text. */
  public int writePacketOfText(int fd, String content) {
    return writePacket(fd, content.getBytes(StandardCharsets.ISO_8859_1));
  }

  /**
   * Puts a plain object into a queue that has a place free.
   *
   * @return as {@link QueueFeeder#offer}; or {@link #NOT_PLAIN}
   */
  public int offer(QueueFeeder feeder, Value object) {
    byte[][] pickle = PICKLER.get().dump(PythonObjects.of(object));
    return pickle == null ? NOT_PLAIN : feeder.offerParts(pickle);
  }

  /** The sending side of a queue; see {@link QueueFeeder}. */
  public QueueFeeder feeder(int fd, SharedSemaphore slots) {
    return new QueueFeeder(fd, slots);
  }

  /** {@code bytes} of a message that was not sent. */
  public Object failedMessage(QueueFeeder.Failure failure) {
    return PythonObjects.bytes(failure.message());
  }
}
