package io.polyproc;

import io.polyproc.pickle.PickleException;
import io.polyproc.value.ValueReader;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Answers what Python processes ask of the Java objects that they were given.
 *
 * <pre>
 *   any process ──► one queue: which object, method, arguments, reply line ──► a virtual thread each
 *   its thread  ◄── one reply line for each thread, which comes with its first request
 * </pre>
 *
 * <p>Any thread may call. One thread takes requests. If a process dies, its reply lines are closed
 * when the next one is opened; if this JVM ends, processes see their lines end.
 */
final class CallbackServer {
  private static final System.Logger LOG = System.getLogger(CallbackServer.class.getName());

  private final Polyproc polyproc;
  private final PythonQueue requests;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, JavaCallback<?>> callbacks = new ConcurrentHashMap<>();
  private final Map<String, PythonConnection> lines = new ConcurrentHashMap<>();

  /** One request, as the shim's {@code Callback} makes it. */
  @SuppressWarnings("ArrayRecordComponent") // records are not compared
  private record Request(
      long callback, String method, byte[] arguments, String line, @Nullable Object connection) {

    static Request of(PythonTuple parts) {
      if (parts.size() == 5
          && parts.get(0) instanceof Long callback
          && parts.get(1) instanceof String method
          && parts.get(2) instanceof byte[] arguments
          && parts.get(3) instanceof String line) {
        return new Request(callback, method, arguments, line, parts.get(4));
      }
      throw new PickleException("no request: " + parts);
    }
  }

  private CallbackServer(Polyproc polyproc) {
    this.polyproc = polyproc;
    this.requests = polyproc.queue();
  }

  static CallbackServer start(Polyproc polyproc) {
    CallbackServer server = new CallbackServer(polyproc);
    Thread thread = Thread.ofPlatform().daemon().name("polyproc-callbacks").start(server::serve);
    polyproc.onClose(thread::interrupt);
    return server;
  }

  PythonQueue requests() {
    return requests;
  }

  long add(JavaCallback<?> callback) {
    long number = numbers.incrementAndGet();
    callbacks.put(number, callback);
    return number;
  }

  void remove(long number) {
    callbacks.remove(number);
  }

  private void serve() {
    try {
      while (true) {
        take();
      }
    } catch (InterruptedException e) {
      // The runtime is being closed.
      lines.values().forEach(PythonConnection::close);
    }
  }

  private void take() throws InterruptedException {
    try {
      Request request = Request.of(requests.take(PythonTuple.class));
      if (request.connection() instanceof PythonConnection line) {
        forgetEnded();
        lines.put(request.line(), line);
      }
      Thread.ofVirtual().name("polyproc-callback").start(() -> answer(request));
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "a request of a process can't be read, which will get no answer", e);
    }
  }

  /** A process says nothing on its line, so what can be read is its end. */
  private void forgetEnded() {
    lines
        .values()
        .removeIf(
            line -> {
              boolean ended = line.channel().stream().await(0);
              if (ended) {
                line.close();
              }
              return ended;
            });
  }

  private void answer(Request request) {
    PythonConnection line = Objects.requireNonNull(lines.get(request.line()));
    try {
      try {
        line.send(PythonTuple.of(true, call(request)));
      } catch (UnconvertibleValueException e) {
        line.send(PythonTuple.of(false, e));
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the answer of a callback is not awaited any more", e);
    } catch (Throwable e) {
      failed(line, e);
    }
  }

  private static void failed(PythonConnection line, Throwable failure) {
    try {
      line.send(PythonTuple.of(false, failure));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the answer of a callback is not awaited any more", e);
    }
  }

  private @Nullable Object call(Request request) throws Throwable {
    JavaCallback<?> callback = callbacks.get(request.callback());
    if (callback == null) {
      throw new IllegalStateException("this callback was closed by the Java program");
    }
    PythonTuple arguments =
        (PythonTuple)
            Objects.requireNonNull(
                ValueReader.read(request.arguments(), polyproc.types(), "arguments"));
    return callback.call(request.method(), arguments);
  }
}
