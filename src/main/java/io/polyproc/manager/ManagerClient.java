package io.polyproc.manager;

import io.polyproc.PythonException;
import io.polyproc.PythonObject;
import io.polyproc.PythonProxy;
import io.polyproc.PythonTuple;
import io.polyproc.value.ApiAccess;
import io.polyproc.value.KnownTypes;
import io.polyproc.value.ValueReader;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.jspecify.annotations.Nullable;

/**
 * Speaks to a manager's server as {@code multiprocessing.managers.BaseProxy} does. Any thread may
 * call; calls of one object at the same time have a connection each, which is kept for the next
 * one.
 */
public final class ManagerClient {
  private static final String REMOTE_ERROR = "multiprocessing.managers.RemoteError";

  private final SocketAddress address;
  private final byte[] authkey;
  private final KnownTypes types;
  private final ProxyFactory proxies;
  private final Map<String, Deque<ManagerChannel>> idle = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** Makes what stands for an object of the manager, which counts that reference already. */
  public interface ProxyFactory {
    PythonProxy proxy(ManagerClient client, String typeId, String id, List<?> exposed);
  }

  /**
   * A client that has not connected yet.
   *
   * @param proxies for the objects that methods of objects give
   */
  public ManagerClient(
      SocketAddress address, byte[] authkey, KnownTypes types, ProxyFactory proxies) {
    this.address = address;
    this.authkey = authkey.clone();
    this.types = types;
    this.proxies = proxies;
  }

  /** A Python address: a path, or a pair of host and port. */
  public static SocketAddress address(@Nullable Object python) {
    return switch (python) {
      case String path -> UnixDomainSocketAddress.of(path);
      case PythonTuple pair when pair.size() == 2 && pair.get(1) instanceof Long port ->
          InetSocketAddress.createUnresolved(String.valueOf(pair.get(0)), Math.toIntExact(port));
      case null, default ->
          throw ApiAccess.get().unconvertible("address", "not one of a manager: " + python);
    };
  }

  /** The reverse. */
  public Object pythonAddress() {
    return address instanceof InetSocketAddress inet
        ? PythonTuple.of(inet.getHostString(), inet.getPort())
        : ((UnixDomainSocketAddress) address).getPath().toString();
  }

  /** Where the manager listens. */
  public SocketAddress address() {
    return address;
  }

  /** What it asks for; not a copy. */
  public byte[] authkey() {
    return authkey;
  }

  /** Asks the server itself, over a connection for this one question. */
  public @Nullable Object ask(String function, @Nullable Object... arguments) throws IOException {
    try (ManagerChannel channel = ManagerChannel.connect(address, authkey)) {
      return dispatch(channel, null, function, PythonTuple.of(arguments));
    }
  }

  /** Calls a method of an object in the server. */
  public @Nullable Object call(String id, String method, @Nullable Object... arguments) {
    checkOpen();
    PythonTuple list = PythonTuple.of(arguments);
    Deque<ManagerChannel> free = idle.computeIfAbsent(id, _ -> new ConcurrentLinkedDeque<>());
    try {
      ManagerChannel channel = free.poll();
      if (channel == null) {
        channel = ManagerChannel.connect(address, authkey);
        Object _ =
            dispatch(
                channel,
                null,
                "accept_connection",
                PythonTuple.of(Thread.currentThread().getName()));
      }
      boolean usable = false;
      try {
        Object result = dispatch(channel, id, method, list);
        usable = true;
        return result;
      } catch (PythonException e) {
        usable = true;
        throw e;
      } finally {
        if (usable && !closed) {
          free.push(channel);
        } else {
          channel.close();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the manager does not answer: " + e.getMessage(), e);
    }
  }

  /** Throws an {@link IllegalStateException} once this is closed. */
  public void checkOpen() {
    if (closed) {
      throw new IllegalStateException("this manager is closed");
    }
  }

  private @Nullable Object dispatch(
      ManagerChannel channel, @Nullable String id, String method, PythonTuple arguments)
      throws IOException {
    channel.send(ValueWriter.write(PythonTuple.of(id, method, arguments, Map.of()), "arguments"));
    PythonTuple answer =
        (PythonTuple) Objects.requireNonNull(ValueReader.read(channel.receive(), types, "result"));
    Object result = answer.get(1);
    return switch (String.valueOf(answer.get(0))) {
      case "#RETURN" -> result;
      case "#PROXY" -> proxied((PythonTuple) Objects.requireNonNull(result));
      case "#ERROR" -> throw raised(result);
      default -> throw remoteError(String.valueOf(result));
    };
  }

  private PythonProxy proxied(PythonTuple result) {
    PythonObject token = (PythonObject) Objects.requireNonNull(result.get(1));
    PythonTuple state = (PythonTuple) Objects.requireNonNull(token.state());
    return proxies.proxy(
        this, String.valueOf(state.get(0)), String.valueOf(state.get(2)), exposed(result.get(0)));
  }

  /** The methods that an answer says may be called; none if it says nothing. */
  public static List<?> exposed(@Nullable Object names) {
    return names instanceof List<?> list ? list : List.of();
  }

  private static PythonException raised(@Nullable Object exception) {
    return exception instanceof PythonException python
        ? new PythonException(python.typeName(), python.message())
        : new PythonException(REMOTE_ERROR, String.valueOf(exception));
  }

  private static PythonException remoteError(String traceback) {
    String[] lines = traceback.strip().split("\n", -1);
    return ApiAccess.get().raised(REMOTE_ERROR, lines[lines.length - 1], traceback);
  }

  /** The object has gone: its connections are of no use any more. */
  public void forget(String id) {
    Deque<ManagerChannel> lines = idle.remove(id);
    if (lines != null) {
      lines.forEach(ManagerChannel::close);
    }
  }

  /** Calls fail from now on. */
  public void close() {
    closed = true;
    List.copyOf(idle.keySet()).forEach(this::forget);
  }

  /** Whether it was closed. */
  public boolean isClosed() {
    return closed;
  }
}
