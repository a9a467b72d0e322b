package io.polyproc;

import io.polyproc.callback.CallbackServer;
import io.polyproc.callback.Callee;
import io.polyproc.classpath.ClassPath;
import io.polyproc.classpath.ClassPathEntry;
import io.polyproc.host.EmbeddedContexts;
import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.host.HostClassPath;
import io.polyproc.host.HostOptions;
import io.polyproc.host.HostResources;
import io.polyproc.host.InstallationLocator;
import io.polyproc.host.LineStream;
import io.polyproc.host.ModuleSources;
import io.polyproc.pool.PoolRuntime;
import io.polyproc.process.ProcessStarter;
import io.polyproc.process.ReadinessProbe;
import io.polyproc.shared.SharedLock;
import io.polyproc.sync.SharedSemaphore;
import io.polyproc.value.ContextValues;
import io.polyproc.value.KnownTypes;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * A runtime for Python processes: worker JVMs that run Python functions, and what Java shares with
 * them.
 *
 * <pre>{@code
 * try (Polyproc polyproc = Polyproc.start();
 *     PythonPool pool = polyproc.pool(4)) {
 *   double root = pool.submit(Double.class, PythonFunction.of("math", "sqrt"), 2).join();
 * }
 * }</pre>
 *
 * <p>Any thread may call, a virtual one too. Once it is closed, whatever would make something new
 * throws an {@link IllegalStateException}. A program may have several. {@link #close} ends every
 * process that was started through it; a program that forgets it, or is killed, leaves none behind
 * either.
 *
 * <p>The first start on a machine links a Java runtime with the Graal compiler for the workers and
 * keeps it in {@code ~/.cache/polyproc}, which takes a minute or two, once; {@link Builder#home}
 * names an installation instead, and {@link MakeInstallation} makes one ahead. Workers boot, which
 * takes some seconds, unless there is an image of one.
 */
public final class Polyproc implements AutoCloseable {
  private final EmbeddedRuntime host;
  private final KnownTypes types = new KnownTypes();
  private final ProcessStarter processes;
  private final EmbeddedContexts contexts;
  private final PoolRuntime pools;
  private @Nullable CallbackServer callbacks;

  private Polyproc(EmbeddedRuntime host) {
    this.host = host;
    processes = new ProcessStarter(host);
    contexts = new EmbeddedContexts(host);
    types.rebuildBy(new SharedObjects(host, types, processes.authkey()));
    pools = new PoolRuntime(host, types, processes, this::pipe);
  }

  /**
   * Starts a runtime with what {@link Builder} has as its defaults.
   *
   * @return a runtime, to be closed by the caller
   * @throws UncheckedIOException as {@link Builder#build}
   */
  public static Polyproc start() {
    return builder().build();
  }

  /**
   * For a runtime with other options.
   *
   * @return what {@link Builder#build} takes its options from
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * How a runtime is to be.
   *
   * <pre>{@code
   * Polyproc polyproc = Polyproc.builder()
   *     .pythonPath(Path.of("python"))
   *     .standby(2)
   *     .workerOptions("-Xmx512m")
   *     .output(line -> log.info(line))
   *     .build();
   * }</pre>
   */
  public static final class Builder {
    private final ModuleSources modules = new ModuleSources();
    private final List<String> workerOptions = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>(System.getenv());
    private @Nullable Integer standby;
    private @Nullable Path home;
    private @Nullable Path javaHome;
    private Path folder = Path.of("").toAbsolutePath();
    private String startMethod = "fork";
    private @Nullable String cluster;
    private @Nullable String classPath;
    private @Nullable OutputStream output;
    private @Nullable OutputStream error;

    private Builder() {}

    /**
     * Adds folders, or zip files, in which the workers look for modules first.
     *
     * @param entries relative ones are of this program's folder
     * @return this
     */
    public Builder pythonPath(Path... entries) {
      for (Path entry : entries) {
        modules.addPath(PythonFunction.checkFile(entry));
      }
      return this;
    }

    /**
     * Adds folders of the program's resources, in which workers and {@link Polyproc#newContext}
     * look for modules after those of {@link #pythonPath}. The program may be packed in any way:
     * what is in a jar is copied into the cache folder, once for each content. Each place of the
     * class path that has such a folder counts, in its order. {@link #build} throws an {@link
     * IllegalArgumentException} for a folder that there is not.
     *
     * <pre>{@code
     * Polyproc polyproc = Polyproc.builder().resources("python/").build();
     * pool.submit(Double.class, PythonFunction.of("scoring", "score"), text);   // python/scoring.py
     * }</pre>
     *
     * @param folders from the root of the class path, with {@code /} between them
     * @return this
     */
    public Builder resources(String... folders) {
      modules.addResources(List.of(folders));
      return this;
    }

    /**
     * Adds the sources and packages that GraalPy's Maven or Gradle plugin has put among the
     * program's resources by default; see {@link #graalpyResources(String)}.
     *
     * @return this
     */
    public Builder graalpyResources() {
      return graalpyResources("org.graalvm.python.vfs");
    }

    /**
     * Adds the sources and packages that GraalPy's Maven or Gradle plugin has put among the
     * program's resources, for workers and {@link Polyproc#newContext}: what {@code
     * GraalPyResources.forVirtualFileSystem} gives a context. Modules are looked for in the
     * folder's {@code src} after those of {@link #pythonPath} and {@link #resources}, and in the
     * packages of its {@code venv} last. {@link #build} throws an {@link IllegalArgumentException}
     * if it has neither.
     *
     * <pre>{@code
     * Polyproc.builder().graalpyResources("GRAALPY-VFS/com.acme/shop").build();
     * }</pre>
     *
     * @param resourceDirectory what the plugin and {@code VirtualFileSystem.Builder} call so
     * @return this
     */
    public Builder graalpyResources(String resourceDirectory) {
      modules.addGraalpyResources(resourceDirectory);
      return this;
    }

    /**
     * As {@link #graalpyResources(String)}, of a folder on disk: what {@code
     * GraalPyResources.forExternalDirectory} gives a context.
     *
     * @param externalDirectory what the plugin calls so
     * @return this
     */
    public Builder graalpyResources(Path externalDirectory) {
      modules.addGraalpyDirectory(PythonFunction.checkFile(externalDirectory));
      return this;
    }

    /**
     * How many workers wait booted for the next process, which then starts in some 50 ms; 0 for
     * none. By default as many as there are cores, as far as memory allows.
     *
     * @param workers how many, at least 0
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public Builder standby(int workers) {
      if (workers < 0) {
        throw new IllegalArgumentException("standby must not be negative: " + workers);
      }
      standby = workers;
      return this;
    }

    /**
     * Adds options for each worker's JVM, such as {@code -Xmx512m} or {@code -Dname=value}.
     *
     * @param jvmOptions one option each
     * @return this
     */
    public Builder workerOptions(String... jvmOptions) {
      workerOptions.addAll(List.of(jvmOptions));
      return this;
    }

    /**
     * The JDK 25 of the workers, where they have no runtime image; by default this program's.
     *
     * @param jdk its folder
     * @return this
     */
    public Builder javaHome(Path jdk) {
      javaHome = jdk.toAbsolutePath();
      return this;
    }

    /**
     * An installed polyproc to start workers from. By default the one named by the system property
     * {@code polyproc.home} or the variable {@code POLYPROC_HOME}, else one that is made on first
     * use.
     *
     * @param installation its folder
     * @return this
     */
    public Builder home(Path installation) {
      home = installation.toAbsolutePath();
      return this;
    }

    /**
     * Sets an environment variable for the workers, beside those of this program.
     *
     * @param name of the variable; one of this program's is replaced
     * @param value of the variable
     * @return this
     */
    public Builder environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    /**
     * The working directory of the workers; by default this program's.
     *
     * @param directory must exist when a worker starts
     * @return this
     */
    public Builder cwd(Path directory) {
      folder = directory.toAbsolutePath();
      return this;
    }

    /**
     * How Python code in the workers, and in contexts, starts processes of its own by default:
     * {@code "fork"}, which is the default, {@code "spawn"} or {@code "forkserver"}.
     *
     * @param method one of these names
     * @return this
     * @throws IllegalArgumentException if it is another one
     */
    public Builder startMethod(String method) {
      if (!List.of("fork", "spawn", "forkserver").contains(method)) {
        throw new IllegalArgumentException("no start method: " + method);
      }
      startMethod = method;
      return this;
    }

    /**
     * Has workers of pools, and processes, run on any node of the cluster that this machine is a
     * node of: here as long as a core is free, then where the most is. Whatever multiprocessing
     * starts in them, does, too. A worker that is lost with its node fails its task with a {@link
     * WorkerLostException}, and standard error names the node; another worker takes the next task.
     *
     * <p>Numbers, strings, collections, connections of a {@link PythonPipe} and proxies of a {@link
     * PythonManager} can be arguments. Locks, queues, shared memory and callbacks are of this
     * machine: {@link PythonPool#submit} and {@link PythonProcess#start} refuse them with an {@link
     * UnconvertibleValueException}. So are this program's classes, for {@code java.type}.
     *
     * <pre>{@code
     * // polyproc cluster start, polyproc cluster join …
     * Polyproc polyproc = Polyproc.builder().cluster("on").build();
     * }</pre>
     *
     * @param node {@code "on"}, or the name of this machine's node, where it has several
     * @return this
     */
    public Builder cluster(String node) {
      cluster = node;
      return this;
    }

    /**
     * Where {@code java.type("…")} in the workers finds classes. By default where this program's
     * own come from, however it is packed: class path, manifests, module path, jars within a jar.
     *
     * @param entries separated as in {@code -cp}; relative ones are of this program's folder
     * @return this
     */
    public Builder classPath(String entries) {
      classPath = entries;
      return this;
    }

    /**
     * Takes what the workers write to standard output; by default it goes to {@code System.out},
     * also where the program, its test runner or jshell has replaced that.
     *
     * @param sink written to by one thread of the runtime; stays open
     * @return this
     */
    public Builder output(OutputStream sink) {
      output = sink;
      return this;
    }

    /**
     * Takes what the workers write to standard output, line by line.
     *
     * @param lines called by one thread of the runtime, without the line's end
     * @return this
     */
    public Builder output(Consumer<String> lines) {
      return output(new LineStream(lines));
    }

    /**
     * Takes what the workers write to standard error; by default it goes to {@code System.err},
     * also where that was replaced.
     *
     * @param sink written to by one thread of the runtime; stays open
     * @return this
     */
    public Builder error(OutputStream sink) {
      error = sink;
      return this;
    }

    /**
     * Takes what the workers write to standard error, line by line.
     *
     * @param lines called by one thread of the runtime, without the line's end
     * @return this
     */
    public Builder error(Consumer<String> lines) {
      return error(new LineStream(lines));
    }

    /**
     * Starts the runtime. Workers begin to boot; this does not wait for them.
     *
     * @return the runtime, to be closed by the caller
     * @throws IllegalArgumentException if there are no such resources as were named
     * @throws UncheckedIOException if there is no installation to start workers from and none can
     *     be made, or resources can't be copied
     */
    public Polyproc build() {
      String hostClassPath = classPath;
      List<ClassPathEntry> program = ClassPath.ofProgram(Polyproc.class);
      HostResources.Folders folders = modules.find(program);
      return new Polyproc(
          EmbeddedRuntime.start(
              new HostOptions(
                  InstallationLocator.find(home, program, javaHome),
                  standby,
                  workerOptions,
                  environment(),
                  folder,
                  hostClassPath == null
                      ? HostClassPath.of(program)
                      : HostClassPath.absolute(hostClassPath),
                  folders,
                  startMethod,
                  cluster != null,
                  output,
                  error)));
    }

    private Map<String, String> environment() {
      Map<String, String> variables = new HashMap<>(environment);
      if (cluster != null) {
        variables.put("POLYPROC_CLUSTER", cluster);
      }
      return variables;
    }
  }

  /**
   * A pool of worker processes, which start at once.
   *
   * @param workers how many tasks run at a time
   * @return the pool, to be closed by the caller
   * @throws IllegalArgumentException if there is to be no worker
   * @throws IllegalStateException if this runtime is closed
   */
  public PythonPool pool(int workers) {
    return pool(workers, PythonPool.options());
  }

  /**
   * A pool with a timeout for its tasks, an initializer, and more; see {@link PythonPool.Options}.
   *
   * @param workers how many tasks run at a time
   * @param poolOptions copied: later changes of them have no effect
   * @return the pool, to be closed by the caller
   * @throws IllegalArgumentException if there is to be no worker
   * @throws IllegalStateException if this runtime is closed
   */
  public PythonPool pool(int workers, PythonPool.Options poolOptions) {
    host.checkOpen();
    return new PythonPool(pools.open(workers, poolOptions.settings()));
  }

  /**
   * What all pools of this runtime have done so far, also of those that are closed.
   *
   * @return counters and times up to now; it does not change
   */
  public PoolMetrics metrics() {
    return pools.metrics();
  }

  /**
   * Waits until a worker has booted and run Python code. The runtime serves without it, too; this
   * is for a program that wants to know at its own start that it will.
   *
   * <pre>{@code
   * polyproc.awaitReady(Duration.ofSeconds(30));
   * }</pre>
   *
   * @param timeout how long to wait at most
   * @throws IllegalStateException if workers can't start, with their last lines; or if this is
   *     closed
   * @throws TimeoutException if none is ready in time
   * @throws InterruptedException if the calling thread is interrupted
   */
  public void awaitReady(Duration timeout) throws InterruptedException, TimeoutException {
    new ReadinessProbe(processes).await(timeout);
  }

  /**
   * A process that will call a function, once it is {@linkplain PythonProcess#start started}.
   *
   * @param function what it calls
   * @param arguments of the function
   * @return the process, which is not started yet
   * @throws IllegalStateException if this runtime is closed
   */
  public PythonProcess process(PythonFunction function, @Nullable Object... arguments) {
    host.checkOpen();
    return new PythonProcess(processes, function, PythonTuple.of(arguments));
  }

  /**
   * A context of this JVM in which {@code import multiprocessing} is polyproc's: its processes are
   * workers of this runtime. The caller closes it. It has all access, as a script of this program.
   *
   * <pre>{@code
   * try (Context context = polyproc.newContext()) {
   *   context.eval("python", "import multiprocessing; print(multiprocessing.cpu_count())");
   * }
   * }</pre>
   *
   * @return a context for one thread at a time, as GraalPy's are
   * @throws IllegalStateException if this runtime is closed
   */
  public Context newContext() {
    return newContext(_ -> {});
  }

  /**
   * As above, with more options.
   *
   * @param customizer may set what it likes, but for {@code python.PosixModuleBackend}: only with
   *     the native one can other processes have a context's pipes
   * @return a context for one thread at a time, as GraalPy's are
   * @throws IllegalArgumentException if the context can't have processes
   * @throws IllegalStateException if this runtime is closed
   */
  public Context newContext(Consumer<Context.Builder> customizer) {
    host.checkOpen();
    return contexts.create(customizer);
  }

  /**
   * Brings a value into a {@linkplain #newContext context} as Python's own: a queue as a {@code
   * multiprocessing.Queue}, a map as a {@code dict}.
   *
   * <pre>{@code
   * context.getBindings("python").putMember("queue", polyproc.toPython(context, queue));
   * }</pre>
   *
   * @param context one of {@link #newContext}
   * @param value anything that has a counterpart in Python
   * @return the counterpart, bound to the context
   * @throws UnconvertibleValueException if it has none
   */
  public Value toPython(Context context, @Nullable Object value) {
    return ContextValues.toPython(context, value);
  }

  /**
   * The reverse of {@link #toPython}: what a value of a context is in Java.
   *
   * @param <T> what it is to be in Java
   * @param type what it is to be in Java; {@code Object} for whatever it is
   * @param value of a context of {@link #newContext}
   * @return the value; null for {@code None}
   * @throws UnconvertibleValueException if it is none of this type
   */
  public <T> @Nullable T fromPython(Class<T> type, Value value) {
    return ContextValues.fromPython(type, value, types);
  }

  /**
   * A Java object for Python to call, from any process: its methods run in this JVM.
   *
   * <pre>{@code
   * JavaCallback<Function> shout = polyproc.callback(Function.class, text -> text + "!");
   * pool.submit(String.class, PythonFunction.ofSource("def f(g): return g('hi')", "f"), shout);
   * }</pre>
   *
   * @param <T> the interface
   * @param type an interface, whose methods Python may call
   * @param target does what they do; must be safe for use by several threads
   * @return goes into Python as an argument or in any value; closing it forgets the object
   * @throws IllegalArgumentException if the type is no interface
   * @throws IllegalStateException if this runtime is closed
   */
  public <T> JavaCallback<T> callback(Class<T> type, T target) {
    host.checkOpen();
    return new JavaCallback<>(callbackServer(), new Callee<>(type, target));
  }

  private synchronized CallbackServer callbackServer() {
    CallbackServer server = callbacks;
    if (server == null) {
      server = CallbackServer.start(queue(), types, line -> line.channel().stream().await(0));
      host.beforeClose(server::stop);
      callbacks = server;
    }
    return server;
  }

  /**
   * Starts a manager, in a process of its own, and waits until it listens.
   *
   * @return the manager, to be closed by the caller
   * @throws IllegalStateException if this runtime is closed, or if workers can't start
   * @throws UncheckedIOException if the manager ends before it listens
   */
  public PythonManager manager() {
    host.checkOpen();
    return PythonManager.start(host, types, processes);
  }

  /**
   * A queue of any length between Java and Python processes.
   *
   * @return an empty queue
   * @throws IllegalStateException if this runtime is closed
   */
  public PythonQueue queue() {
    return queue(SharedSemaphore.MAX_VALUE);
  }

  /**
   * A queue for so many values at a time: who puts one more waits.
   *
   * @param capacity how many values, at least 1
   * @return an empty queue
   * @throws IllegalArgumentException if there is to be no room
   * @throws IllegalStateException if this runtime is closed
   */
  public PythonQueue queue(int capacity) {
    host.checkOpen();
    return PythonQueue.create(host, types, capacity);
  }

  /**
   * Two connected ends, both for sending and receiving.
   *
   * @return the pipe, to be closed by the caller
   * @throws IllegalStateException if this runtime is closed
   */
  public PythonPipe pipe() {
    host.checkOpen();
    return PythonPipe.create(host, types);
  }

  /**
   * A lock between processes: {@code multiprocessing.Lock}.
   *
   * @return a free lock
   * @throws IllegalStateException if this runtime is closed
   */
  public PythonLock lock() {
    host.checkOpen();
    return new PythonLock(SharedLock.create(host, "Lock", 1));
  }

  /**
   * A lock that its thread may take again: {@code multiprocessing.RLock}.
   *
   * @return a free lock
   * @throws IllegalStateException if this runtime is closed
   */
  public PythonLock reentrantLock() {
    host.checkOpen();
    return new PythonLock(SharedLock.create(host, "RLock", 1));
  }

  /**
   * A semaphore between processes.
   *
   * @param permits how many there are
   * @return a semaphore of which all permits are free
   * @throws IllegalArgumentException if there is to be no permit
   * @throws IllegalStateException if this runtime is closed
   */
  public PythonSemaphore semaphore(int permits) {
    if (permits < 1) {
      throw new IllegalArgumentException("a semaphore needs a permit, not " + permits);
    }
    host.checkOpen();
    SharedLock lock = SharedLock.create(host, "BoundedSemaphore", permits);
    lock.semaphore().track();
    return new PythonSemaphore(lock);
  }

  /**
   * A flag that processes wait for, not set yet.
   *
   * @return the flag
   * @throws IllegalStateException if this runtime is closed
   */
  public PythonEvent event() {
    host.checkOpen();
    return PythonEvent.create(host);
  }

  /**
   * Where so many threads of any processes wait for each other.
   *
   * @param parties how many wait for each other, at least 1
   * @return a barrier at which no thread waits
   * @throws IllegalArgumentException if there is to be no party
   * @throws IllegalStateException if this runtime is closed
   */
  public PythonBarrier barrier(int parties) {
    host.checkOpen();
    return PythonBarrier.create(host, parties);
  }

  /**
   * A number in shared memory.
   *
   * @param typecode as in Python's {@code array}: {@code 'i'} is a C int, {@code 'd'} a double, …
   * @param initial what it is at first
   * @return the number
   * @throws IllegalArgumentException if there is no such type of numbers
   * @throws IllegalStateException if this runtime is closed
   */
  public SharedValue value(char typecode, Number initial) {
    host.checkOpen();
    return SharedValue.create(host, typecode, initial);
  }

  /**
   * So many numbers in shared memory, all 0; see {@link #value}.
   *
   * @param typecode as in Python's {@code array}
   * @param length how many, at least 1
   * @return the numbers
   * @throws IllegalArgumentException if there is no such type of numbers, or are to be none
   * @throws IllegalStateException if this runtime is closed
   */
  public SharedArray array(char typecode, int length) {
    host.checkOpen();
    return SharedArray.create(host, typecode, length);
  }

  /**
   * So many bytes of shared memory with a name.
   *
   * @param size how many bytes, at least 1
   * @return the memory, all 0, to be closed by the caller
   * @throws IllegalArgumentException if there is to be no byte
   * @throws UncheckedIOException if the system has no room for it
   * @throws IllegalStateException if this runtime is closed
   */
  public PythonSharedMemory sharedMemory(long size) {
    host.checkOpen();
    return PythonSharedMemory.create(host, size);
  }

  /**
   * Ends every process of this runtime, by SIGTERM, and by SIGKILL after five seconds; tasks that
   * still run fail. What such a process has forked itself ends as soon as it sees its parent end.
   * Blocks until all have ended: some tenths of a second, and at most seven. An interrupt of the
   * calling thread ends the wait; the processes end all the same. Locks, flags and shared numbers
   * that Java still refers to stay usable within this program. A second call does nothing.
   */
  @Override
  public void close() {
    pools.close();
    host.close();
  }

  @Override
  public String toString() {
    return "Polyproc[%s%s]"
        .formatted(host.options().installation().home(), host.isClosed() ? ", closed" : "");
  }
}
