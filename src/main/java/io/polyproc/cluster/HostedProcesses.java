package io.polyproc.cluster;

import io.polyproc.distribution.Installation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * The processes that run on this node, as far as its agent knows of them: those of other nodes'
 * programs, which it has started, and how many there are of this node's own. Any thread may call.
 */
final class HostedProcesses {
  private final ClusterFolder folder;
  private final Installation installation;

  /** By the tokens that they show when they connect. */
  private final Map<String, HostedProcess> byToken = new ConcurrentHashMap<>();

  private final Set<HostedProcess> hosted = ConcurrentHashMap.newKeySet();

  /** Processes of this node's own programs that run here, without their main processes. */
  private final AtomicLong ofOwnPrograms = new AtomicLong();

  /** How many processes of other nodes' programs this one has begun to run. */
  private final AtomicLong started = new AtomicLong();

  private volatile boolean draining;

  HostedProcesses(ClusterFolder folder, Installation installation) {
    this.folder = folder;
    this.installation = installation;
  }

  /**
   * Runs a process until it ends; its channel to what stands for it ends then, too.
   *
   * @param home to what stands for it
   * @param options of its interpreter
   * @param isLost whether the node with an incarnation was lost, whose process ends at once
   */
  void run(
      Channel home, String program, String title, List<String> options, Predicate<String> isLost) {
    String token = Certificates.secret(16);
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.keySet().removeIf(name -> name.startsWith("PYTHON")); // those of its parent count
    environment.put("POLYPROC_CLUSTER", "on");
    environment.put("POLYPROC_CLUSTER_NODE", folder.toString());
    environment.put("POLYPROC_CLUSTER_PROGRAM", program);
    environment.put("POLYPROC_CLUSTER_PROCESS", token);
    List<String> command = new ArrayList<>();
    command.add(installation.bin().resolve("polyproc").toString());
    command.addAll(options);
    command.addAll(List.of("-c", "from _polyproc.cluster import child; child.main()"));
    HostedProcess process =
        HostedProcess.start(home, title, program, command, environment, folder.empty());
    long _ = started.incrementAndGet();
    byToken.put(token, process);
    hosted.add(process);
    try {
      // Looked at after it was added: a node that is lost from now on ends it, too.
      if (isLost.test(ClusterObjects.incarnation(program.substring(0, program.lastIndexOf('-'))))) {
        process.kill();
      }
      process.serve();
    } finally {
      hosted.remove(process);
      byToken.remove(token);
    }
  }

  /**
   * Serves the process that was started with a token, or one that it has forked, if there is one.
   */
  void attach(String token, Channel channel) {
    HostedProcess process = byToken.get(token);
    if (process != null) {
      process.attach(channel);
    }
  }

  /** A process of one of this node's own programs has begun here. */
  void ownBegun() {
    long _ = ofOwnPrograms.incrementAndGet();
  }

  /** A process of one of this node's own programs has ended here. */
  void ownEnded() {
    long _ = ofOwnPrograms.decrementAndGet();
  }

  /** How many run, of all programs. */
  long running() {
    return ofOwnPrograms.get() + hosted.size();
  }

  boolean isDraining() {
    return draining;
  }

  /** Kills those of the programs of a node. */
  void killOf(String incarnation) {
    for (HostedProcess process : hosted) {
      if (process.program().startsWith(incarnation)) {
        process.kill();
      }
    }
  }

  void killAll() {
    hosted.forEach(HostedProcess::kill);
  }

  /** From now on others are told that this node has no cores. */
  void refuseMore() {
    draining = true;
  }

  /** The processes of other nodes' programs that run here, and the names of these. */
  Map<Integer, String> pids() {
    Map<Integer, String> all = new HashMap<>();
    hosted.forEach(process -> all.put(process.pid(), process.program()));
    return all;
  }

  /** Whether any run here for other nodes' programs. */
  boolean areHosted() {
    return !hosted.isEmpty();
  }

  /** For {@code status}, as JSON has it. */
  Map<String, Object> describe() {
    List<Object> processes = new ArrayList<>();
    for (HostedProcess process : hosted) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("pid", process.pid());
      one.put("title", process.title());
      one.put("of", NodeInfo.nameOf(process.program()));
      processes.add(one);
    }
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("local", ofOwnPrograms.get());
    all.put("hosted", processes);
    all.put("started", started.get());
    return all;
  }
}
