package io.polyproc.bridge;

import io.polyproc.hotspot.BufferedRandomness;
import io.polyproc.hotspot.JvmFork;
import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.MemoryReserve;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.PacketBuffer;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.ProcessTitle;
import io.polyproc.posix.Processes;
import io.polyproc.protocol.ChildHandle;
import io.polyproc.protocol.ControlClient;
import io.polyproc.protocol.Message;
import io.polyproc.sync.SemaphoreArena;
import io.polyproc.sync.SharedSemaphore;
import io.polyproc.sync.TaskClaims;
import io.polyproc.sync.WaitSet;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * What the Python shim asks of Java: the one object that it sees, as {@code _polyproc.runtime}.
 * Arguments are plain values, descriptors stay the caller's, and a failure becomes an {@link
 * IOException}, which the shim turns into an {@code OSError}.
 *
 * <pre>
 *   _polyproc.process   ── processes, descriptors ──► ControlClient ── the supervisor
 *   multiprocessing     ── messages, semaphores ────► ipc, sync
 *   os.fork             ── fork ────────────────────► ProgramFork
 *   _polyproc.compat    ── standardLibrary, signals ► posix, graalpy
 *   _polyproc.recording ── recorder ────────────────► trace
 * </pre>
 *
 * <p>Any thread may call; GraalPy releases the GIL around each call.
 */
public final class Bridge {
  private static final int ENOMEM = 12;
  private static final int POLLIN = 1;
  private static final Duration DYING = Duration.ofSeconds(10);

  private final Path home;
  private final Supervision supervision;
  private final @Nullable Embedding embedding;
  private final SupervisorConnection connection;
  private final Signals signals = new Signals(this::answerObservers);
  private volatile @Nullable ObservationPoint observation;
  private final Recorder recorder = new Recorder();

  /**
   * @param home the folder of the distribution
   * @param supervision starts processes for this one
   */
  public Bridge(Path home, Supervision supervision) {
    this(home, supervision, null);
  }

  private Bridge(Path home, Supervision supervision, @Nullable Embedding embedding) {
    this.home = home;
    this.supervision = supervision;
    this.connection = new SupervisorConnection(supervision);
    this.embedding = embedding;
  }

  /** For a context in the JVM of a Java program, which is not the context's to change or to end. */
  public static Bridge embedded(Path home, ControlClient control, Embedding embedding) {
    return new Bridge(home, () -> control, embedding);
  }

  /** What a process has of its supervisor. */
  @FunctionalInterface
  public interface Supervision {
    /**
     * Connects to the supervisor; called on first need, as a script without processes shall pay
     * nothing for one.
     *
     * @throws IOException if there is none, or it has ended
     */
    ControlClient connect() throws IOException;

    /** Before this process ends: ends what would otherwise outlive it by a moment. */
    default void beforeEnd() {}

    /** In a forked child: what it has of its parent's supervisor besides the line is given up. */
    default void afterFork() {}
  }

  /** What a Java program decides for its contexts. */
  public interface Embedding {
    /** What processes get as standard input, output and error in place of the JVM's own. */
    int[] standardStreams();
  }

  /**
   * The folder for what may be kept from one program to the next, as {@link CacheFolder} has it.
   */
  public String cacheFolder() {
    return CacheFolder.find().path().toString();
  }

  /** Whether {@code os.fork()} may be possible here; {@link #whyNoFork} looks closer. */
  public boolean mayFork() {
    return embedding == null && JvmFork.isSupported();
  }

  /**
   * Why {@code os.fork()} is not to be had in this process, so that the start method {@code fork}
   * carries the program's state by value.
   *
   * @return null if it is
   */
  public @Nullable String whyNoFork() {
    return embedding != null
        ? "the context is a Java program's, whose JVM is not the context's to copy"
        : whyNoProgramCanBeForked();
  }

  /** Why no program can be forked on this machine and with this JVM; null if one can be. */
  public static @Nullable String whyNoProgramCanBeForked() {
    return ProgramFork.whyImpossible();
  }

  /**
   * Forks this process.
   *
   * @return the child's process id; 0 in the child
   * @throws IOException if it can't be forked, with the reason
   */
  public int fork() throws IOException {
    ControlClient client = connection.ofChild();
    try {
      String objection = MemoryReserve.of(System.getenv()).objection();
      if (objection != null) {
        throw new PosixException(objection, ENOMEM);
      }
      return ProgramFork.fork(() -> becomeChild(client));
    } catch (PosixException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** How often the last {@link #fork} had to wait for a thread of the program. */
  public int forkRetries() {
    return JvmFork.load().retries();
  }

  private void becomeChild(@Nullable ControlClient ofParent) {
    connection.afterFork(ofParent);
    ChildProcess.afterFork();
    supervision.afterFork();
    SemaphoreArena.afterFork();
    BufferedRandomness.forget();
    ObservationPoint point = observation;
    if (point != null) {
      point.afterFork();
    }
    recorder.afterFork();
    signals.wakeAfterFork();
  }

  /** In a forked JVM, on Python's main thread. */
  public void afterFork() {
    signals.wakeAfterFork();
  }

  /**
   * In a forked child: ends it as soon as its parent has ended, however that happens.
   *
   * @param parentPidfd stays the caller's
   */
  public void endWithParent(int parentPidfd) {
    int own = Descriptors.duplicateInternal(parentPidfd);
    Thread.ofPlatform().daemon().name("polyproc-parent-watch").start(() -> awaitEndOfParent(own));
  }

  private static void awaitEndOfParent(int pidfd) {
    int found = 0;
    while (found == 0) {
      found = Descriptors.poll(new int[] {pidfd}, new int[] {POLLIN}, -1)[0];
    }
    if ((found & POLLIN) != 0) { // else the program has closed every descriptor that there is
      Processes.signal(Processes.id(), Processes.SIGKILL);
    }
  }

  /** A descriptor of a process, which turns readable at its end; the caller closes it. */
  public int openPidfd(int pid) throws IOException {
    try {
      return Descriptors.handOver(ChildProcess.openPidfd(pid));
    } catch (PosixException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Waits for events of descriptors.
   *
   * @param events for each descriptor the bits of {@code poll(2)} to wait for
   * @return for each descriptor what came; null after the time or a signal
   */
  public int @Nullable [] poll(int[] descriptors, int[] events, double seconds) throws IOException {
    try {
      int[] found = Descriptors.poll(descriptors, events, (int) Math.ceil(seconds * 1000));
      return Arrays.stream(found).anyMatch(event -> event != 0) ? found : null;
    } catch (PosixException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** The next call connects anew. */
  public void disconnect() {
    connection.disconnect();
  }

  /** Processes will be needed: workers boot in the background. */
  public void prepare() throws IOException {
    connection.client().tell(new Message.Prepare());
  }

  /**
   * Starts a process.
   *
   * @param payload what its {@code _polyproc} reads to know what to do
   * @param descriptors standard input, output and error, then those the payload names by index
   */
  public ChildHandle startProcess(String title, boolean daemonic, byte[] payload, int[] descriptors)
      throws IOException {
    if (embedding != null) {
      System.arraycopy(embedding.standardStreams(), 0, descriptors, 0, 3);
    }
    try (MemoryFile file = MemoryFile.of("polyproc-payload", payload)) {
      int[] all = new int[descriptors.length + 1];
      all[0] = file.fd();
      for (int i = 0; i < descriptors.length; i++) {
        // Another thread may have closed it meanwhile; the child then has something harmless there.
        int fd = Descriptors.isOpen(descriptors[i]) ? descriptors[i] : file.fd();
        all[i + 1] = Descriptors.duplicateInternal(fd);
      }
      try {
        return connection.client().startProcess(title, daemonic, all);
      } finally {
        for (int i = 1; i < all.length; i++) {
          Descriptors.close(all[i]);
        }
      }
    } catch (PosixException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * The program's open descriptors above 2, which a child that is forked by value gets, too. Those
   * of a Java program are not Python's to hand down.
   */
  public int[] programDescriptors() {
    return embedding != null ? new int[0] : Descriptors.ofProgram(home);
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

  /** Leaves a copy of a descriptor for the process that has the token. */
  public String shareDescriptor(int descriptor) throws IOException {
    return connection.client().shareDescriptor(descriptor);
  }

  /** Fetches a descriptor by its token; the caller closes it. */
  public int takeDescriptor(String token) throws IOException {
    return Descriptors.handOver(connection.client().takeDescriptor(token));
  }

  /** Sends descriptors over a stream socket; see {@link MessageSocket#sendDescriptors}. */
  public void sendDescriptors(int socket, int message, int[] descriptors) throws IOException {
    try {
      MessageSocket.sendDescriptors(socket, message, descriptors);
    } catch (PosixException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Receives descriptors from a stream socket, which are the caller's to close.
   *
   * @return the byte that they came with, then they; nothing at the end of the stream
   */
  public int[] receiveDescriptors(int socket, int most) throws IOException {
    try {
      MessageSocket.Packet packet = MessageSocket.receiveDescriptors(socket, most);
      if (packet == null) {
        return new int[0];
      }
      return IntStream.concat(
              IntStream.of(packet.data()[0] & 0xff),
              IntStream.of(packet.descriptors()).map(Descriptors::handOver))
          .toArray();
    } catch (PosixException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** The kernel's id of the calling thread. */
  public int currentThread() {
    return Processes.currentThread();
  }

  /** Starts a program that serves this one; see {@link ChildProcess#startHelper}. */
  public int startHelper(String title, String[] command, String[] environment, int input)
      throws IOException {
    try {
      return ChildProcess.startHelper(List.of(command), title, List.of(environment), input);
    } catch (PosixException e) {
      throw new IOException(e.getMessage(), e);
    }
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

  /** A new semaphore in an empty file, by whose name others open it; takes the descriptor over. */
  public SharedSemaphore newNamedSemaphore(int descriptor, int kind, int value, int maxValue) {
    return SemaphoreArena.createIn(descriptor, kind, value, maxValue);
  }

  /** The semaphore that is in a file; takes the descriptor over. */
  public SharedSemaphore openNamedSemaphore(int descriptor, int kind, int maxValue) {
    return SemaphoreArena.openIn(descriptor, kind, maxValue);
  }

  /** A table that threads may change at once. */
  public ObjectTable newNumberedObjects() {
    return new ObjectTable();
  }

  /** Reads and writes the messages of connections. */
  public Messages messages() {
    return new Messages();
  }

  /** What modules of the standard library lack in GraalPy. */
  public StandardLibrary standardLibrary() {
    return new StandardLibrary();
  }

  /** What Python's module {@code signal} needs. */
  public Signals signals() {
    return signals;
  }

  /**
   * Lets this user look at the process; see {@link ObservationPoint}. Called on Python's main
   * thread, and again when the program has given SIGURG another action than a function.
   *
   * @param describe says in Python what threads wait for
   */
  public void allowObservation(Value describe) {
    ObservationPoint point = observation;
    if (point == null) {
      point = new ObservationPoint(describe);
      observation = point;
    }
    point.open();
  }

  /** Tells observers how this process was started; null for a program. */
  public void setStartMethod(@Nullable String method) {
    ObservationPoint point = observation;
    if (point != null) {
      point.setStartMethod(method);
    }
  }

  /** See {@link ObservationPoint#warmUp}. */
  public void warmUpObservation() {
    ObservationPoint point = observation;
    if (point != null) {
      point.warmUp();
    }
  }

  /** What this process records of itself. */
  public Recorder recorder() {
    return recorder;
  }

  /** By which a pool and one of its workers agree which of the two has a task. */
  public TaskClaims newTaskClaims() {
    return TaskClaims.create();
  }

  /** Those that a pool sent to this worker; takes the descriptor over. */
  public TaskClaims openTaskClaims(int descriptor) {
    return TaskClaims.open(descriptor);
  }

  /** Waits for many descriptors; the caller closes it. */
  public WaitSet newWaitSet() {
    return new WaitSet();
  }

  /** Two connected stream sockets that are the runtime's own; {@link #close} each. */
  public int[] privateSocketPair() throws IOException {
    return pair(Descriptors::privateSocketPair);
  }

  /** Closes a descriptor that is the runtime's own. */
  public void close(int descriptor) {
    Descriptors.close(descriptor);
  }

  /** Shows what this process runs in the process list. */
  public void setTitle(String title) {
    if (embedding == null) {
      ProcessTitle.set(title);
    }
  }

  /** What a queue is made of: the end to receive packets from, then the one to send them to. */
  public int[] packetPipe() throws IOException {
    return pair(PacketBuffer::pipe);
  }

  /** Two connected sockets of the kernel's, which the caller closes. */
  public int[] socketPair(int family, int type, int protocol) throws IOException {
    return pair(() -> Descriptors.socketPair(family, type, protocol));
  }

  private static int[] pair(Supplier<int[]> made) throws IOException {
    try {
      return made.get();
    } catch (PosixException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** A second descriptor for the same open file. */
  public int duplicate(int descriptor) {
    return Descriptors.duplicate(descriptor);
  }

  /** Answers the observers of this process that wait; false if there are none. */
  private boolean answerObservers() {
    ObservationPoint point = observation;
    return point != null && point.answer();
  }

  private void end() {
    recorder.finish();
    SharedSemaphore.releaseAll();
    supervision.beforeEnd();
  }

  private void refuseToEndJava() {
    if (embedding != null) {
      throw new UnsupportedOperationException(
          "this context is a Java program's, which Python code can't end");
    }
  }

  /** Ends this process by a signal, as its parent shall see it. */
  public void dieOf(int signal) {
    refuseToEndJava();
    end();
    Processes.setDefaultAction(signal);
    Processes.signal(Processes.id(), signal);
    try {
      // The JVM's own threads take some signals, as SIGQUIT, and end this one a moment later.
      Thread.sleep(DYING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends this process at once, without a Java shutdown: {@code os._exit}. */
  public void halt(int status) {
    refuseToEndJava();
    end();
    Processes.exit(status);
  }
}
