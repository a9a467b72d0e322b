package io.polyproc.supervisor;

import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MemoryReserve;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.MessageSocket.Packet;
import io.polyproc.posix.PosixException;
import io.polyproc.protocol.Message;
import io.polyproc.protocol.Message.Exited;
import io.polyproc.protocol.Message.StartFailed;
import io.polyproc.protocol.Message.StartProcess;
import io.polyproc.protocol.Message.Started;
import io.polyproc.protocol.MessageCodec;
import io.polyproc.supervisor.PendingStarts.PendingStart;
import io.polyproc.supervisor.WorkerJvm.Peer;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Starts worker JVMs, hands them out to the program in whose JVM it is, tells parents how their
 * processes ended, and leaves none behind.
 *
 * <p>Its thread, on which an {@link EventLoop} runs, owns all state; nothing else touches it, so
 * nothing is locked. Every process, the main program too, speaks to it through a {@link
 * MessageSocket}.
 *
 * <pre>
 *   a process of the program ── StartProcess ──► startProcess ──► PendingStarts, while the zygote
 *                                                     │           is not warm
 *                                                     ▼
 *   its worker ◄── Assign ──── startNow ◄── claim ── WorkerSupply: a standby, a fork of the zygote,
 *                                                     ▲            one that boots, a new one
 *   the end of a worker (its pidfd) ──► ended ────────┘
 *                                         └── Exited ──► its parent
 * </pre>
 *
 * <p>What it keeps: {@link WorkerSupply} has the workers, {@link PendingStarts} the processes that
 * wait for one, {@link DescriptorExchange} what processes have left for each other; forked
 * processes, which are their parents' to wait for, are here. The descriptors of a request belong to
 * the object that has the request, and are closed when it is answered.
 *
 * <p>When a worker ends, its parent is told, its daemonic children are terminated, and starts that
 * it waited for are dropped. When the main program ends, its standbys are killed, daemonic
 * processes are terminated, and killed after five seconds; then the thread ends. When the
 * supervisor dies with its JVM, the workers see their control sockets close: those without an
 * assignment and the daemonic ones exit, the others go on.
 */
public final class Supervisor {
  private static final System.Logger LOG = System.getLogger(Supervisor.class.getName());

  /** The descriptors of a {@link StartProcess} that the payload does not name. */
  private static final int MIN_DESCRIPTORS = 4;

  private static final Duration SHUTDOWN = Duration.ofSeconds(5);

  private final EventLoop loop = new EventLoop();
  private final MainProcess main;
  private final MemoryReserve reserve;
  private final boolean forGood;
  private final WorkerSupply supply;
  private final PendingStarts pending = new PendingStarts();
  private final DescriptorExchange exchange = new DescriptorExchange();
  private final List<ForkedProcess> forkedProcesses = new ArrayList<>();
  private boolean isEnding;

  /** When daemonic processes that are left are killed, as {@link System#nanoTime}. */
  private long killAt;

  private Supervisor(
      MessageSocket socket,
      List<String> command,
      Map<String, String> environment,
      StandbyPolicy policy,
      boolean forGood) {
    this.main = new MainProcess(socket);
    this.forGood = forGood;
    this.reserve = MemoryReserve.of(environment);
    this.supply = new WorkerSupply(command, environment, policy, new Watcher());
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

  /** Watches workers, and handles what the zygote says out of turn. */
  private final class Watcher implements WorkerSupply.Owner {
    @Override
    public void added(WorkerJvm worker) {
      loop.watch(worker.control().fd(), () -> receive(worker));
      loop.watch(worker.pidfd(), () -> ended(worker));
    }

    @Override
    public void handle(WorkerJvm zygote, Message message) {
      Supervisor.this.handle(zygote.asPeer(), false, message);
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
    loop.add(this::doWhatIsDue);
    try {
      loop.run(() -> !isEnding || supply.workers().anyMatch(WorkerJvm::isDaemonic));
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "the supervisor failed; its workers are ended", e);
    } finally {
      close();
    }
  }

  /**
   * Handles one message; false if the peer has closed, or has sent what a peer must not send.
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
      case Message.Ready _ -> supply.booted(supply.of(peer));
      case Message.Warm warm -> supply.becameWarm(supply.of(peer), warm.forkable());
      case Message.Prepared _ -> supply.prepared(supply.of(peer));
      case Message.Forked forked -> forked(supply.of(peer), forked.pid());
      case Message.ForkFailed failed -> supply.notForked(supply.of(peer), failed.reason());
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
      case Message.Prepare _ -> supply.prepare();
      case StartProcess start -> startProcess(peer, start, descriptors);
      case Message.Join join when descriptors.length == 2 -> join(join.pid(), descriptors);
      case Message.ShareDescriptor share when descriptors.length == 1 ->
          exchange.share(peer, share, descriptors[0]);
      // The kernel has dropped it, as no file may be opened any more: the taker will be told so.
      case Message.ShareDescriptor share ->
          peer.send(new Message.SharedDescriptor(share.request()));
      case Message.TakeDescriptor take -> exchange.take(peer, take);
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
      pending.forget(process);
      terminateDaemonicChildren(process);
    }
  }

  private List<Integer> descriptors() {
    List<Integer> all = new ArrayList<>(loop.watched());
    supply.addDescriptorsTo(all);
    all.add(main.pidfd());
    exchange.addDescriptorsTo(all);
    pending.addDescriptorsTo(all);
    return all;
  }

  private void forked(WorkerJvm original, int pid) {
    if (supply.forked(original, pid)) {
      hurryZygote();
    }
  }

  private void hurryZygote() {
    if (!pending.isEmpty()) {
      supply.hurryZygote();
    }
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
    if (supply.isZygoteAwaited() && !supply.hasStandby()) {
      pending.add(parent, start, descriptors);
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
    String ofSupply = supply.objection();
    return ofSupply != null ? ofSupply : reserve.objection();
  }

  private void startPending() {
    while (!pending.isEmpty() && (!supply.isZygoteAwaited() || pending.nanosLeft() <= 0)) {
      PendingStart next = pending.remove();
      startNow(next.parent(), next.start(), next.descriptors());
    }
  }

  private void startNow(Peer parent, StartProcess start, int[] descriptors) {
    try {
      WorkerJvm worker = supply.claim();
      int[] withParent = new int[descriptors.length + 1];
      withParent[0] = parent.pidfd();
      System.arraycopy(descriptors, 0, withParent, 1, descriptors.length);
      // A worker that has died meanwhile can't be sent to: that is its exit, reported as such.
      worker.assign(parent, start.title(), start.daemonic() || forGood, withParent);
      parent.send(new Started(start.request(), worker.pid()), worker.pidfd());
      supply.assigned();
    } catch (PosixException e) {
      parent.send(new StartFailed(start.request(), String.valueOf(e.getMessage())));
    } finally {
      Descriptors.closeAll(descriptors);
    }
  }

  private void receive(WorkerJvm worker) {
    if (!receive(worker.asPeer(), worker.isAssigned(), worker.control())) {
      loop.forget(worker.control().fd());
      worker.controlClosed();
    }
  }

  /**
   * Starts and ends what it is time for; returns when to look again, as {@link EventLoop.Chore}.
   */
  private int doWhatIsDue() {
    startPending();
    supply.topUp();
    int again = supply.millisUntilTopUp();
    if (!pending.isEmpty()) {
      again = sooner(again, pending.nanosLeft());
    }
    if (isEnding) {
      long left = killAt - System.nanoTime();
      if (left <= 0) {
        supply.workers().filter(WorkerJvm::isDaemonic).forEach(WorkerJvm::kill);
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

  private void ended(WorkerJvm worker) {
    drain(worker);
    loop.forget(worker.control().fd());
    loop.forget(worker.pidfd());
    pending.forget(worker.asPeer());
    Exited exited = supply.ended(worker);
    Peer parent = worker.parent();
    if (parent != null) {
      parent.send(exited);
    }
    terminateDaemonicChildren(worker.asPeer());
  }

  /** What a worker sent before it ended still counts: the descriptors it shared, say. */
  private void drain(WorkerJvm worker) {
    while (worker.isControlOpen() && Descriptors.poll(new int[] {worker.control().fd()}, 0)[0]) {
      receive(worker);
    }
  }

  private void terminateDaemonicChildren(Peer parent) {
    supply.workers().filter(child -> isDaemonicChild(child, parent)).forEach(WorkerJvm::terminate);
  }

  private static boolean isDaemonicChild(WorkerJvm child, Peer of) {
    Peer parent = child.parent();
    return child.isDaemonic() && parent != null && parent.pid() == of.pid();
  }

  private void mainEnded() {
    isEnding = true;
    killAt = System.nanoTime() + SHUTDOWN.toNanos();
    supply.stopStandbys();
    supply.workers().filter(WorkerJvm::isDaemonic).forEach(WorkerJvm::terminate);
  }

  /**
   * Kills the workers that wait for an assignment, waits for that, and closes what is open. The
   * loop has ended: it would still watch the descriptors that are closed here.
   */
  private void close() {
    try {
      List.copyOf(forkedProcesses).forEach(this::leave);
      supply.stopStandbys();
      supply.reapDiscarded(SHUTDOWN);
      exchange.close();
    } finally {
      // Whatever failed: the main program waits for its end.
      main.close();
    }
  }
}
