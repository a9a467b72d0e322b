package io.polyproc.cluster;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Decides on which node a process runs, by what the nodes say of their load. Any thread may call.
 */
final class Placement {
  private final NodeInfo info;
  private final Collection<PeerNode> peers;
  private final HostedProcesses processes;

  /**
   * As a node sees it.
   *
   * @param info of this node
   * @param peers the other nodes, as they come and go
   * @param processes that run on this node
   */
  Placement(NodeInfo info, Collection<PeerNode> peers, HostedProcesses processes) {
    this.info = info;
    this.peers = peers;
    this.processes = processes;
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
    for (PeerNode peer : peers) {
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
    for (PeerNode peer : peers) {
      if (peer.info().name().equals(name)) {
        return peer;
      }
    }
    List<String> names = new ArrayList<>(List.of(info.name()));
    peers.forEach(peer -> names.add(peer.info().name()));
    throw new IllegalArgumentException(
        "there is no node %s in the cluster; there are %s"
            .formatted(name, String.join(", ", names.stream().sorted().toList())));
  }

  /** How many cores the cluster has. */
  long cores() {
    long cores = info.cores();
    for (PeerNode peer : peers) {
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
}
