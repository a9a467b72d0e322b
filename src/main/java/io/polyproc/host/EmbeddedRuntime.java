package io.polyproc.host;

import io.polyproc.bridge.Bridge;
import io.polyproc.bridge.CacheFolder;
import io.polyproc.bridge.PythonContexts;
import io.polyproc.bridge.PythonOptions;
import io.polyproc.bridge.PythonRuntime;
import io.polyproc.distribution.Installation;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.Terminal;
import io.polyproc.protocol.ChildHandle;
import io.polyproc.protocol.ControlClient;
import io.polyproc.protocol.Message;
import io.polyproc.supervisor.StandbyPolicy;
import io.polyproc.supervisor.Supervisor;
import io.polyproc.worker.WorkerCommand;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.graalvm.polyglot.Context;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a Java program, and the supervisor that starts them, in this JVM.
 *
 * <pre>
 *   Polyproc, PythonPool … ──► ControlClient ══ socket ══ Supervisor (a thread) ──► worker JVMs
 *                                                          OutputPump ◄── their standard output
 * </pre>
 *
 * <p>Any thread may call. {@link #close} ends every process that was started here, directly or by
 * another one; a JVM that ends without it, however it ends, takes them along, as they see the
 * control sockets close.
 */
public final class EmbeddedRuntime implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(EmbeddedRuntime.class.getName());

  private final HostOptions options;
  private final Supervisor.Connection supervisor;
  private final ControlClient control;
  private final @Nullable OutputPump output;
  private final @Nullable OutputPump error;
  private final SharedMemoryTracker tracker;
  private final Set<Runnable> beforeClose = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedRuntime(HostOptions options) {
    this.options = options;
    this.output = pump("output", options.output(), 1, () -> System.out);
    this.error = pump("error", options.error(), 2, () -> System.err);
    this.tracker = new SharedMemoryTracker(options.installation(), options.environment());
    this.supervisor =
        Supervisor.startForGood(command(options), environment(options), policy(options));
    this.control = ControlClient.connect(supervisor.socket(), () -> {});
  }

  /** Starts the supervisor; standby workers begin to boot. */
  public static EmbeddedRuntime start(HostOptions options) {
    EmbeddedRuntime host = new EmbeddedRuntime(options);
    try {
      host.control.tell(new Message.Prepare());
    } catch (IOException e) {
      // The first start of a process will meet the error again.
      LOG.log(Level.DEBUG, "no workers boot ahead", e);
    }
    return host;
  }

  /**
   * Workers write to the descriptor itself only where it is a terminal, and the program's stream
   * surely the JVM's own. Everywhere else the program, or a test runner or shell that it runs in,
   * may have replaced its stream.
   *
   * @param chosen by the program; null if it has chosen none
   */
  private static @Nullable OutputPump pump(
      String name, @Nullable OutputStream chosen, int fd, Supplier<PrintStream> stream) {
    if (chosen == null
        && stream.get().getClass() == PrintStream.class
        && Terminal.size(fd).isPresent()) {
      return null;
    }
    OutputPump pump = new OutputPump(name, chosen == null ? new ProgramStream(stream) : chosen);
    pump.start();
    return pump;
  }

  /** The program's stream, whatever that is when something is written. */
  private static final class ProgramStream extends OutputStream {
    private final Supplier<PrintStream> stream;

    ProgramStream(Supplier<PrintStream> stream) {
      this.stream = stream;
    }

    @Override
    public void write(int b) {
      stream.get().write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      stream.get().write(bytes, offset, length);
    }

    @Override
    public void flush() {
      stream.get().flush();
    }
  }

  private static StandbyPolicy policy(HostOptions options) {
    Integer standby = options.standby();
    return standby == null ? StandbyPolicy.fromEnvironment() : new StandbyPolicy(standby);
  }

  private static List<String> command(HostOptions options) {
    Installation installation = options.installation();
    List<String> more = new ArrayList<>();
    more.add("-D" + PythonContexts.HOST_CLASS_PATH_PROPERTY + "=" + options.hostClassPath());
    more.addAll(options.workerOptions());
    List<String> booting = WorkerCommand.booting(installation, PythonOptions.DEFAULT, true, more);
    return usesImage(options)
        ? WorkerCommand.restoring(
            installation, installation.processImage(CacheFolder.find().path()), booting)
        : booting;
  }

  /** Of the workers' JVMs: the options there are for this program's. Python has all variables. */
  private static Map<String, String> environment(HostOptions options) {
    Map<String, String> environment = new HashMap<>(options.environment());
    environment.remove("JDK_JAVA_OPTIONS");
    return environment;
  }

  /** A restored JVM has the options that its image was written with. */
  private static boolean usesImage(HostOptions options) {
    Installation installation = options.installation();
    return options.workerOptions().isEmpty()
        && !Installation.IMAGES_OFF.equals(options.environment().get(Installation.IMAGES_VARIABLE))
        && Files.isExecutable(installation.restorer())
        && Files.isDirectory(Installation.processImages(CacheFolder.find().path()));
  }

  /** What the workers were started with. */
  public HostOptions options() {
    return options;
  }

  /** The end of the control socket that this program has. */
  public ControlClient control() {
    return control;
  }

  /** Removes shared memory that is left at the end. */
  public SharedMemoryTracker tracker() {
    return tracker;
  }

  /** Whether {@link #close} was called. */
  public boolean isClosed() {
    return closed.get();
  }

  /**
   * Refuses to begin something new after {@link #close}.
   *
   * @throws IllegalStateException if it was called
   */
  public void checkOpen() {
    if (isClosed()) {
      throw new IllegalStateException("this Polyproc is closed");
    }
  }

  /** Has an action run before the processes are ended; at once where they were. */
  public void beforeClose(Runnable action) {
    beforeClose.add(action);
    if (isClosed()) {
      action.run();
    }
  }

  /** Takes back {@link #beforeClose}. */
  public void forget(Runnable action) {
    beforeClose.remove(action);
  }

  /**
   * Starts a process.
   *
   * @param title shown in the process list
   * @param payload what {@code _polyproc.process.child} reads
   * @throws IOException if it can't be started, with the reason
   */
  public ChildHandle startProcess(String title, byte[] payload) throws IOException {
    try (MemoryFile file = MemoryFile.of("polyproc-payload", payload);
        MemoryFile empty = MemoryFile.create("polyproc-no-input", 0)) {
      return control.startProcess(
          title,
          true,
          file.fd(),
          empty.fd(),
          descriptor(output, 1),
          descriptor(error, 2),
          tracker.descriptor());
    } catch (PosixException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Lets a context of this JVM start processes. */
  void install(Context context) {
    Bridge bridge =
        Bridge.embedded(
            options.installation().home(),
            control,
            () -> new int[] {0, descriptor(output, 1), descriptor(error, 2)});
    PythonRuntime.install(
        context,
        options.installation().pythonShim(),
        bridge,
        options.modules().path(),
        options.modules().sites(),
        options.startMethod());
  }

  private static int descriptor(@Nullable OutputPump pump, int own) {
    return pump == null ? own : pump.descriptor();
  }

  /** Leaves a copy of a descriptor for the process that has the token, once. */
  public String share(int descriptor) throws IOException {
    return control.shareDescriptor(descriptor);
  }

  /** Fetches a descriptor that another process has left; it is the caller's. */
  public int take(String token) throws IOException {
    return control.takeDescriptor(token);
  }

  /** Ends every process, by SIGTERM and after five seconds by SIGKILL; blocks for at most seven. */
  @Override
  public void close() {
    beforeClose.forEach(Runnable::run);
    if (closed.compareAndSet(false, true)) {
      supervisor.close();
      control.awaitEnd();
      tracker.close();
      closePump(output);
      closePump(error);
    }
  }

  private static void closePump(@Nullable OutputPump pump) {
    if (pump != null) {
      pump.close();
    }
  }

  /** Closes a descriptor that was {@linkplain #take taken}. */
  public static void closeDescriptor(int descriptor) {
    Descriptors.close(descriptor);
  }
}
