package io.polyproc.cluster;

import io.polyproc.distribution.Installation;
import io.polyproc.observation.Json;
import io.polyproc.observation.Observer;
import io.polyproc.observation.ProcessReport;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The agent of one node: it serves the programs of its machine ({@link LocalServer}) and the agents
 * of others ({@link PeerServer}), and takes what a lost node had away from it. {@link
 * HostedProcesses} runs processes of programs of other nodes. Any thread may call.
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
  private final Map<String, Client> clients = new ConcurrentHashMap<>();

  /** The objects that each process of this machine has used. */
  private final Map<String, Set<String>> used = new ConcurrentHashMap<>();

  /** How many connections each program that began here has. */
  private final Map<String, Integer> programs = new HashMap<>();

  private final Leases leases;
  private final HostedProcesses processes;
  private final ExportedDescriptors exports;
  private final HostedMemory memory = new HostedMemory();
  private final AtomicLong serial = new AtomicLong();
  private final ExecutorService notices = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch end = new CountDownLatch(1);

  Agent(NodeInfo info, Tls tls, Engine engine, ClusterFolder folder, Installation installation) {
    this.info = info;
    this.tls = tls;
    this.engine = engine;
    this.folder = folder;
    this.leases = new Leases(engine, info.incarnation(), this::isConfirmed, this::recall);
    this.processes = new HostedProcesses(folder, installation);
    this.exports = new ExportedDescriptors(info.incarnation());
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
      clients.values().forEach(client -> client.retryAfter(PATIENCE_NANOS));
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
    outcomes.forEach(this::dispatch);
  }

  // --- Shared objects

  /** Has a command executed and tells those whom its outcome concerns; returns the answer. */
  byte[] exec(String object, byte[] command) {
    return dispatch(leases.exec(object, command));
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

  private byte[] dispatch(byte[] outcome) {
    Fields fields = Fields.read(outcome);
    for (int at = 1; at + 2 < fields.count(); at += 3) {
      notify(fields.text(at), fields.text(at + 1), fields.bytes(at + 2));
    }
    return fields.bytes(0);
  }

  private void notify(String name, String request, byte[] answer) {
    String incarnation = ClusterObjects.incarnation(name);
    if (incarnation.equals(info.incarnation())) {
      notices.execute(() -> tell(name, request, answer));
      return;
    }
    PeerNode peer = peers.get(incarnation);
    if (peer != null) {
      notices.execute(
          () -> {
            try {
              byte[] _ = peer.ask(Fields.of("notice", name, request, answer));
            } catch (IOException e) {
              // The client looks again by itself, or its node is about to be lost.
            }
          });
    }
  }

  /** Tells a client of this machine that it is served. */
  void tell(String name, String request, byte[] answer) {
    Client client = clients.get(name);
    if (client != null) {
      client.tell(request, answer);
    }
  }

  void add(String name, Client client) {
    clients.put(name, client);
  }

  void remove(String name) {
    clients.remove(name);
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

  private boolean hasOwnPrograms() {
    synchronized (programs) {
      return programs.keySet().stream().anyMatch(name -> name.startsWith(info.incarnation()));
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
    while ((processes.areHosted() || hasOwnPrograms()) && System.nanoTime() < deadline) {
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

  /**
   * Where a process is to run: on its own node as long as a core is free there, else where the most
   * is.
   *
   * @param wanted the node's name; empty for any
   * @return an incarnation
   * @throws IllegalArgumentException if there is no such node, or it is leaving
   */
  String place(String wanted) {
    if (wanted.equals(info.name())) {
      return info.incarnation();
    }
    if (!wanted.isEmpty()) {
      return placeAt(find(wanted));
    }
    long running = processes.running();
    if (running < info.cores()) {
      return info.incarnation();
    }
    String best = info.incarnation();
    double least = load(running, info.cores());
    for (PeerNode peer : peers.values()) {
      try {
        Fields load = Fields.read(peer.ask(Fields.of("load")));
        double other = load(load.number(0), load.number(1));
        if (other < least) {
          least = other;
          best = peer.info().incarnation();
        }
      } catch (IOException e) {
        // It is about to be lost.
      }
    }
    return best;
  }

  private static String placeAt(PeerNode peer) {
    try {
      if (Fields.read(peer.ask(Fields.of("load"))).number(2) != 0) {
        throw new IllegalArgumentException(
            "node %s is leaving the cluster, and takes no more processes"
                .formatted(peer.info().name()));
      }
    } catch (IOException e) {
      // It is about to be lost, which the start of the process will say.
    }
    return peer.info().incarnation();
  }

  private static double load(long running, long cores) {
    return cores == 0 ? Double.POSITIVE_INFINITY : (running + 1.0) / cores;
  }

  private PeerNode find(String name) {
    for (PeerNode peer : peers.values()) {
      if (peer.info().name().equals(name)) {
        return peer;
      }
    }
    List<String> names = new ArrayList<>(List.of(info.name()));
    peers.values().forEach(peer -> names.add(peer.info().name()));
    throw new IllegalArgumentException(
        "there is no node %s in the cluster; there are %s"
            .formatted(name, String.join(", ", names.stream().sorted().toList())));
  }

  /** The peer with an incarnation; null if it is not in the cluster. */
  @Nullable PeerNode peer(String incarnation) {
    return peers.get(incarnation);
  }

  List<PeerNode> peers() {
    return List.copyOf(peers.values());
  }

  /** How many cores the cluster has. */
  long cores() {
    long cores = info.cores();
    for (PeerNode peer : peers.values()) {
      cores += peer.info().cores();
    }
    return cores;
  }

  /**
   * Processes that run here for other nodes' programs and for this one's, cores for more of them,
   * and whether the node is leaving.
   */
  byte[] load() {
    boolean draining = processes.isDraining();
    return Fields.of(processes.running(), draining ? 0 : info.cores(), draining ? 1 : 0);
  }

  // --- Questions

  /** Answers what a process or the command asks. */
  byte[] answer(Fields question) {
    try {
      return switch (question.text(0)) {
        case "cores" -> Fields.of(CommandResult.DONE, cores());
        case "status" -> Fields.of(CommandResult.DONE, status());
        case "memory" -> askMemory(question);
        case "ps" -> Fields.of(CommandResult.DONE, ps(question));
        case "ps-all" -> psOfAll(question);
        default -> Fields.of(CommandResult.REFUSED, "no question " + question.text(0));
      };
    } catch (IllegalArgumentException | IOException e) {
      return Fields.of(CommandResult.REFUSED, String.valueOf(e.getMessage()));
    }
  }

  /**
   * {@code memory NAME create CONTENT}, {@code read OFFSET LENGTH} or {@code write OFFSET CONTENT}:
   * where it was made.
   */
  byte[] askMemory(Fields question) throws IOException {
    String name = question.text(1);
    String incarnation = name.substring(0, Math.max(0, name.indexOf('|')));
    if (!incarnation.equals(info.incarnation())) {
      PeerNode peer = peers.get(incarnation);
      if (peer == null) {
        return Fields.of(CommandResult.FENCED, NodeInfo.nameOf(incarnation));
      }
      return peer.ask(
          Fields.of("memory", name, question.bytes(2), question.bytes(3), question.bytes(4)));
    }
    String block = name.substring(incarnation.length() + 1);
    int offset = (int) question.number(3);
    switch (question.text(2)) {
      case "create" -> memory.create(block, question.bytes(4));
      case "write" -> memory.write(block, offset, question.bytes(4));
      default -> {
        return Fields.of(CommandResult.DONE, memory.read(block, offset, (int) question.number(4)));
      }
    }
    return Fields.of(CommandResult.DONE);
  }

  /** {@code ps FORMAT SHARES MILLIS}: the processes of this machine and user, as JSON or text. */
  private static String ps(Fields question) throws IOException {
    try (Observer observer = new Observer()) {
      ProcessReport report =
          ProcessReport.ofAll(
              observer, Duration.ofMillis(question.number(3)), !question.text(2).isEmpty());
      return question.text(1).equals("json") ? report.toJson() : report.toText();
    }
  }

  /** {@code ps-all FORMAT SHARES MILLIS}: names of nodes and what {@code ps} says there. */
  private byte[] psOfAll(Fields question) throws IOException {
    List<Object> answer = new ArrayList<>(List.of(CommandResult.DONE, info.name(), ps(question)));
    byte[] forwarded = Fields.of("ps", question.text(1), question.text(2), question.text(3));
    for (PeerNode peer : peers.values()) {
      answer.add(peer.info().name());
      try {
        answer.add(Fields.read(peer.ask(forwarded)).text(1));
      } catch (IOException e) {
        String reason = "it does not answer: " + e.getMessage();
        answer.add(question.text(1).equals("json") ? Json.write(reason) : reason + "\n");
      }
    }
    return Fields.of(answer.toArray());
  }

  /** The cluster as this node sees it, as JSON. */
  private String status() {
    List<Object> nodes = new ArrayList<>();
    nodes.add(describe());
    for (PeerNode peer : peers.values()) {
      try {
        nodes.add(Json.parse(Fields.read(peer.ask(Fields.of("describe"))).text(0)));
      } catch (IOException e) {
        Map<String, Object> silent = new LinkedHashMap<>();
        silent.put("name", peer.info().name());
        silent.put("address", peer.info().address());
        silent.put("state", "silent");
        nodes.add(silent);
      }
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("node", info.name());
    all.put("nodes", nodes);
    return Json.write(all);
  }

  /** This node, for {@code status}. */
  Map<String, Object> describe() {
    Map<String, Object> node = new LinkedHashMap<>();
    node.put("name", info.name());
    node.put("address", info.address());
    node.put("state", processes.isDraining() ? "leaving" : "up");
    node.put("cores", info.cores());
    node.putAll(processes.describe());
    return node;
  }
}
