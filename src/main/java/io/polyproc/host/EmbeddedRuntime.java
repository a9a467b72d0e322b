package io.polyproc.host;

import io.polyproc.bridge.Bridge;
import io.polyproc.bridge.PythonContexts;
import io.polyproc.bridge.PythonOptions;
import io.polyproc.bridge.PythonRuntime;
import io.polyproc.image.Installation;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.PosixException;
import io.polyproc.protocol.ChildHandle;
import io.polyproc.protocol.ControlClient;
import io.polyproc.protocol.Message;
import io.polyproc.supervisor.StandbyPolicy;
import io.polyproc.supervisor.Supervisor;
import io.polyproc.worker.MainProgram;
import io.polyproc.worker.Worker;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
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
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedRuntime(HostOptions options) {
    this.options = options;
    this.output = pump("output", options.output());
    this.error = pump("error", options.error());
    this.tracker = new SharedMemoryTracker(options.installation(), options.environment());
    this.supervisor =
        Supervisor.startForGood(command(options), options.environment(), policy(options));
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

  private static @Nullable OutputPump pump(String name, @Nullable OutputStream sink) {
    if (sink == null) {
      return null;
    }
    OutputPump pump = new OutputPump(name, sink);
    pump.start();
    return pump;
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
    return Worker.command(
        installation, PythonOptions.DEFAULT, MainProgram.executable(installation), true, more);
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

  /**
   * Lets a context of this JVM start processes.
   *
   * @param folders where it finds modules
   */
  public void install(Context context, HostResources.Folders folders, String startMethod) {
    Bridge bridge =
        Bridge.embedded(
            options.installation().home(),
            control,
            () -> new int[] {0, descriptor(output, 1), descriptor(error, 2)});
    PythonRuntime.install(
        context,
        options.installation().pythonShim(),
        bridge,
        folders.path(),
        folders.sites(),
        startMethod);
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
