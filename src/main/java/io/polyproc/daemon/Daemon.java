package io.polyproc.daemon;

import io.polyproc.image.Installation;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.Memory;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.MessageListener;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.MessageSocket.Packet;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.ProcessTitle;
import io.polyproc.posix.Processes;
import io.polyproc.python.PythonOptions;
import io.polyproc.supervisor.EventLoop;
import io.polyproc.supervisor.StandbyPolicy;
import io.polyproc.supervisor.Supervisor;
import io.polyproc.wire.Message;
import io.polyproc.wire.Message.StartFailed;
import io.polyproc.wire.Message.Started;
import io.polyproc.wire.MessageCodec;
import io.polyproc.wire.RunRequest;
import io.polyproc.worker.Worker;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The background process of one user and one build: keeps standby workers and runs the programs
 * that commands ask for in them.
 *
 * <p>One thread does everything, on an {@link EventLoop}. Only the user's own processes are
 * listened to. It ends when it has had no program for a while, when it is told to, and when the
 * build that it belongs to is gone.
 */
public final class Daemon {
  private static final System.Logger LOG = System.getLogger(Daemon.class.getName());
  private static final int MOST_KINDS = 3;
  private static final int LOOK_MILLIS = 5_000;

  /** Below this much free memory, in bytes, no worker waits. */
  private static final long LOW_MEMORY = 1L << 30;

  private final Installation installation;
  private final String build;
  private final Duration idle;
  private final EventLoop loop = new EventLoop();
  // In the order of use, the latest last.
  private final Map<StandbyKey, Supervisor> supervisors = new LinkedHashMap<>(4, 0.75f, true);
  private final long started = System.nanoTime();
  private long lastUsed = System.nanoTime();
  private int programsRun;
  private boolean stopping;

  private Daemon(Installation installation, Duration idle) {
    this.installation = installation;
    this.build = installation.build();
    this.idle = idle;
  }

  /**
   * Started by {@link DaemonClient} only.
   *
   * @param arguments the executable and the options of the workers to boot first
   */
  public static void main(String[] arguments) throws IOException {
    ProcessTitle.set("polyproc: daemon");
    Installation installation = Installation.current();
    RuntimeFolder folder = RuntimeFolder.of(installation, System.getenv());
    folder.create();
    try (FileChannel channel =
            FileChannel.open(folder.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock != null) {
        Daemon daemon = new Daemon(installation, Settings.idle(System.getenv()));
        try (MessageListener listener = MessageListener.open(folder.socket())) {
          daemon.run(listener, arguments);
        }
        folder.clear();
      }
    }
    Processes.exit(0);
  }

  private void run(MessageListener listener, String[] arguments) {
    loop.watch(listener.fd(), () -> accept(listener));
    loop.add(this::chore);
    List<String> options = List.of(arguments).subList(1, arguments.length);
    supervisor(StandbyKey.of(options, arguments[0], System.getenv()), System.getenv()).prepare();
    loop.run(() -> !stopping || programs() > 0);
    listener.close();
    supervisors.values().forEach(Supervisor::close);
  }

  private int programs() {
    return supervisors.values().stream().mapToInt(Supervisor::programs).sum();
  }

  private void accept(MessageListener listener) {
    MessageSocket socket = listener.accept();
    if (socket.peerUser() != Processes.user()) {
      LOG.log(System.Logger.Level.WARNING, "refused a peer of user {0}", socket.peerUser());
      socket.close();
      return;
    }
    Client client = new Client(socket);
    loop.watch(socket.fd(), client::hear);
  }

  /** Looks whether it is still needed. */
  private int chore() {
    if (programs() > 0) {
      lastUsed = System.nanoTime();
    }
    if (!installation.build().equals(build) || sinceUse().compareTo(idle) >= 0) {
      stopping = true;
    }
    if (Memory.availableNow() < LOW_MEMORY) {
      supervisors.values().forEach(Supervisor::stopStandbys);
    }
    return LOOK_MILLIS;
  }

  private Duration sinceUse() {
    return Duration.ofNanos(System.nanoTime() - lastUsed);
  }

  private Supervisor supervisor(StandbyKey key, Map<String, String> environment) {
    Supervisor known = supervisors.get(key);
    if (known != null) {
      return known;
    }
    List<Map.Entry<StandbyKey, Supervisor>> unused =
        supervisors.entrySet().stream().filter(e -> e.getValue().programs() == 0).toList();
    if (supervisors.size() >= MOST_KINDS && !unused.isEmpty()) {
      unused.getFirst().getValue().retire();
      supervisors.remove(unused.getFirst().getKey());
    }
    StandbyPolicy policy = StandbyPolicy.forDaemon(environment);
    Supervisor supervisor =
        new Supervisor(
            loop,
            Worker.daemonCommand(
                installation,
                PythonOptions.fromArguments(key.options()),
                Path.of(key.executable()),
                policy.heirs() > 0),
            environment,
            policy);
    supervisors.put(key, supervisor);
    return supervisor;
  }

  /** What is run, apart from its arguments, as it is now: who runs the same has the same code. */
  private static String script(RunRequest request) {
    String kind = request.program().getFirst();
    String what = request.program().getLast();
    return String.join("\0", kind, request.folder(), what, version(request.folder(), what));
  }

  /** The time and size of a script's file; empty for a module or a text. */
  private static String version(String folder, String what) {
    try {
      Path file = Path.of(folder).resolve(what);
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return found.lastModifiedTime() + " " + found.size();
    } catch (IOException | InvalidPathException e) {
      return "";
    }
  }

  private String report() {
    int standbys = supervisors.values().stream().mapToInt(Supervisor::standbys).sum();
    int processes = supervisors.values().stream().mapToInt(Supervisor::processes).sum();
    return """
        pid           %d
        runs since    %d s
        programs      %d now, %d in all
        processes     %d
        standbys      %d
        practised     %s
        heirs         %d ready, %d programs begun from one
        ends after    %d s without a program
        """
        .formatted(
            Processes.id(),
            Duration.ofNanos(System.nanoTime() - started).toSeconds(),
            programs(),
            programsRun,
            processes,
            standbys,
            supervisors.values().stream().anyMatch(Supervisor::hasPractised) ? "yes" : "no",
            supervisors.values().stream().mapToInt(Supervisor::heirs).sum(),
            supervisors.values().stream().mapToInt(Supervisor::programsFromHeirs).sum(),
            idle.toSeconds());
  }

  /** One command that has connected. */
  private final class Client {
    private final MessageSocket socket;
    private Supervisor.@Nullable Running running;
    private boolean closed;

    Client(MessageSocket socket) {
      this.socket = socket;
    }

    void hear() {
      Packet packet = received();
      if (packet == null) {
        gone();
        return;
      }
      try {
        handle(MessageCodec.decode(packet.data()), packet.descriptors());
      } catch (IllegalArgumentException e) {
        LOG.log(System.Logger.Level.WARNING, "process {0}: {1}", socket.peerProcess(), e);
        gone();
      } finally {
        Arrays.stream(packet.descriptors()).forEach(Descriptors::close);
      }
    }

    private @Nullable Packet received() {
      try {
        return socket.receive();
      } catch (PosixException e) {
        LOG.log(System.Logger.Level.WARNING, "process {0}: {1}", socket.peerProcess(), e);
        return null;
      }
    }

    private void handle(Message message, int[] descriptors) {
      switch (message) {
        case Message.RunProgram _ -> run(descriptors);
        case Message.SendSignal signal -> {
          Supervisor.Running program = running;
          if (program != null) {
            program.signal(signal.number(), signal.everybody());
          }
        }
        case Message.AskStatus _ -> send(new Message.Report(report()));
        case Message.Stop _ -> {
          stopping = true;
          supervisors.values().forEach(Supervisor::stopStandbys);
          send(new Message.Report(programs() + " programs still run\n"));
        }
        default -> throw new IllegalArgumentException("not a message to a daemon: " + message);
      }
    }

    private void run(int[] descriptors) {
      try {
        if (descriptors.length < 4 || running != null) {
          throw new IOException("a program needs its request and three standard streams");
        }
        RunRequest request = RunRequest.decode(MemoryFile.content(descriptors[0]));
        if (descriptors.length != 4 + request.descriptors().size()) {
          throw new IOException("a program's descriptors are not those that it names");
        }
        if (stopping
            || !request.home().equals(installation.home().toString())
            || !installation.build().equals(build)) {
          throw new IOException("the daemon belongs to another build, or ends");
        }
        Supervisor supervisor = supervisor(StandbyKey.of(request), request.environment());
        String script = supervisor.keepsHeirs() ? script(request) : "";
        Supervisor.Running program = supervisor.run(script, descriptors, this::ended);
        running = program;
        programsRun++;
        lastUsed = System.nanoTime();
        send(new Started(0, program.pid()), program.pidfd());
      } catch (IOException | PosixException e) {
        send(new StartFailed(0, String.valueOf(e.getMessage())));
      }
    }

    private void ended(Message.Exited how) {
      lastUsed = System.nanoTime();
      running = null;
      send(how);
    }

    /** A command that does not read what it is told would stop all others. */
    private void send(Message message, int... descriptors) {
      if (!closed && !socket.offer(MessageCodec.encode(message), descriptors)) {
        gone();
      }
    }

    /** A command that was killed takes its program with it, as a killed python would be gone. */
    private void gone() {
      if (closed) {
        return;
      }
      closed = true;
      loop.forget(socket.fd());
      socket.close();
      Supervisor.Running program = running;
      if (program != null) {
        program.signal(Processes.SIGKILL, false);
      }
    }
  }
}
