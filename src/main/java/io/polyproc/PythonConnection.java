package io.polyproc;

import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.host.PlatformThreads;
import io.polyproc.host.Waits;
import io.polyproc.ipc.MessageChannel;
import io.polyproc.ipc.PacketChannel;
import io.polyproc.value.Conversions;
import io.polyproc.value.DescriptorToken;
import io.polyproc.value.KnownTypes;
import io.polyproc.value.ValueWriter;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One end of a pipe: {@code multiprocessing.connection.Connection}.
 *
 * <pre>{@code
 * PythonPipe pipe = polyproc.pipe();
 * polyproc.process(PythonFunction.of("chat", "answer"), pipe.there()).start();
 * pipe.there().close();                    // the process has its own
 * pipe.here().send("hello");
 * String answer = pipe.here().receive(String.class);
 * }</pre>
 *
 * <p>Any thread may call; messages stay whole.
 */
public final class PythonConnection implements AutoCloseable {
  private final EmbeddedRuntime host;
  private final KnownTypes types;
  private final MessageChannel channel;
  private final boolean readable;
  private final boolean writable;
  private final ReentrantLock reading = new ReentrantLock();
  private final ReentrantLock writing = new ReentrantLock();
  private volatile boolean closed;

  PythonConnection(
      EmbeddedRuntime host,
      KnownTypes types,
      MessageChannel channel,
      boolean readable,
      boolean writable) {
    this.host = host;
    this.types = types;
    this.channel = channel;
    this.readable = readable;
    this.writable = writable;
  }

  MessageChannel channel() {
    return channel;
  }

  private void check(boolean allowed, String what) throws IOException {
    if (closed) {
      throw new IOException("this end of the pipe is closed");
    }
    if (!allowed) {
      throw new IOException("this end of the pipe is not for " + what);
    }
  }

  /**
   * Sends a value; waits while the other side is behind.
   *
   * @param value anything that has a counterpart in Python
   * @throws IOException if the other end is closed
   * @throws UnconvertibleValueException if it has none
   */
  public void send(@Nullable Object value) throws IOException {
    check(writable, "sending");
    byte[] message = ValueWriter.write(value, "value", host);
    writing.lock();
    try {
      boolean _ =
          PlatformThreads.finish(
              () -> {
                channel.send(message);
                return true;
              });
    } finally {
      writing.unlock();
    }
  }

  /**
   * Waits for a value.
   *
   * @param <T> what it is to be in Java
   * @param type what it is to be in Java; {@code Object} for whatever it is
   * @return the value; null for {@code None}
   * @throws EOFException if there will be none, as the other end is closed
   * @throws IOException if this end is closed or only for sending
   * @throws InterruptedException if the calling thread is interrupted; no value is lost
   * @throws UnconvertibleValueException if the value is none of this type; it is taken then
   */
  public <T> T receive(Class<T> type) throws IOException, InterruptedException {
    Optional<byte[]> message = message(Waits.FOR_EVER);
    return Conversions.read(message.orElseThrow(), types, type);
  }

  /**
   * As above, for a type with type arguments.
   *
   * @param <T> what it is to be in Java
   * @param type what it is to be in Java
   * @return the value; null for {@code None}
   * @throws EOFException if there will be none, as the other end is closed
   * @throws IOException if this end is closed or only for sending
   * @throws InterruptedException if the calling thread is interrupted; no value is lost
   * @throws UnconvertibleValueException if the value is none of this type; it is taken then
   */
  public <T> T receive(TypeReference<T> type) throws IOException, InterruptedException {
    return Conversions.read(message(Waits.FOR_EVER).orElseThrow(), types, type);
  }

  /**
   * Waits so long for a value; empty if none came.
   *
   * @param <T> what it is to be in Java
   * @param type what it is to be in Java
   * @param time how long to wait at most
   * @return the value; empty for {@code None}, too
   * @throws EOFException if there will be none, as the other end is closed
   * @throws IOException if this end is closed or only for sending
   * @throws InterruptedException if the calling thread is interrupted; no value is lost
   * @throws UnconvertibleValueException if the value is none of this type; it is taken then
   */
  public <T> Optional<T> poll(Class<T> type, Duration time)
      throws IOException, InterruptedException {
    return message(Waits.nanos(time)).map(message -> Conversions.read(message, types, type));
  }

  private Optional<byte[]> message(long nanos) throws IOException, InterruptedException {
    check(readable, "receiving");
    reading.lockInterruptibly();
    try {
      if (!Waits.readable(channel.stream().fd(), nanos)) {
        return Optional.empty();
      }
      return Optional.of(PlatformThreads.finish(channel::receive));
    } finally {
      reading.unlock();
    }
  }

  /**
   * Closes this end in this program; a process that was given it has its own. A thread that waits
   * for a value here gets an {@link EOFException}. A second call does nothing.
   */
  @Override
  public void close() {
    closed = true;
    writing.lock();
    try {
      if (reading.tryLock()) {
        try {
          channel.close();
        } finally {
          reading.unlock();
        }
      } else {
        // A thread that waits for a value now sees the end.
        channel.stream().disconnect();
      }
    } finally {
      writing.unlock();
    }
  }

  void write(ValueWriter writer) throws IOException {
    if (closed) {
      throw new UncheckedIOException(new IOException("this end of the pipe is closed"));
    }
    String form = channel instanceof PacketChannel ? "packet_connection" : "connection";
    writer.build(form, DescriptorToken.of(host, channel.stream().fd()), readable, writable);
  }

  @Override
  public String toString() {
    String ends =
        (readable ? "reads" : "")
            + (readable && writable ? " and " : "")
            + (writable ? "writes" : "");
    return "PythonConnection[%s]".formatted(closed ? "closed" : ends);
  }
}
