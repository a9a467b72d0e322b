package io.polyproc.supervisor;

import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MemoryReserve;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.MessageSocket.Packet;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import io.polyproc.protocol.Message;
import io.polyproc.protocol.Message.Exited;
import io.polyproc.protocol.Message.StartFailed;
import io.polyproc.protocol.Message.StartProcess;
import io.polyproc.protocol.Message.Started;
import io.polyproc.protocol.Message.TakenDescriptor;
import io.polyproc.protocol.MessageCodec;
import io.polyproc.supervisor.WorkerJvm.Peer;
import io.polyproc.supervisor.WorkerJvm.State;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Starts worker JVMs, hands them out to the program in whose JVM it is, tells parents how their
 * processes ended, and leaves none behind.
 *
 * <p>Its thread, on which an {@link EventLoop} runs, owns all state; nothing else touches it, so
 * nothing is locked. Everybody else speaks to it through a {@link MessageSocket}, the main program
 * too.
 *
 * <p>If the supervisor dies, its workers see their control sockets close: those without an
 * assignment and the daemonic ones exit, the others go on. If the main program ends, the supervisor
 * ends those of its processes that are daemonic.
 */
public final class Supervisor {
  private static final System.Logger LOG = System.getLogger(Supervisor.class.getName());
  private static final int MAX_BOOT_FAILURES = 3;

  /** How long a process may wait for the zygote before a worker boots for it. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);

  /** After so long without an attempt, a worker may boot again although the last ones could not. */
  private static final Duration BOOT_AGAIN_AFTER = Duration.ofSeconds(10);

  /** The descriptors of a {@link StartProcess} that the payload does not name. */
  private static final int MIN_DESCRIPTORS = 4;

  private static final Duration SHUTDOWN = Duration.ofSeconds(5);

  private final EventLoop loop = new EventLoop();
  private final MainProcess main;
  private final List<String> command;
  private final Map<String, String> environment;
  private final StandbyPolicy policy;
  private final MemoryReserve reserve;
  private final boolean forGood;
  private final List<WorkerJvm> workers = new ArrayList<>();
  private final List<ForkedProcess> forkedProcesses = new ArrayList<>();
  private final Map<String, Integer> sharedDescriptors = new HashMap<>();
  private @Nullable WorkerJvm zygote;
  private final Queue<PendingStart> waiting = new ArrayDeque<>();
  private boolean canFork = true;
  private boolean prepared;
  private boolean anyHandedOut;
  private long lastHandedOut;
  private int bootFailures;
  private String lastBootFailure = "";
  private long bootFailedAt;
  private boolean isEnding;

  /** When daemonic processes that are left are killed, as {@link System#nanoTime}. */
  private long killAt;

  /** A process that waits for the zygote; the descriptors are this record's. */
  @SuppressWarnings("ArrayRecordComponent") // as they came; nobody compares them
  private record PendingStart(Peer parent, StartProcess start, int[] descriptors, long until) {}

  private Supervisor(
      MessageSocket socket,
      List<String> command,
      Map<String, String> environment,
      StandbyPolicy policy,
      boolean forGood) {
    this.main = new MainProcess(socket);
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
    this.policy = policy;
    this.forGood = forGood;
    this.reserve = MemoryReserve.of(environment);
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
    return start(command, environment, policy, false);
  }

  /**
   * As {@link #start}, but the end of the program in this JVM is that of all processes, daemonic or
   * not: for a Java program, which has no notion of waiting for them.
   */
  public static Connection startForGood(
      List<String> command, Map<String, String> environment, StandbyPolicy policy) {
    return start(command, environment, policy, true);
  }

  private static Connection start(
      List<String> command,
      Map<String, String> environment,
      StandbyPolicy policy,
      boolean forGood) {
    MessageSocket[] ends = MessageSocket.pair();
    Supervisor supervisor = new Supervisor(ends[0], command, environment, policy, forGood);
    Thread thread =
        Thread.ofPlatform().daemon().name("polyproc-supervisor").start(supervisor::supervise);
    return new Connection(ends[1], thread, supervisor);
  }

  /** The main program's connection; {@link #close} ends the supervisor and waits for that. */
  public record Connection(MessageSocket socket, Thread thread, Supervisor supervisor)
      implements AutoCloseable {
    /**
     * In a forked child of the main program, where the supervisor's thread is no more: closes what
     * it had open, so that its workers see its end when the main program ends.
     */
    public void abandon() {
      // Loops and not lambdas, here and below, which each child would have to link anew.
      for (int descriptor : supervisor.descriptors()) {
        Descriptors.close(descriptor);
      }
    }

    /** Blocks for at most five seconds, until no unassigned worker is left. */
    @Override
    public void close() {
      socket.disconnect();
      try {
        thread.join(SHUTDOWN);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void supervise() {
    loop.watch(
        main.socket().fd(),
        () -> {
          if (!receive(main, true, main.socket())) {
            loop.forget(main.socket().fd());
            mainEnded();
          }
        });
    loop.add(this::lookAfter);
    try {
      loop.run(() -> !isEnding || workers.stream().anyMatch(WorkerJvm::isDaemonic));
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "the supervisor failed; its workers are ended", e);
    } finally {
      close();
    }
  }

  /** How many workers wait for an assignment or boot to do so. */
  private int standbys() {
    return (int) workers.stream().filter(WorkerJvm::isUnassigned).count();
  }

  /** Ends workers that wait, and boots none until one is asked for. */
  private void stopStandbys() {
    prepared = false;
    zygote = null;
    workers.stream()
        .filter(worker -> worker.isUnassigned() || worker.state() == State.ZYGOTE)
        .forEach(WorkerJvm::discard);
  }

  /**
   * Handles one message; false if the peer has closed, or said what nobody may say.
   *
   * @param ofProgram whether the peer is a process of the program
   */
  private boolean receive(Peer peer, boolean ofProgram, MessageSocket socket) {
    Packet packet = receive(peer, socket);
    if (packet == null) {
      return false;
    }
    try {
      handle(peer, ofProgram, MessageCodec.decode(packet.data()), packet.descriptors());
      return true;
    } catch (IllegalArgumentException e) {
      LOG.log(Level.ERROR, "process " + peer.pid() + " is not listened to any more", e);
      Descriptors.closeAll(packet.descriptors());
      return false;
    }
  }

  /**
   * A program can put a file of its own on any number, also on that of a socket here. That is the
   * end of one conversation, and not of all.
   */
  private static @Nullable Packet receive(Peer peer, MessageSocket socket) {
    try {
      return socket.receive();
    } catch (PosixException e) {
      LOG.log(Level.ERROR, "the socket of process " + peer.pid() + " is lost", e);
      return null;
    }
  }

  private void handle(Peer peer, boolean ofProgram, Message message, int... descriptors) {
    switch (message) {
      case Message.Ready _ -> booted(worker(peer));
      case Message.Warm warm -> becameWarm(worker(peer), warm.forkable());
      case Message.Prepared _ -> prepared(worker(peer));
      case Message.Forked forked -> forked(worker(peer), forked.pid());
      case Message.ForkFailed failed -> notForked(worker(peer), failed.reason());
      default -> {
        if (!ofProgram) {
          throw new IllegalArgumentException("not a message of a standby worker: " + message);
        }
        handleOfProgram(peer, message, descriptors);
      }
    }
  }

  private void handleOfProgram(Peer peer, Message message, int[] descriptors) {
    switch (message) {
      case Message.Prepare _ -> prepared = true;
      case StartProcess start -> startProcess(peer, start, descriptors);
      case Message.Join join when descriptors.length == 2 -> join(join.pid(), descriptors);
      case Message.ShareDescriptor share when descriptors.length == 1 ->
          share(peer, share, descriptors[0]);
      // The kernel has dropped it, as no file may be opened any more: who takes it will be told so.
      case Message.ShareDescriptor share ->
          peer.send(new Message.SharedDescriptor(share.request()));
      case Message.TakeDescriptor take -> take(peer, take);
      default -> throw new IllegalArgumentException("not a message to a supervisor: " + message);
    }
  }

  /** A process that one of the program's has forked, and that now needs a supervisor itself. */
  private void join(int pid, int[] descriptors) {
    ForkedProcess process = new ForkedProcess(pid, descriptors[0], descriptors[1]);
    forkedProcesses.add(process);
    loop.watch(
        process.control().fd(),
        () -> {
          if (!receive(process, true, process.control())) {
            leave(process);
          }
        });
    loop.watch(process.pidfd(), () -> leave(process));
  }

  private void leave(ForkedProcess process) {
    if (forkedProcesses.remove(process)) {
      loop.forget(process.control().fd());
      loop.forget(process.pidfd());
      process.close();
      forgetWaitingFor(process);
      workers.stream()
          .filter(child -> isDaemonicChild(child, process))
          .forEach(WorkerJvm::terminate);
    }
  }

  private List<Integer> descriptors() {
    List<Integer> all = new ArrayList<>(loop.watched());
    for (WorkerJvm worker : workers) {
      all.addAll(worker.descriptors());
    }
    all.add(main.pidfd());
    all.addAll(sharedDescriptors.values());
    for (PendingStart start : waiting) {
      for (int descriptor : start.descriptors()) {
        all.add(descriptor);
      }
    }
    return all;
  }

  private WorkerJvm worker(Peer peer) {
    return workers.stream()
        .filter(worker -> worker.pid() == peer.pid())
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("not a worker: " + peer.pid()));
  }

  private void booted(WorkerJvm worker) {
    bootFailures = 0;
    worker.booted();
  }

  /** The first that nobody has claimed meanwhile becomes the zygote. */
  private void becameWarm(WorkerJvm worker, boolean forkable) {
    worker.becomeWarm();
    if (forkable && wantsZygote() && worker.state() == State.STANDBY) {
      worker.becomeZygote();
      zygote = worker;
    }
  }

  /** Standbys that were forked before a zygote had done all that it does ahead give way. */
  private void prepared(WorkerJvm worker) {
    if (worker.equals(zygote)) {
      workers.stream().filter(it -> it.state() == State.STANDBY).forEach(WorkerJvm::discard);
    }
  }

  private boolean wantsZygote() {
    return zygote == null && policy.limit() > 0;
  }

  /**
   * Asks a worker that is about to be assigned to be forked first: under demand no worker would
   * ever be left to become the zygote.
   */
  private void askForZygote(WorkerJvm worker) {
    if (!wantsZygote() || !canFork || zygoteIsComing()) {
      return;
    }
    try {
      worker.askForZygote();
    } catch (IOException | PosixException e) {
      // It has ended, or no descriptor is left: whoever has claimed it learns so.
      LOG.log(Level.DEBUG, "no zygote was asked for", e);
    }
  }

  private void forked(WorkerJvm original, int pid) {
    WorkerJvm forked = add(original.zygote(pid));
    if (wantsZygote()) {
      zygote = forked;
      hurryZygote();
    } else {
      forked.discard();
    }
  }

  private void notForked(WorkerJvm original, String reason) {
    LOG.log(Level.DEBUG, "workers can''t be forked: {0}", reason);
    original.abandonZygote();
    canFork = false;
  }

  /**
   * Starts a process at once, or when the zygote is there and warm, if it soon will be: several
   * that are started together would otherwise each boot, or at least import, on their own.
   */
  private void startProcess(Peer parent, StartProcess start, int[] descriptors) {
    String objection = objection(descriptors);
    if (objection != null) {
      parent.send(new StartFailed(start.request(), objection));
      Descriptors.closeAll(descriptors);
      return;
    }
    if (zygoteIsAwaited() && workers.stream().noneMatch(w -> w.state() == State.STANDBY)) {
      long until = System.nanoTime() + LONGEST_WAIT.toNanos();
      waiting.add(new PendingStart(parent, start, descriptors, until));
      hurryZygote();
    } else {
      startNow(parent, start, descriptors);
    }
  }

  /** Why no process may start now; null if one may. */
  private @Nullable String objection(int[] descriptors) {
    if (descriptors.length < MIN_DESCRIPTORS) {
      return "the supervisor may open no more files (ulimit -n)";
    }
    boolean mustBoot = zygote == null && workers.stream().noneMatch(WorkerJvm::isUnassigned);
    long sinceFailure = System.nanoTime() - bootFailedAt;
    if (mustBoot
        && bootFailures >= MAX_BOOT_FAILURES
        && sinceFailure < BOOT_AGAIN_AFTER.toNanos()) {
      return lastBootFailure;
    }
    return reserve.objection();
  }

  private void hurryZygote() {
    WorkerJvm original = zygote;
    if (original != null && !waiting.isEmpty()) {
      original.hurry();
    }
  }

  /** Whether there is, or will be, a zygote that is not warm yet. */
  private boolean zygoteIsAwaited() {
    WorkerJvm original = zygote;
    return original == null ? zygoteIsComing() : !original.isWarm();
  }

  private boolean zygoteIsComing() {
    return workers.stream().anyMatch(WorkerJvm::isToBeForked);
  }

  private void startWaiting() {
    while (!waiting.isEmpty()
        && (!zygoteIsAwaited() || waiting.element().until() - System.nanoTime() <= 0)) {
      PendingStart next = waiting.remove();
      startNow(next.parent(), next.start(), next.descriptors());
    }
  }

  private void startNow(Peer parent, StartProcess start, int[] descriptors) {
    try {
      WorkerJvm worker = claim();
      int[] withParent = new int[descriptors.length + 1];
      withParent[0] = parent.pidfd();
      System.arraycopy(descriptors, 0, withParent, 1, descriptors.length);
      // A worker that has died meanwhile can't be sent to: that is its exit, reported as such.
      worker.assign(parent, start.title(), start.daemonic() || forGood, withParent);
      parent.send(new Started(start.request(), worker.pid()), worker.pidfd());
      handedOut();
    } catch (PosixException e) {
      parent.send(new StartFailed(start.request(), String.valueOf(e.getMessage())));
    } finally {
      Descriptors.closeAll(descriptors);
    }
  }

  private void handedOut() {
    prepared = true;
    anyHandedOut = true;
    lastHandedOut = System.nanoTime();
  }

  /** A booted worker, else a fork of the zygote, else one that is booting, else a new one. */
  private WorkerJvm claim() {
    WorkerJvm booting = null;
    for (WorkerJvm worker : workers) {
      if (worker.state() == State.STANDBY) {
        askForZygote(worker);
        return worker;
      }
      if (worker.state() == State.BOOTING && booting == null) {
        booting = worker;
      }
    }
    WorkerJvm forked = forkZygote();
    if (forked != null) {
      return forked;
    }
    WorkerJvm worker = booting != null ? booting : boot();
    askForZygote(worker);
    return worker;
  }

  /** A new standby; null without a zygote. One that can't be forked is given up. */
  private @Nullable WorkerJvm forkZygote() {
    WorkerJvm original = zygote;
    if (original == null) {
      return null;
    }
    try {
      return add(original.fork(message -> handle(original.asPeer(), false, message)));
    } catch (IOException | PosixException | IllegalArgumentException e) {
      // No warning: it would stand in the program's standard error, which has what it asked for all
      // the same.
      LOG.log(Level.DEBUG, "a worker could not be forked; others boot in full", e);
      zygote = null;
      original.discard();
      return null;
    }
  }

  private WorkerJvm boot() {
    return add(WorkerJvm.start(command, environment));
  }

  private WorkerJvm add(WorkerJvm worker) {
    workers.add(worker);
    loop.watch(worker.control().fd(), () -> hear(worker));
    loop.watch(worker.pidfd(), () -> ended(worker));
    return worker;
  }

  private void hear(WorkerJvm worker) {
    if (!receive(worker.asPeer(), worker.isAssigned(), worker.control())) {
      loop.forget(worker.control().fd());
      worker.controlClosed();
    }
  }

  private int lookAfter() {
    startWaiting();
    topUp();
    long now = System.nanoTime();
    int again = wantsStandby() ? millisUntilQuiet() : -1;
    if (!waiting.isEmpty()) {
      again = sooner(again, waiting.element().until() - now);
    }
    if (isEnding) {
      long left = killAt - now;
      if (left <= 0) {
        workers.stream().filter(WorkerJvm::isDaemonic).forEach(WorkerJvm::kill);
      } else {
        again = sooner(again, left);
      }
    }
    return again;
  }

  /** The earlier of two times to look again, in milliseconds from now; negative is never. */
  private static int sooner(int millis, long nanos) {
    int other = (int) Math.max(0, nanos / 1_000_000 + 1);
    return millis < 0 ? other : Math.min(millis, other);
  }

  /**
   * Forks a standby, or boots one: one after the other and only while no process was asked for just
   * now, as those in demand get the processor.
   */
  private void topUp() {
    if (!wantsStandby() || millisUntilQuiet() > 0 || forkZygote() != null) {
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
        && !zygoteIsAwaited()
        && bootFailures < MAX_BOOT_FAILURES
        && workers.stream().noneMatch(w -> w.isBooting() && !w.isDiscarded())
        && standbys() < policy.target(anyHandedOut);
  }

  private int millisUntilQuiet() {
    if (!anyHandedOut || zygote != null) {
      return 0;
    }
    long quiet = Duration.ofNanos(System.nanoTime() - lastHandedOut).toMillis();
    return (int) Math.max(0, policy.quietBeforeTopUp().toMillis() - quiet);
  }

  private void ended(WorkerJvm worker) {
    drain(worker);
    loop.forget(worker.control().fd());
    loop.forget(worker.pidfd());
    boolean unassigned = worker.isUnassigned();
    forgetWaitingFor(worker.asPeer());
    Exited exited = worker.reap();
    workers.remove(worker);
    if (worker.equals(zygote)) {
      zygote = null;
    }
    // A process that was killed while its worker booted says nothing about the next one.
    if (unassigned || (!exited.booted() && exited.status() > 0)) {
      bootFailed(exited);
    }
    Peer parent = worker.parent();
    if (parent != null) {
      parent.send(exited);
    }
    workers.stream()
        .filter(child -> isDaemonicChild(child, worker.asPeer()))
        .forEach(WorkerJvm::terminate);
  }

  private void bootFailed(Exited exited) {
    bootFailures++;
    bootFailedAt = System.nanoTime();
    lastBootFailure =
        exited.lastLines().isEmpty()
            ? "the last of them ended with status %d and said nothing".formatted(exited.status())
            : exited.lastLines();
    LOG.log(Level.DEBUG, "a worker ended before it was used: {0}", exited);
  }

  private void forgetWaitingFor(Peer parent) {
    for (PendingStart start : List.copyOf(waiting)) {
      if (start.parent().pid() == parent.pid()) {
        waiting.remove(start);
        Descriptors.closeAll(start.descriptors());
      }
    }
  }

  /** What a worker sent before it ended still counts: the descriptors it shared, say. */
  private void drain(WorkerJvm worker) {
    while (worker.isControlOpen() && Descriptors.poll(new int[] {worker.control().fd()}, 0)[0]) {
      hear(worker);
    }
  }

  private static boolean isDaemonicChild(WorkerJvm child, Peer of) {
    Peer parent = child.parent();
    return child.isDaemonic() && parent != null && parent.pid() == of.pid();
  }

  private void mainEnded() {
    isEnding = true;
    killAt = System.nanoTime() + SHUTDOWN.toNanos();
    stopStandbys();
    workers.stream().filter(WorkerJvm::isDaemonic).forEach(WorkerJvm::terminate);
  }

  private void share(Peer peer, Message.ShareDescriptor share, int descriptor) {
    Integer former = sharedDescriptors.put(share.token(), descriptor);
    if (former != null) {
      Descriptors.close(former);
    }
    peer.send(new Message.SharedDescriptor(share.request()));
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

  /**
   * Kills the workers that wait for an assignment, waits for that, and closes what is open. The
   * loop has ended: it would still watch the descriptors that are closed here.
   */
  private void close() {
    try {
      List.copyOf(forkedProcesses).forEach(this::leave);
      stopStandbys();
      long deadline = System.nanoTime() + SHUTDOWN.toNanos();
      for (WorkerJvm worker : List.copyOf(workers)) {
        if (worker.isDiscarded()) {
          reapUntil(worker, deadline);
        }
      }
      sharedDescriptors.values().forEach(Descriptors::close);
    } finally {
      // Whatever failed: the main program waits for its end.
      main.close();
    }
  }

  private static void reapUntil(WorkerJvm worker, long deadline) {
    int[] pidfd = {worker.pidfd()};
    long millis = Math.max(0, (deadline - System.nanoTime()) / 1_000_000);
    if (Descriptors.poll(pidfd, (int) millis)[0]) {
      worker.reap();
    }
  }

  /** The program in whose JVM this supervisor runs. */
  private static final class MainProcess implements Peer {
    private final MessageSocket socket;
    private final int pidfd = ChildProcess.openPidfd(Processes.id());

    MainProcess(MessageSocket socket) {
      this.socket = socket;
    }

    MessageSocket socket() {
      return socket;
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
      // If it has gone, the loop sees that next.
      boolean _ = socket.send(MessageCodec.encode(message), descriptors);
    }

    void close() {
      socket.close();
      Descriptors.close(pidfd);
    }
  }
}
