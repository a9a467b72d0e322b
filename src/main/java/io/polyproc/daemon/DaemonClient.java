package io.polyproc.daemon;

import io.polyproc.image.Installation;
import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.MessageSocket.Packet;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import io.polyproc.wire.Message;
import io.polyproc.wire.Message.Exited;
import io.polyproc.wire.Message.Report;
import io.polyproc.wire.Message.Started;
import io.polyproc.wire.MessageCodec;
import io.polyproc.wire.RunRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A command's side of the daemon. */
public final class DaemonClient {
  private static final System.Logger LOG = System.getLogger(DaemonClient.class.getName());
  private static final int DAEMON_LOST = 70;
  private static final Duration START = Duration.ofSeconds(10);
  private static final int LOOK_MILLIS = 20;

  /** The request and the standard streams. */
  private static final int OWN_DESCRIPTORS = 4;

  private final Installation installation = Installation.current();
  private final RuntimeFolder folder = RuntimeFolder.of(installation, System.getenv());

  /** Whether the user wants a daemon ({@code POLYPROC_DAEMON}). */
  public static boolean isWanted() {
    return Settings.wantsDaemon(System.getenv());
  }

  /**
   * Starts a daemon in the background, unless there is one. A failure is no error: programs run
   * without it, only slower.
   *
   * @param executable and
   * @param options of the workers that it boots first
   */
  public void startQuietly(Path executable, List<String> options) {
    try {
      start(executable, options);
    } catch (IOException | PosixException e) {
      LOG.log(System.Logger.Level.DEBUG, "no daemon", e);
    }
  }

  private void start(Path executable, List<String> options) throws IOException {
    folder.create();
    Optional<MessageSocket> running = MessageSocket.connect(folder.socket());
    if (running.isPresent()) {
      running.get().close();
      return;
    }
    List<String> command = new ArrayList<>(installation.clientCommand());
    command.add(Daemon.class.getName());
    command.add(executable.toString());
    command.addAll(options);
    Files.deleteIfExists(folder.log());
    int log = Descriptors.openForWriting(folder.log());
    try {
      ChildProcess.startDetached(command, "polyproc: daemon", System.getenv(), log);
    } finally {
      Descriptors.close(log);
    }
  }

  /**
   * Starts a daemon, unless there is one, and waits until it can be asked.
   *
   * @return whether it can
   */
  public boolean start() throws IOException {
    start(installation.launcher(), List.of());
    long deadline = System.nanoTime() + START.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<MessageSocket> socket = MessageSocket.connect(folder.socket());
      if (socket.isPresent()) {
        socket.get().close();
        return true;
      }
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return false;
  }

  /** Where a daemon writes what goes wrong. */
  public static Path log() {
    return new DaemonClient().folder.log();
  }

  /** What the daemon says of itself; empty if there is none. */
  public Optional<String> status() {
    return ask(new Message.AskStatus());
  }

  /** Tells the daemon to end with its last program; empty if there is none. */
  public Optional<String> stop() {
    return ask(new Message.Stop());
  }

  private Optional<String> ask(Message question) {
    Optional<MessageSocket> connected = connect();
    if (connected.isEmpty()) {
      return Optional.empty();
    }
    try (MessageSocket socket = connected.get()) {
      Packet answer = socket.send(MessageCodec.encode(question)) ? socket.receive() : null;
      return answer != null && MessageCodec.decode(answer.data()) instanceof Report(String text)
          ? Optional.of(text)
          : Optional.empty();
    }
  }

  /** A daemon of the same user, if there is one. */
  private Optional<MessageSocket> connect() {
    Optional<MessageSocket> socket = MessageSocket.connect(folder.socket());
    if (socket.isPresent() && socket.get().peerUser() != Processes.user()) {
      socket.get().close();
      return Optional.empty();
    }
    return socket;
  }

  /**
   * Runs a program in the daemon's worker, and ends this process as the program ended if that was
   * by a signal.
   *
   * @return the exit status; empty if no daemon could run it, so that it must be run without
   */
  public OptionalInt run(RunRequest request) {
    if (!canBeSent(request)) {
      return OptionalInt.empty();
    }
    Optional<MessageSocket> connected = connect();
    if (connected.isEmpty()) {
      return OptionalInt.empty();
    }
    MessageSocket socket = connected.get();
    try (MemoryFile file = MemoryFile.of("polyproc-request", request.encode())) {
      int[] descriptors =
          IntStream.concat(
                  IntStream.of(file.fd(), 0, 1, 2),
                  request.descriptors().stream().mapToInt(Integer::intValue))
              .toArray();
      if (!socket.send(MessageCodec.encode(new Message.RunProgram()), descriptors)) {
        return OptionalInt.empty();
      }
    }
    Packet answer = socket.receive();
    if (answer == null || !(MessageCodec.decode(answer.data()) instanceof Started)) {
      return OptionalInt.empty();
    }
    SignalForwarder.install(socket, request.ignoredSignals());
    Descriptors.forgetStandardStreams();
    return OptionalInt.of(end(exited(socket), answer.descriptors()[0]));
  }

  /** Whether there are standard streams, and no more other descriptors than one message takes. */
  private static boolean canBeSent(RunRequest request) {
    return IntStream.rangeClosed(0, 2).allMatch(Descriptors::isOpen)
        && OWN_DESCRIPTORS + request.descriptors().size() <= MessageSocket.MAX_DESCRIPTORS;
  }

  /** Does once what a run does with its socket, for the training of the AOT cache. */
  public static void rehearse(MessageSocket socket, int user) {
    if (user == Processes.user()) {
      SignalForwarder.install(socket, List.of());
    }
  }

  private static @Nullable Exited exited(MessageSocket socket) {
    for (Packet packet = socket.receive(); packet != null; packet = socket.receive()) {
      if (MessageCodec.decode(packet.data()) instanceof Exited exited) {
        return exited;
      }
    }
    return null;
  }

  private static int end(@Nullable Exited exited, int pidfd) {
    if (exited == null) {
      boolean _ = ChildProcess.signal(pidfd, Processes.SIGKILL);
      System.err.println(
          "polyproc: the daemon has ended unexpectedly, and this program with it; run it again, or"
              + " with --no-daemon");
      return DAEMON_LOST;
    }
    if (exited.status() != 0 && !exited.lastWords().isEmpty()) {
      System.err.println("polyproc: the worker could not run the program: " + exited.lastWords());
    }
    if (exited.status() < 0) {
      Processes.setDefaultAction(-exited.status());
      Processes.signal(Processes.id(), -exited.status());
      return 128 - exited.status();
    }
    return exited.status();
  }
}
