package io.polyproc;

import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.ipc.StreamMessageChannel;
import io.polyproc.manager.ManagedList;
import io.polyproc.manager.ManagedMap;
import io.polyproc.manager.ManagerClient;
import io.polyproc.posix.RawStream;
import io.polyproc.process.ProcessStarter;
import io.polyproc.protocol.ChildHandle;
import io.polyproc.value.DescriptorToken;
import io.polyproc.value.KnownTypes;
import io.polyproc.value.ValueReader;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Objects in a process of their own that Java and Python programs use from everywhere, over a
 * socket: {@code multiprocessing.Manager()}.
 *
 * <pre>{@code
 * try (PythonManager manager = polyproc.manager()) {
 *   Map<Object, Object> results = manager.dict();
 *   pool.submit(Void.class, PythonFunction.of("work", "fill"), results).join();   // results["a"] = 1
 *   System.out.println(results.get("a"));
 * }
 *
 * PythonManager far = PythonManager.connect(new InetSocketAddress("host", 50000), key);
 * PythonProxy jobs = far.create("get_jobs");     // what that manager has registered
 * }</pre>
 *
 * <p>Any thread may call. The maps and lists go into Python as its proxies.
 */
public final class PythonManager implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(PythonManager.class.getName());
  private static final PythonFunction SERVE =
      PythonFunction.of("_polyproc.java.servers", "serve_manager");
  private static final double SHUTDOWN_SECONDS = 5;

  private final ManagerClient client;
  private final @Nullable ChildHandle server;
  private final Runnable forget;

  private PythonManager(ManagerClient client, @Nullable ChildHandle server, Runnable forget) {
    this.client = client;
    this.server = server;
    this.forget = forget;
  }

  /** Starts a server and waits until it listens. */
  static PythonManager start(EmbeddedRuntime host, KnownTypes types, ProcessStarter processes) {
    RawStream[] ends = RawStream.socketPair();
    ChildHandle server = null;
    try (StreamMessageChannel line = new StreamMessageChannel(ends[0])) {
      try (RawStream theirs = ends[1]) {
        ValueWriter.Shareable connection =
            writer -> writer.build("connection", DescriptorToken.of(host, theirs.fd()), true, true);
        server = processes.startHere("Manager", SERVE, PythonTuple.of(connection));
      }
      // A process that does not boot never takes its end of the line.
      var _ = server.end().thenRun(line.stream()::disconnect);
      SocketAddress address =
          ManagerClient.address(ValueReader.read(line.receive(), types, "address"));
      var _ = server.end().thenRun(() -> removeFolder(address));
      ManagerClient client =
          new ManagerClient(address, processes.authkey(), types, PythonProxy::adopt);
      Runnable close = client::close;
      host.beforeClose(close);
      return new PythonManager(client, server, () -> host.forget(close));
    } catch (IOException e) {
      if (server != null && server.endedInBoot()) {
        throw new IllegalStateException("workers can't start: " + server.lastLines(), e);
      }
      throw new UncheckedIOException("the manager has ended before it listened", e);
    }
  }

  /** A server that was killed leaves its socket, in a folder of its own. */
  private static void removeFolder(SocketAddress address) {
    Path socket = address instanceof UnixDomainSocketAddress local ? local.getPath() : Path.of("");
    Path folder = socket.getParent();
    if (folder == null || !folder.toString().contains("/pymp-")) {
      return;
    }
    try {
      Files.deleteIfExists(socket);
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the folder of a manager's socket stays", e);
    }
  }

  /**
   * Connects to a manager that runs elsewhere, under polyproc or CPython.
   *
   * @param address an {@link java.net.InetSocketAddress} or a {@link
   *     java.net.UnixDomainSocketAddress}
   * @param authkey the manager's
   * @return the manager, to be closed by the caller
   * @throws UncheckedIOException if none answers there, or the key is another one
   */
  public static PythonManager connect(SocketAddress address, byte[] authkey) {
    ManagerClient client =
        new ManagerClient(address, authkey, new KnownTypes(), PythonProxy::adopt);
    try {
      Object _ = client.ask("dummy");
      return new PythonManager(client, null, () -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Where it listens: other programs connect there, with {@link #authkey}.
   *
   * @return an {@link java.net.InetSocketAddress} or a {@link java.net.UnixDomainSocketAddress}
   */
  public SocketAddress address() {
    return client.address();
  }

  /**
   * What others need to {@link #connect}.
   *
   * @return a copy
   */
  public byte[] authkey() {
    return client.authkey().clone();
  }

  /**
   * A new {@code dict} in the manager. Keys and values are converted as everywhere; iterating is
   * over a copy of that moment.
   *
   * @return empty; each of its methods may throw what {@link PythonProxy#call} throws
   * @throws IllegalStateException if the manager, or the runtime that has started it, is closed
   * @throws UncheckedIOException if the manager does not answer
   */
  public Map<Object, @Nullable Object> dict() {
    return new ManagedMap(create("dict"));
  }

  /**
   * A new {@code list} in the manager; see {@link #dict}.
   *
   * @return empty; each of its methods may throw what {@link PythonProxy#call} throws
   * @throws IllegalStateException if the manager, or the runtime that has started it, is closed
   * @throws UncheckedIOException if the manager does not answer
   */
  public List<@Nullable Object> list() {
    return new ManagedList(create("list"));
  }

  /**
   * A new object of a type that the manager has registered: {@code "Namespace"}, {@code "Queue"},
   * or one of its own.
   *
   * @param typeId the name under which it is registered
   * @param arguments of the function that makes the object
   * @return stands for the object
   * @throws PythonException if it has not, or if making the object raises
   * @throws UnconvertibleValueException if an argument has no counterpart in Python
   * @throws IllegalStateException if the manager, or the runtime that has started it, is closed
   * @throws UncheckedIOException if the manager does not answer
   */
  public PythonProxy create(String typeId, @Nullable Object... arguments) {
    @Nullable Object[] all = new Object[arguments.length + 1];
    client.checkOpen();
    all[0] = typeId;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    try {
      PythonTuple made = (PythonTuple) Objects.requireNonNull(client.ask("create", all));
      return PythonProxy.adopt(
          client, typeId, String.valueOf(made.get(0)), ManagerClient.exposed(made.get(1)));
    } catch (IOException e) {
      throw new UncheckedIOException("the manager does not answer: " + e.getMessage(), e);
    }
  }

  /**
   * Ends the manager and its objects; one that was {@linkplain #connect connected to} goes on.
   * Waits up to five seconds for that. What refers to its objects throws an {@link
   * IllegalStateException} from now on. A second call does nothing more.
   */
  @Override
  public void close() {
    forget.run();
    client.close();
    ChildHandle own = server;
    if (own == null) {
      return;
    }
    try {
      Object _ = client.ask("shutdown");
    } catch (IOException | PythonException e) {
      LOG.log(Level.DEBUG, "the manager has ended already", e);
    }
    if (own.waitFor(SHUTDOWN_SECONDS) == null) {
      own.signal(io.polyproc.posix.Processes.SIGTERM);
    }
  }

  @Override
  public String toString() {
    return "PythonManager[%s]".formatted(address());
  }
}
