package io.polyproc.cluster;

import io.polyproc.distribution.Installation;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The agent of one node: it serves the programs of its machine ({@link LocalServer}) and the agents
 * of others ({@link PeerServer}), and takes what a lost node had away from it. {@link
 * HostedProcesses} runs processes of programs of other nodes, {@link Placement} decides where, and
 * {@link Questions} answers what is asked of the cluster. Any thread may call.
 */
final class Agent {
  private static final System.Logger LOG = System.getLogger(Agent.class.getName());
  private static final long LOOK_MILLIS = 1_000;
  private static final long DRAIN_MILLIS = 100;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final String NODES = "node/";
  private static final String SYSTEM = "agent#0/0";

  private final NodeInfo info;
  private final Tls tls;
  private final Engine engine;
  private final ClusterFolder folder;
  private final Map<String, PeerNode> peers = new ConcurrentHashMap<>();
  private final Set<String> lost = ConcurrentHashMap.newKeySet();

  /** The objects that each process of this machine has used. */
  private final Map<String, Set<String>> used = new ConcurrentHashMap<>();

  /** How many connections each program that began here has. */
  private final Map<String, Integer> programs = new HashMap<>();

  private final Leases leases;
  private final HostedProcesses processes;
  private final ExportedDescriptors exports;
  private final HostedMemory memory = new HostedMemory();
  private final AtomicLong serial = new AtomicLong();
  private final Notices notices;
  private final Placement placement;
  private final Questions questions;
  private final OwnObjects own = new OwnObjects();
  private final CountDownLatch end = new CountDownLatch(1);

  Agent(NodeInfo info, Tls tls, Engine engine, ClusterFolder folder, Installation installation) {
    this.info = info;
    this.tls = tls;
    this.engine = engine;
    this.folder = folder;
    this.leases = new Leases(engine, info.incarnation(), this::isConfirmed, this::recall);
    this.processes = new HostedProcesses(folder, installation);
    this.exports = new ExportedDescriptors(info.incarnation());
    this.notices = new Notices(info.incarnation(), peers);
    this.placement = new Placement(info, peers.values(), processes);
    this.questions =
        new Questions(
            info,
            peers,
            processes,
            memory,
            placement,
            new ProcessQuestions(info, peers, new ProgramWaits(info, peers, processes, own)));
  }

  NodeInfo info() {
    return info;
  }

  ClusterFolder folder() {
    return folder;
  }

  HostedProcesses processes() {
    return processes;
  }

  ExportedDescriptors exports() {
    return exports;
  }

  Notices notices() {
    return notices;
  }

  Placement placement() {
    return placement;
  }

  Questions questions() {
    return questions;
  }

  /** Makes itself known, and begins to look after the others. */
  void start() {
    byte[] _ = exec(NODES + info.incarnation(), command(RecordObject.SET, info.toBytes()));
    engine.onLeft(
        incarnation ->
            Thread.ofPlatform().start(() -> lose(incarnation, "has left, or has ended")));
    engine.onDataLost(() -> Thread.ofPlatform().start(this::giveUp));
    Thread.ofPlatform().daemon().name("look").start(this::look);
  }

  private static byte[] command(String operation, Object argument) {
    return Fields.of(SYSTEM, 0, operation, argument);
  }

  /** Waits until the agent is to end. */
  void await() throws InterruptedException {
    end.await();
  }

  /** Ends the agent. */
  void end() {
    end.countDown();
  }

  boolean hasEnded() {
    return end.getCount() == 0;
  }

  /** The engine serves no more: nothing can go on here. */
  void fail(Engine.EngineException e) {
    if (!hasEnded()) {
      LOG.log(Level.ERROR, "this node does not belong to the cluster any more and ends", e);
      end();
    }
  }

  /** Objects are gone: what programs would find is wrong, so all of it ends. */
  private void giveUp() {
    LOG.log(
        Level.ERROR,
        "more nodes were lost at once than the cluster can bear; what they held is gone, and the"
            + " cluster ends");
    for (PeerNode peer : peers.values()) {
      try {
        byte[] _ = peer.ask(Fields.of("stop"));
      } catch (IOException e) {
        // It is lost, too.
      }
    }
    end();
  }

  /** Before the end: what runs here for others ends now. */
  void killAll() {
    processes.killAll();
    peers.values().forEach(PeerNode::close);
  }

  // --- Nodes

  private void look() {
    try {
      while (!hasEnded()) {
        lookOnce();
        Thread.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void lookOnce() {
    try {
      if (ClusterObjects.isFenced(info.incarnation())) {
        LOG.log(Level.ERROR, "this node was lost to the others, and ends");
        end();
        return;
      }
      engine.members().forEach(this::meet);
      notices.retryAfter(PATIENCE_NANOS);
      leases.giveBackIdle();
    } catch (Engine.EngineException e) {
      fail(e);
    }
  }

  /** Connects to a node if it serves, and is not known yet. */
  void meet(String incarnation) {
    if (incarnation.equals(info.incarnation())
        || peers.containsKey(incarnation)
        || lost.contains(incarnation)) {
      return;
    }
    Fields found = Fields.read(exec(NODES + incarnation, command(RecordObject.GET, "")));
    if (!found.text(0).equals(CommandResult.DONE)) {
      return;
    }
    NodeInfo other = NodeInfo.read(found.bytes(1));
    PeerNode peer =
        new PeerNode(other, info.incarnation(), tls, () -> lose(incarnation, "was lost"));
    if (peers.putIfAbsent(incarnation, peer) == null) {
      LOG.log(Level.INFO, "node {0} at {1} has joined", other.name(), other.address());
      NodeEvents.joined(other.name(), other.address());
      peer.start();
    }
  }

  /** Whether a node may still say something. */
  boolean isLost(String incarnation) {
    return lost.contains(incarnation);
  }

  /** A node has ended: what it held passes on, what ran for it ends. */
  void lose(String incarnation, String how) {
    if (hasEnded() || incarnation.equals(info.incarnation()) || !lost.add(incarnation)) {
      return;
    }
    LOG.log(Level.WARNING, "node {0} {1}", NodeInfo.nameOf(incarnation), how);
    NodeEvents.lost(NodeInfo.nameOf(incarnation), how);
    ClusterObjects.fence(incarnation);
    PeerNode peer = peers.remove(incarnation);
    if (peer != null) {
      peer.close();
    }
    processes.killOf(incarnation);
    if (peer == null || !peer.hasEnded()) {
      outliveLeases();
    }
    try {
      passOn(engine.execAll("", lostCommand(incarnation + "#")));
      leases.forget(incarnation);
      engine.removeAll(NODES + incarnation);
      engine.removeAll(incarnation);
    } catch (Engine.EngineException e) {
      fail(e);
    }
  }

  /** A node that may still run goes on with what is leased to it for so long at most. */
  private static void outliveLeases() {
    try {
      TimeUnit.NANOSECONDS.sleep(Leases.VALID_NANOS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] lostCommand(String who) {
    return Fields.of(SYSTEM, 0, ClusterObjects.LOST, who);
  }

  private void passOn(List<byte[]> outcomes) {
    outcomes.forEach(notices::dispatch);
  }

  // --- Shared objects

  /** Has a command executed and tells those whom its outcome concerns; returns the answer. */
  byte[] exec(String object, byte[] command) {
    return notices.dispatch(leases.exec(object, command));
  }

  /** Another node had got an answer that was sent at this time: see {@link Leases}. */
  void confirm(String incarnation, long nanos) {
    PeerNode peer = peers.get(incarnation);
    if (peer != null) {
      peer.confirm(nanos);
    }
  }

  private boolean isConfirmed() {
    for (PeerNode peer : peers.values()) {
      if (!peer.hasConfirmedWithin(Leases.VALID_NANOS)) {
        return false;
      }
    }
    return true;
  }

  private void recall(String lessee, String object) throws IOException {
    PeerNode peer = peers.get(lessee);
    if (peer == null) {
      throw new IOException("node " + NodeInfo.nameOf(lessee) + " is not known yet, or lost");
    }
    byte[] _ = peer.ask(Fields.of("return", object));
  }

  /** Returns an object that this node has in its memory, as another one wants it. */
  void giveBack(String object) {
    leases.giveBack(object);
  }

  /** Before the end: what this node has of shared objects goes to others. */
  void giveBackAll() {
    try {
      leases.giveBackAll();
    } catch (Engine.EngineException e) {
      LOG.log(Level.WARNING, "locks of this node count as lost: {0}", e.getMessage());
    }
  }

  void uses(String process, String object) {
    used.computeIfAbsent(process, key -> ConcurrentHashMap.newKeySet()).add(object);
  }

  // --- Programs and processes of this machine

  /** A name for a new process of this machine. */
  String newProcess(int pid) {
    return "%s#%d.%d".formatted(info.incarnation(), pid, serial.incrementAndGet());
  }

  /** A program's name: it begins with the incarnation of its node. */
  String newProgram(int pid) {
    return "%s-%d.%d".formatted(info.incarnation(), pid, serial.incrementAndGet());
  }

  void enter(String program) {
    synchronized (programs) {
      programs.merge(program, 1, Integer::sum);
    }
  }

  /** A program has one connection less: with the last one, its objects go. */
  void leave(String program) {
    synchronized (programs) {
      if (programs.merge(program, -1, Integer::sum) > 0) {
        return;
      }
      programs.remove(program);
    }
    if (program.startsWith(info.incarnation()) && !hasEnded()) {
      programEnded(program);
      leases.forget(program + "/");
      engine.removeAll(program + "/");
      for (PeerNode peer : peers.values()) {
        try {
          byte[] _ = peer.ask(Fields.of("ended", program));
        } catch (IOException e) {
          // It is about to be lost, and its memory with it.
        }
      }
    }
  }

  /** What who looks at programs asks of the cluster. */
  private final class OwnObjects implements ProgramWaits.Objects {
    @Override
    public byte[] ask(String object, Object... command) {
      Object[] fields = new Object[command.length + 2];
      fields[0] = SYSTEM;
      fields[1] = 0;
      System.arraycopy(command, 0, fields, 2, command.length);
      return exec(object, Fields.of(fields));
    }

    @Override
    public Set<String> ownPrograms() {
      synchronized (programs) {
        return programs.keySet().stream()
            .filter(name -> name.startsWith(info.incarnation()))
            .collect(Collectors.toSet());
      }
    }
  }

  /**
   * Takes no more processes, and waits until those that run here for other nodes have ended, and so
   * have the programs of this one.
   *
   * @param seconds how long at most
   */
  void drain(long seconds) throws InterruptedException {
    processes.refuseMore();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while ((processes.areHosted() || !own.ownPrograms().isEmpty())
        && System.nanoTime() < deadline) {
      Thread.sleep(DRAIN_MILLIS);
    }
  }

  /**
   * A program has ended on its own node: what its processes have left here is not used any more.
   */
  void programEnded(String program) {
    memory.removeAll(program + "/");
    leases.forget(program + "/");
  }

  /** A process of this machine has ended. */
  void processEnded(String process) {
    Set<String> objects = used.remove(process);
    if (objects != null && !hasEnded()) {
      byte[] command = lostCommand(process + "/");
      objects.forEach(
          object -> {
            byte[] _ = exec(object, command);
          });
    }
  }

  /** The peer with an incarnation; null if it is not in the cluster. */
  @Nullable PeerNode peer(String incarnation) {
    return peers.get(incarnation);
  }

  List<PeerNode> peers() {
    return List.copyOf(peers.values());
  }
}
