package io.polyproc.callback;

import io.polyproc.PythonConnection;
import io.polyproc.PythonQueue;
import io.polyproc.PythonTuple;
import io.polyproc.UnconvertibleValueException;
import io.polyproc.pickle.PickleException;
import io.polyproc.value.KnownTypes;
import io.polyproc.value.ValueReader;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
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
public final class CallbackServer {
  private static final System.Logger LOG = System.getLogger(CallbackServer.class.getName());

  private final PythonQueue requests;
  private final KnownTypes types;
  private final Predicate<PythonConnection> hasEnded;
  private final Thread thread;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<Long, Callee<?>> callbacks = new ConcurrentHashMap<>();
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

  private CallbackServer(
      PythonQueue requests, KnownTypes types, Predicate<PythonConnection> hasEnded) {
    this.requests = requests;
    this.types = types;
    this.hasEnded = hasEnded;
    this.thread = Thread.ofPlatform().daemon().name("polyproc-callbacks").unstarted(this::serve);
  }

  /**
   * A server that takes requests from now on.
   *
   * @param requests of all processes
   * @param types what arguments are read by
   * @param hasEnded whether a process has closed its end of a reply line
   */
  public static CallbackServer start(
      PythonQueue requests, KnownTypes types, Predicate<PythonConnection> hasEnded) {
    CallbackServer server = new CallbackServer(requests, types, hasEnded);
    server.thread.start();
    return server;
  }

  /** Takes no more requests. */
  public void stop() {
    thread.interrupt();
  }

  PythonQueue requests() {
    return requests;
  }

  /** Has processes call an object; what they call it by. */
  public long add(Callee<?> callback) {
    long number = numbers.incrementAndGet();
    callbacks.put(number, callback);
    return number;
  }

  /** Forgets an object. */
  public void remove(long number) {
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
              boolean ended = hasEnded.test(line);
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
    Callee<?> callback = callbacks.get(request.callback());
    if (callback == null) {
      throw new IllegalStateException("this callback was closed by the Java program");
    }
    PythonTuple arguments =
        (PythonTuple)
            Objects.requireNonNull(ValueReader.read(request.arguments(), types, "arguments"));
    return callback.call(request.method(), arguments);
  }
}
