package io.polyproc.cluster;

import io.polyproc.observation.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Answers what processes, the command and other agents ask: what the cluster looks like, and what
 * is in memory that a node holds for others; {@link ProcessQuestions} answers what is asked of
 * processes. Any thread may call.
 */
final class Questions {
  private final NodeInfo info;

  /** By their incarnations. */
  private final Map<String, PeerNode> peers;

  private final HostedProcesses processes;
  private final HostedMemory memory;
  private final Placement placement;
  private final ProcessQuestions ofProcesses;

  /**
   * On a node.
   *
   * @param info of this node
   * @param peers the other nodes, as they come and go
   * @param processes that run on this node
   * @param memory that this node holds
   */
  Questions(
      NodeInfo info,
      Map<String, PeerNode> peers,
      HostedProcesses processes,
      HostedMemory memory,
      Placement placement,
      ProcessQuestions ofProcesses) {
    this.info = info;
    this.peers = peers;
    this.processes = processes;
    this.memory = memory;
    this.placement = placement;
    this.ofProcesses = ofProcesses;
  }

  /** Answers what a process or the command asks. */
  byte[] answer(Fields question) {
    try {
      return switch (question.text(0)) {
        case "cores" -> Fields.of(CommandResult.DONE, placement.cores());
        case "status" -> Fields.of(CommandResult.DONE, status());
        case "memory" -> askMemory(question);
        default -> ofProcesses.answer(question);
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
