package io.polyproc.supervisor;

import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.MessageSocket.Packet;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import io.polyproc.supervisor.WorkerJvm.Peer;
import io.polyproc.supervisor.WorkerJvm.State;
import io.polyproc.wire.Message;
import io.polyproc.wire.Message.Exited;
import io.polyproc.wire.Message.StartFailed;
import io.polyproc.wire.Message.StartProcess;
import io.polyproc.wire.Message.Started;
import io.polyproc.wire.Message.TakenDescriptor;
import io.polyproc.wire.MessageCodec;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Starts the worker JVMs of one program, hands them out, tells parents how their processes ended,
 * and leaves none behind.
 *
 * <p>One thread owns all state and waits for events on the control sockets and pidfds; nothing else
 * touches it, so nothing is locked. Everybody else speaks to it through a {@link MessageSocket},
 * the main program too ({@link #start}); it makes no difference to them whether the supervisor
 * lives in the main program's JVM or elsewhere.
 *
 * <p>If the supervisor dies, its workers see their control sockets close: those without an
 * assignment and the daemonic ones exit, the others go on. If the main program closes its end, the
 * supervisor kills whoever is unassigned or daemonic and ends.
 */
public final class Supervisor {
  private static final System.Logger LOG = System.getLogger(Supervisor.class.getName());
  private static final int MOST_BOOT_FAILURES = 3;
  private static final Duration SHUTDOWN = Duration.ofSeconds(5);

  private final List<String> command;
  private final Map<String, String> environment;
  private final StandbyPolicy policy;
  private final MainProgramPeer main;
  private final List<WorkerJvm> workers = new ArrayList<>();
  private final Map<String, Integer> sharedDescriptors = new HashMap<>();
  private final Set<String> sharedMemory = new LinkedHashSet<>();
  private boolean prepared;
  private boolean anyHandedOut;
  private long lastHandedOut;
  private int bootFailures;

  private Supervisor(
      List<String> command,
      Map<String, String> environment,
      StandbyPolicy policy,
      MessageSocket main) {
    this.command = command;
    this.environment = environment;
    this.policy = policy;
    this.main = new MainProgramPeer(main);
  }

  /**
   * Starts a supervisor in this JVM for the program that runs in it.
   *
   * @param command starts a worker, by absolute path
   * @param environment of the workers
   * @return the main program's end of its control socket; closing it ends the supervisor
   */
  public static Connection start(
      List<String> command, Map<String, String> environment, StandbyPolicy policy) {
    MessageSocket[] ends = MessageSocket.pair();
    Supervisor supervisor =
        new Supervisor(List.copyOf(command), Map.copyOf(environment), policy, ends[0]);
    Thread thread = Thread.ofPlatform().daemon().name("polyproc-supervisor").start(supervisor::run);
    return new Connection(ends[1], thread);
  }

  /** The main program's connection; {@link #close} ends the supervisor and waits for that. */
  public record Connection(MessageSocket socket, Thread supervisor) implements AutoCloseable {
    /** Blocks for at most five seconds, until no unassigned worker is left. */
    @Override
    public void close() {
      socket.disconnect();
      try {
        supervisor.join(SHUTDOWN);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    try {
      while (main.isOpen()) {
        awaitEvents();
      }
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "the supervisor failed; its workers are ended", e);
    } finally {
      shutDown();
    }
  }

  private void awaitEvents() {
    List<WorkerJvm> watched = List.copyOf(workers);
    int[] fds = new int[1 + 2 * watched.size()];
    fds[0] = main.fd();
    for (int i = 0; i < watched.size(); i++) {
      WorkerJvm worker = watched.get(i);
      // poll ignores negative descriptors
      fds[1 + 2 * i] = worker.isControlOpen() ? worker.control().fd() : -1;
      fds[2 + 2 * i] = worker.pidfd();
    }
    boolean[] ready = Descriptors.poll(fds, wantsStandby() ? millisUntilQuiet() : -1);
    if (ready[0]) {
      receive(main, main.socket);
    }
    for (int i = 0; i < watched.size(); i++) {
      WorkerJvm worker = watched.get(i);
      if (ready[1 + 2 * i] && !receive(worker.asPeer(), worker.control())) {
        worker.controlClosed();
      }
      if (ready[2 + 2 * i]) {
        ended(worker);
      }
    }
    topUp();
  }

  /** Handles one message; false if the peer has closed. */
  private boolean receive(Peer peer, MessageSocket socket) {
    Packet packet = socket.receive();
    if (packet == null) {
      if (peer == main) {
        main.closed = true;
      }
      return false;
    }
    handle(peer, MessageCodec.decode(packet.data()), packet.descriptors());
    return true;
  }

  private void handle(Peer peer, Message message, int[] descriptors) {
    switch (message) {
      case Message.Ready _ -> booted(peer);
      case Message.Prepare _ -> prepare();
      case StartProcess start -> startProcess(peer, start, descriptors);
      case Message.ShareDescriptor share -> share(share.token(), descriptors);
      case Message.TakeDescriptor take -> take(peer, take);
      case Message.TrackResource resource -> track(resource);
      case Started _, StartFailed _, Message.Assign _, Exited _, TakenDescriptor _ ->
          throw new IllegalArgumentException("not a message to a supervisor: " + message);
    }
  }

  private void booted(Peer peer) {
    bootFailures = 0;
    workers.stream().filter(worker -> worker.pid() == peer.pid()).forEach(WorkerJvm::booted);
  }

  private void prepare() {
    prepared = true;
  }

  private void startProcess(Peer parent, StartProcess start, int[] descriptors) {
    try {
      WorkerJvm worker = claim();
      int[] withParent = new int[descriptors.length + 1];
      withParent[0] = parent.pidfd();
      System.arraycopy(descriptors, 0, withParent, 1, descriptors.length);
      // A worker that has died meanwhile can't be sent to: that is its exit, reported as such.
      worker.assign(parent, start.title(), start.daemonic(), withParent);
      parent.send(new Started(start.request(), worker.pid()), worker.pidfd());
      prepared = true;
      anyHandedOut = true;
      lastHandedOut = System.nanoTime();
    } catch (PosixException e) {
      parent.send(new StartFailed(start.request(), String.valueOf(e.getMessage())));
    } finally {
      WorkerJvm.closeAll(descriptors);
    }
  }

  /** A booted worker, else one that is booting, else a new one. */
  private WorkerJvm claim() {
    WorkerJvm booting = null;
    for (WorkerJvm worker : workers) {
      if (worker.state() == State.STANDBY) {
        return worker;
      }
      if (worker.state() == State.BOOTING && booting == null) {
        booting = worker;
      }
    }
    return booting != null ? booting : boot();
  }

  private WorkerJvm boot() {
    WorkerJvm worker = WorkerJvm.start(command, environment);
    workers.add(worker);
    return worker;
  }

  /**
   * Boots standbys one after the other and only while no process was asked for just now: those in
   * demand get the processor.
   */
  private void topUp() {
    if (!wantsStandby() || millisUntilQuiet() > 0) {
      return;
    }
    try {
      boot();
    } catch (PosixException e) {
      // A process that is needed will meet the same error and report it.
      bootFailures++;
      LOG.log(Level.DEBUG, "no standby worker could be started", e);
    }
  }

  private boolean wantsStandby() {
    return prepared
        && bootFailures < MOST_BOOT_FAILURES
        && workers.stream().noneMatch(WorkerJvm::isBooting)
        && workers.stream().filter(WorkerJvm::isUnassigned).count() < policy.target(anyHandedOut);
  }

  private int millisUntilQuiet() {
    if (!anyHandedOut) {
      return 0;
    }
    long quiet = Duration.ofNanos(System.nanoTime() - lastHandedOut).toMillis();
    return (int) Math.max(0, policy.quietBeforeTopUp().toMillis() - quiet);
  }

  private void ended(WorkerJvm worker) {
    drain(worker);
    boolean unassigned = worker.isUnassigned();
    Exited exited = worker.reap();
    workers.remove(worker);
    if (unassigned) {
      bootFailures++;
      LOG.log(Level.DEBUG, "a standby worker ended: {0}", exited);
    }
    Peer parent = worker.parent();
    if (parent != null) {
      parent.send(exited);
    }
    endDaemonicChildrenOf(worker.pid());
  }

  /** What a worker sent before it ended still counts: the descriptors it shared, say. */
  private void drain(WorkerJvm worker) {
    while (worker.isControlOpen() && Descriptors.poll(new int[] {worker.control().fd()}, 0)[0]) {
      if (!receive(worker.asPeer(), worker.control())) {
        worker.controlClosed();
      }
    }
  }

  private void endDaemonicChildrenOf(int pid) {
    for (WorkerJvm worker : workers) {
      Peer parent = worker.parent();
      if (worker.isDaemonic() && parent != null && parent.pid() == pid) {
        worker.terminate();
      }
    }
  }

  private void share(String token, int[] descriptors) {
    Integer former = sharedDescriptors.put(token, descriptors[0]);
    if (former != null) {
      Descriptors.close(former);
    }
  }

  private void take(Peer peer, Message.TakeDescriptor take) {
    Integer descriptor = sharedDescriptors.remove(take.token());
    if (descriptor == null) {
      peer.send(new TakenDescriptor(take.request()));
      return;
    }
    peer.send(new TakenDescriptor(take.request()), descriptor);
    Descriptors.close(descriptor);
  }

  private void track(Message.TrackResource resource) {
    if (resource.exists()) {
      sharedMemory.add(resource.name());
    } else {
      sharedMemory.remove(resource.name());
    }
  }

  private void shutDown() {
    workers.stream().filter(WorkerJvm::isUnassigned).forEach(WorkerJvm::kill);
    workers.stream().filter(WorkerJvm::isDaemonic).forEach(WorkerJvm::terminate);
    long deadline = System.nanoTime() + SHUTDOWN.toNanos();
    for (WorkerJvm worker : List.copyOf(workers)) {
      if (worker.isUnassigned() || worker.isDaemonic()) {
        reapUntil(worker, deadline);
      }
    }
    sharedDescriptors.values().forEach(Descriptors::close);
    sharedMemory.forEach(Processes::unlinkSharedMemory);
    main.close();
  }

  private static void reapUntil(WorkerJvm worker, long deadline) {
    int[] pidfd = {worker.pidfd()};
    long millis = Math.max(0, (deadline - System.nanoTime()) / 1_000_000);
    if (!Descriptors.poll(pidfd, (int) millis)[0]) {
      worker.kill();
    }
    worker.reap();
  }

  /** The program's first process, in whose name the others run. */
  private static final class MainProgramPeer implements Peer {
    private final MessageSocket socket;
    private final int pidfd = ChildProcess.openPidfd(Processes.id());
    private boolean closed;

    MainProgramPeer(MessageSocket socket) {
      this.socket = socket;
    }

    boolean isOpen() {
      return !closed;
    }

    int fd() {
      return socket.fd();
    }

    @Override
    public int pid() {
      return Processes.id();
    }

    @Override
    public int pidfd() {
      return pidfd;
    }

    @Override
    public void send(Message message, int... descriptors) {
      if (!socket.send(MessageCodec.encode(message), descriptors)) {
        closed = true;
      }
    }

    void close() {
      closed = true;
      socket.close();
      Descriptors.close(pidfd);
    }
  }
}
