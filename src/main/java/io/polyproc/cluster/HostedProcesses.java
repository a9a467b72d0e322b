package io.polyproc.cluster;

import io.polyproc.image.Installation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * The processes that run on this node, as far as its agent knows of them: those of other nodes'
 * programs, which it has started, and how many there are of this node's own. Any thread may call.
 */
final class HostedProcesses {
  private static final long LOOK_MILLIS = 100;

  private final ClusterFolder folder;
  private final Installation installation;
  private final Map<String, HostedProcess> starting = new ConcurrentHashMap<>();
  private final Set<HostedProcess> hosted = ConcurrentHashMap.newKeySet();

  /** Processes of this node's own programs that run here, without their main processes. */
  private final AtomicLong ofOwnPrograms = new AtomicLong();

  private volatile boolean draining;

  HostedProcesses(ClusterFolder folder, Installation installation) {
    this.folder = folder;
    this.installation = installation;
  }

  /**
   * Runs a process until it ends; its channel to what stands for it ends then, too.
   *
   * @param home to what stands for it
   * @param isLost whether the node with an incarnation was lost, whose process ends at once
   */
  void run(
      Channel home,
      String program,
      String title,
      Map<String, String> variables,
      Predicate<String> isLost) {
    String token = Certificates.secret(16);
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("POLYPROC_CLUSTER", "on");
    environment.put("POLYPROC_CLUSTER_NODE", folder.toString());
    environment.put("POLYPROC_CLUSTER_PROGRAM", program);
    environment.put("POLYPROC_CLUSTER_PROCESS", token);
    environment.putAll(variables);
    Path launcher = installation.bin().resolve("polyproc");
    HostedProcess process =
        HostedProcess.start(
            home,
            title,
            program,
            List.of(launcher.toString(), "-c", "from _polyproc.cluster import child; child.main()"),
            environment,
            folder.empty());
    starting.put(token, process);
    hosted.add(process);
    try {
      // Looked at after it was added: a node that is lost from now on ends it, too.
      if (isLost.test(ClusterObjects.incarnation(program.substring(0, program.lastIndexOf('-'))))) {
        process.kill();
      }
      process.serve();
    } finally {
      hosted.remove(process);
      starting.remove(token);
    }
  }

  /** The process that was started with a token has connected; false if there is none. */
  boolean attach(String token, Channel channel) {
    HostedProcess process = starting.remove(token);
    if (process == null) {
      return false;
    }
    process.attach(channel);
    return true;
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

  /** Takes no more processes, and waits until those that run here have ended. */
  void drain(long seconds) throws InterruptedException {
    draining = true;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!hosted.isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(LOOK_MILLIS);
    }
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
    return all;
  }
}
