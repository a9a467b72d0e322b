package io.polyproc;

import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.host.Events;
import io.polyproc.host.PlatformThreads;
import io.polyproc.host.Waits;
import io.polyproc.ipc.PacketChannel;
import io.polyproc.ipc.QueueFeeder;
import io.polyproc.ipc.QueueFeeder.Failure;
import io.polyproc.posix.RawStream;
import io.polyproc.shared.SharedLock;
import io.polyproc.sync.SharedSemaphore;
import io.polyproc.value.Conversions;
import io.polyproc.value.KnownTypes;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A queue between Java and Python processes: {@code multiprocessing.Queue}. Any number of both may
 * put and take.
 *
 * <pre>{@code
 * PythonQueue queue = polyproc.queue();
 * polyproc.process(PythonFunction.ofSource("def produce(q): q.put([1, 2])", "produce"), queue).start();
 * List<?> item = queue.take(List.class);
 * }</pre>
 *
 * <p>As in Python, {@link #put} does not wait until the value is taken, unless the queue has a
 * capacity and is full: what finds no room in the system's buffer is left to a thread. What was not
 * written yet when the runtime is closed is lost.
 */
public final class PythonQueue {
  private static final System.Logger LOG = System.getLogger(PythonQueue.class.getName());

  private final EmbeddedRuntime host;
  private final KnownTypes types;
  private final long capacity;
  private final PythonConnection reader;
  private final PythonConnection writer;
  private final SharedLock readLock;
  private final SharedLock writeLock;
  private final SharedLock places;
  private final QueueFeeder feeder;

  PythonQueue(
      EmbeddedRuntime host,
      KnownTypes types,
      long capacity,
      PythonConnection reader,
      PythonConnection writer,
      SharedLock readLock,
      SharedLock writeLock,
      SharedLock places) {
    this.host = host;
    this.types = types;
    this.capacity = capacity;
    this.reader = reader;
    this.writer = writer;
    this.readLock = readLock;
    this.writeLock = writeLock;
    this.places = places;
    this.feeder =
        new QueueFeeder(writer.channel().stream().fd(), places.semaphore(), new Registration());
  }

  static PythonQueue create(EmbeddedRuntime host, KnownTypes types, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("a queue needs room for one value, not " + capacity);
    }
    PacketChannel[] ends = PacketChannel.pipe();
    SharedLock places = SharedLock.create(host, "BoundedSemaphore", capacity);
    places.semaphore().useForPlaces();
    return new PythonQueue(
        host,
        types,
        capacity,
        new PythonConnection(host, types, ends[0], true, false),
        new PythonConnection(host, types, ends[1], false, true),
        SharedLock.create(host, "Lock", 1),
        SharedLock.create(host, "Lock", 1),
        places);
  }

  /**
   * Puts a value, waiting for room if the queue is full.
   *
   * @param value anything that has a counterpart in Python; converted before this returns
   * @throws UnconvertibleValueException if the value has no counterpart in Python
   * @throws InterruptedException if the calling thread is interrupted while there is no room;
   *     nothing is put then
   * @throws UncheckedIOException if the queue can't be written
   */
  public void put(@Nullable Object value) throws InterruptedException {
    boolean _ = put(value, Waits.FOR_EVER);
  }

  /**
   * Puts a value if there is room within the time; false if there was none.
   *
   * @param value anything that has a counterpart in Python; converted before this returns
   * @param time how long to wait for room at most
   * @return whether it was put
   * @throws InterruptedException if the calling thread is interrupted while there is no room;
   *     nothing is put then
   * @throws UnconvertibleValueException if the value has no counterpart in Python
   * @throws UncheckedIOException if the queue can't be written
   */
  public boolean offer(@Nullable Object value, Duration time) throws InterruptedException {
    return put(value, Waits.nanos(time));
  }

  private boolean put(@Nullable Object value, long nanos) throws InterruptedException {
    Events.QueuePut event = Events.queuePuts();
    byte[] message = ValueWriter.write(value, "value", host);
    if (!Waits.acquire(places.semaphore(), nanos)) {
      return false;
    }
    int status = feeder.put(message);
    if (status < 0) {
      int _ = places.semaphore().release();
      throw new UncheckedIOException(
          "the queue can't be written", RawStream.failed("sendmsg", status));
    }
    warnOfLost();
    Events.queuePut(event, places.semaphore(), message.length, this::size);
    return true;
  }

  private void warnOfLost() {
    for (Failure lost = feeder.nextFailure(); lost != null; lost = feeder.nextFailure()) {
      int _ = places.semaphore().release();
      LOG.log(
          Level.WARNING,
          "what was put into a queue is lost, errno {0} for {1} bytes",
          lost.errno(),
          lost.message().length);
    }
  }

  /** As long as the feeder writes, the runtime knows the queue, which may be forgotten else. */
  private final class Registration implements QueueFeeder.IdleListener {
    private final Runnable end = PythonQueue.this::end;

    @Override
    public void busy() {
      host.beforeClose(end);
    }

    @Override
    public void idle() {
      host.forget(end);
      warnOfLost();
    }
  }

  /**
   * The runtime ends: what the feeder still has will not be taken, and it must not wait for that.
   */
  private void end() {
    feeder.close();
    byte[] dropped = new byte[64 << 10];
    try {
      while (!feeder.isIdle()) {
        if (reader.channel().stream().await(1)) {
          int _ = reader.channel().stream().read(dropped, 0, dropped.length);
        }
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a queue could not be emptied", e);
    }
  }

  /**
   * Takes a value, waiting for one.
   *
   * @param <T> what it is to be in Java
   * @param type what it is to be in Java
   * @return the value; null for {@code None}
   * @throws InterruptedException if the calling thread is interrupted; no value is lost
   * @throws UnconvertibleValueException if the value is none of this type; it is taken then
   * @throws UncheckedIOException if the queue can't be read
   */
  public <T> T take(Class<T> type) throws InterruptedException {
    while (true) {
      Optional<byte[]> message = message(Waits.FOR_EVER);
      if (message.isPresent()) {
        return Conversions.read(message.get(), types, type);
      }
    }
  }

  /**
   * As above, for a type with type arguments.
   *
   * @param <T> what it is to be in Java
   * @param type what it is to be in Java, such as {@code new TypeReference<List<Doc>>() {}}
   * @return the value; null for {@code None}
   * @throws InterruptedException if the calling thread is interrupted; no value is lost
   * @throws UnconvertibleValueException if the value is none of this type; it is taken then
   * @throws UncheckedIOException if the queue can't be read
   */
  public <T> T take(TypeReference<T> type) throws InterruptedException {
    while (true) {
      Optional<byte[]> message = message(Waits.FOR_EVER);
      if (message.isPresent()) {
        return Conversions.read(message.get(), types, type);
      }
    }
  }

  /**
   * Takes a value, waiting for one so long; empty if none came.
   *
   * @param <T> what it is to be in Java
   * @param type what it is to be in Java
   * @param time how long to wait at most
   * @return the value; empty for {@code None}, too
   * @throws InterruptedException if the calling thread is interrupted; no value is lost
   * @throws UnconvertibleValueException if the value is none of this type; it is taken then
   * @throws UncheckedIOException if the queue can't be read
   */
  public <T> Optional<T> poll(Class<T> type, Duration time) throws InterruptedException {
    return message(Waits.nanos(time)).map(message -> Conversions.read(message, types, type));
  }

  private Optional<byte[]> message(long nanos) throws InterruptedException {
    Events.QueueGet event = Events.queueGets();
    long deadline = System.nanoTime() + nanos;
    SharedSemaphore lock = readLock.semaphore();
    if (!Waits.acquire(lock, nanos)) {
      return Optional.empty();
    }
    try {
      long left = Math.max(0, deadline - System.nanoTime());
      if (!Waits.readable(reader.channel().stream().fd(), left)) {
        return Optional.empty();
      }
      byte[] message = PlatformThreads.finish(reader.channel()::receive);
      int _ = places.semaphore().release();
      Events.queueGot(event, places.semaphore(), message.length, this::size);
      return Optional.of(message);
    } catch (IOException e) {
      throw new UncheckedIOException("the queue can't be read", e);
    } finally {
      int _ = lock.release();
    }
  }

  /**
   * About how many values are in it: others may put and take meanwhile.
   *
   * @return from 0 to the queue's capacity
   */
  public int size() {
    return (int) (capacity - places.semaphore().value());
  }

  /**
   * Whether nothing can be taken at this moment.
   *
   * @return false if a value was there, which another thread or process may take first
   */
  public boolean isEmpty() {
    return !reader.channel().stream().await(0);
  }

  void write(ValueWriter out) throws IOException {
    out.build("queue", capacity, reader, writer, readLock, writeLock, places);
  }

  @Override
  public String toString() {
    return "PythonQueue[about %d values]".formatted(size());
  }
}
