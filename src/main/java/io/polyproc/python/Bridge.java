package io.polyproc.python;

import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.ProcessTitle;
import io.polyproc.posix.Processes;
import io.polyproc.sync.SemaphoreArena;
import io.polyproc.sync.SharedSemaphore;
import io.polyproc.wire.ChildHandle;
import io.polyproc.wire.ControlClient;
import io.polyproc.wire.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the Python shim asks of Java: the one object that it sees, as {@code _polyproc.runtime}.
 * Arguments are plain values, descriptors stay the caller's, and a failure becomes an {@link
 * IOException}, which the shim turns into an {@code OSError}.
 *
 * <p>Any thread may call; GraalPy releases its global lock around each call.
 */
public final class Bridge {
  private static final System.Logger LOG = System.getLogger(Bridge.class.getName());

  private final Path home;
  private final Supplier<ControlClient> control;
  private final Runnable beforeHalt;
  private @Nullable ControlClient connected;
  private @Nullable SignalWaker waker;

  /**
   * @param home the folder of the distribution
   * @param control connects to the supervisor on first need: a script without processes pays
   *     nothing
   * @param beforeHalt ends what would otherwise outlive the process by a moment
   */
  public Bridge(Path home, Supplier<ControlClient> control, Runnable beforeHalt) {
    this.home = home;
    this.control = control;
    this.beforeHalt = beforeHalt;
  }

  private synchronized ControlClient control() {
    ControlClient client = connected;
    if (client == null) {
      client = control.get();
      connected = client;
    }
    return client;
  }

  /** Processes will be needed: workers boot in the background. */
  public void prepare() throws IOException {
    control().tell(new Message.Prepare());
  }

  /** {@link #prepare} where a failure is met again, and reported, by whoever starts a process. */
  public void prepareQuietly() {
    try {
      prepare();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "no workers boot ahead", e);
    }
  }

  /**
   * Starts a process.
   *
   * @param payload what its {@code _polyproc} reads to know what to do
   * @param descriptors standard input, output and error, then those the payload names by index
   */
  public ChildHandle startProcess(String title, boolean daemonic, byte[] payload, int[] descriptors)
      throws IOException {
    try (MemoryFile file = MemoryFile.of("polyproc-payload", payload)) {
      int[] all = new int[descriptors.length + 1];
      all[0] = file.fd();
      for (int i = 0; i < descriptors.length; i++) {
        // Another thread may have closed it meanwhile; the child then has something harmless there.
        int fd = Descriptors.isOpen(descriptors[i]) ? descriptors[i] : file.fd();
        all[i + 1] = Descriptors.duplicateInternal(fd);
      }
      try {
        return control().startProcess(title, daemonic, all);
      } finally {
        for (int i = 1; i < all.length; i++) {
          Descriptors.close(all[i]);
        }
      }
    } catch (PosixException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** The program's open descriptors above 2, which a forked child inherits. */
  public int[] programDescriptors() {
    return Descriptors.ofProgram(home);
  }

  /**
   * Puts descriptors that came with this process's start where they were in the parent.
   *
   * @param numbers the numbers wanted, or -1
   * @return where each is now; they are the program's
   */
  public int[] placeDescriptors(int[] descriptors, int[] numbers) {
    return Descriptors.place(descriptors, numbers);
  }

  /** Leaves a copy of a descriptor for whoever has the token. */
  public String shareDescriptor(int descriptor) throws IOException {
    return control().shareDescriptor(descriptor);
  }

  /** Fetches a descriptor by its token; the caller closes it. */
  public int takeDescriptor(String token) throws IOException {
    return Descriptors.handOver(control().takeDescriptor(token));
  }

  /** Notes a named resource, so that it is removed when the program ends. */
  public void trackResource(String kind, String name, boolean exists) throws IOException {
    control().tell(new Message.TrackResource(kind, name, exists));
  }

  /** A new semaphore or recursive mutex; see {@link SharedSemaphore}. */
  public SharedSemaphore newSemaphore(int kind, int value, int maxValue) {
    return SemaphoreArena.newSemaphore(kind, value, maxValue);
  }

  /** The semaphore that another process sent; takes the descriptor over. */
  public SharedSemaphore openSemaphore(
      int descriptor, long identity, long slot, int kind, int maxValue) {
    return SemaphoreArena.open(descriptor, identity, slot, kind, maxValue);
  }

  /** Shows what this process runs in the process list. */
  public void setTitle(String title) {
    ProcessTitle.set(title);
  }

  /** Two connected sockets of the kernel's, which the caller closes. */
  public int[] socketPair(int family, int type, int protocol) throws IOException {
    try {
      return Descriptors.socketPair(family, type, protocol);
    } catch (PosixException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** A second descriptor for the same open file. */
  public int duplicate(int descriptor) {
    return Descriptors.duplicate(descriptor);
  }

  /** The signal's handler is a Python function: it wakes Python's main thread, which calls this. */
  public synchronized void watchSignal(int signal) {
    SignalWaker current = waker;
    if (current == null) {
      current = new SignalWaker();
      waker = current;
    }
    current.watch(signal);
  }

  /** Undoes {@link #watchSignal}. */
  public synchronized void unwatchSignal(int signal) {
    SignalWaker current = waker;
    if (current != null) {
      current.unwatch(signal);
    }
  }

  /** Lets a signal do what the kernel does by default, whatever the JVM had installed. */
  public void setDefaultSignalAction(int signal) {
    Processes.setDefaultAction(signal);
  }

  /** Ends this process by a signal, as its parent shall see it. */
  public void dieOf(int signal) {
    beforeHalt.run();
    Processes.setDefaultAction(signal);
    Processes.signal(Processes.id(), signal);
  }

  /** Ends this process at once, without a Java shutdown: {@code os._exit}. */
  public void halt(int status) {
    beforeHalt.run();
    Processes.exit(status);
  }
}
