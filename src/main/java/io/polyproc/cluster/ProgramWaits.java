package io.polyproc.cluster;

import io.polyproc.observation.NodePids;
import io.polyproc.observation.NodeProcesses;
import io.polyproc.observation.Observation;
import io.polyproc.observation.Observer;
import io.polyproc.observation.ProcessTable;
import io.polyproc.observation.WaitReport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for whom in a program whose processes are on several nodes. Each node's agent asks
 * those of its machine; the one that was asked by the command puts together what all have told, and
 * adds what only agents know: who holds a lock of the cluster, and which process a process stands
 * for.
 *
 * <p>Any thread may call.
 */
final class ProgramWaits {
  private static final int FIRST_HOLDER = 2;

  private final NodeInfo info;
  private final Map<String, PeerNode> peers;
  private final HostedProcesses hosted;
  private final Objects objects;

  /** What the agent of this node can be asked. */
  interface Objects {
    /** Gives a command to an object of the cluster: see {@link SemaphoreObject}. */
    byte[] ask(String object, Object... command);

    /** The names of the programs that began on this node. */
    Set<String> ownPrograms();
  }

  /**
   * @param info of this node
   * @param peers the other nodes, by their incarnations
   * @param hosted the processes of other nodes' programs that run here
   */
  ProgramWaits(
      NodeInfo info, Map<String, PeerNode> peers, HostedProcesses hosted, Objects objects) {
    this.info = info;
    this.peers = peers;
    this.hosted = hosted;
    this.objects = objects;
  }

  /**
   * Looks at the program of a process of this node.
   *
   * @throws IOException if there is no such process of this user, or its program uses no cluster
   */
  WaitReport report(int pid, Duration patience) throws IOException {
    String program = programOf(pid);
    try (Observer observer = new Observer()) {
      return WaitReport.of(() -> look(observer, program, patience));
    }
  }

  private String programOf(int pid) throws IOException {
    Map<Integer, ProcessTable.Entry> table = ProcessTable.read();
    ProcessTable.Entry entry = table.get(pid);
    Optional<String> found =
        entry == null
            ? Optional.empty()
            : rootsByProgram(table).entrySet().stream()
                .filter(
                    program ->
                        program.getValue().stream()
                            .anyMatch(root -> ProcessTable.tree(root, table).contains(entry)))
                .map(Map.Entry::getKey)
                .findFirst();
    return found.orElseThrow(
        () ->
            new IOException(
                "there is no process %d of a program that uses the cluster on node %s"
                    .formatted(pid, info.name())));
  }

  /** The outermost processes of this machine that belong to each program. */
  private Map<String, List<ProcessTable.Entry>> rootsByProgram(
      Map<Integer, ProcessTable.Entry> table) {
    Map<String, List<ProcessTable.Entry>> roots = new HashMap<>();
    hosted
        .pids()
        .forEach(
            (pid, program) -> {
              ProcessTable.Entry root = table.get(pid);
              if (root != null) {
                roots.computeIfAbsent(program, _ -> new ArrayList<>()).add(root);
              }
            });
    for (String program : objects.ownPrograms()) {
      ProcessTable.Entry first = table.get(pidIn(program, '-'));
      if (first != null) {
        roots
            .computeIfAbsent(program, _ -> new ArrayList<>())
            .add(ProcessTable.program(first, table));
      }
    }
    return roots;
  }

  /** The process id in a name, which ends in it, a dot and a number. */
  private static int pidIn(String name, char before) {
    return Integer.parseInt(name.substring(name.lastIndexOf(before) + 1, name.lastIndexOf('.')));
  }

  /**
   * {@code waits PROGRAM MILLIS}: what the processes of a program on this machine have told.
   *
   * @throws IOException if none can be asked
   */
  String ask(Fields question) throws IOException {
    try (Observer observer = new Observer()) {
      return ask(observer, question.text(1), Duration.ofMillis(question.number(2)));
    }
  }

  private String ask(Observer observer, String program, Duration patience) {
    Map<Integer, ProcessTable.Entry> table = ProcessTable.read();
    return NodeProcesses.ask(
        observer, rootsByProgram(table).getOrDefault(program, List.of()), table, patience);
  }

  private Observation look(Observer observer, String program, Duration patience)
      throws IOException {
    List<NodeProcesses> nodes = new ArrayList<>();
    Map<String, Integer> numbers = new HashMap<>();
    numbers.put(info.incarnation(), 0);
    nodes.add(NodeProcesses.read(0, info.name(), ask(observer, program, patience)));
    boolean isComplete = true;
    byte[] question = Fields.of("waits", program, patience.toMillis());
    for (PeerNode peer : peers.values()) {
      try {
        Fields answer = Fields.read(peer.ask(question));
        if (!answer.text(0).equals(CommandResult.DONE)) {
          throw new IOException(answer.text(1));
        }
        nodes.add(NodeProcesses.read(nodes.size(), peer.info().name(), answer.text(1)));
        numbers.put(peer.info().incarnation(), nodes.size() - 1);
      } catch (IOException e) {
        isComplete = false; // what it would have told may be what all others wait for
      }
    }
    complete(nodes, numbers);
    return Observation.ofNodes(nodes, isComplete);
  }

  /** Adds who holds the cluster's locks, and for which processes others stand. */
  private void complete(List<NodeProcesses> nodes, Map<String, Integer> numbers) {
    Map<Integer, Set<Integer>> stoodFor = new HashMap<>();
    for (NodeProcesses node : nodes) {
      node.memberships()
          .forEach(
              (process, cluster) -> {
                if (cluster.get("home") instanceof String home && !home.isEmpty()) {
                  Integer number = numbers.get(ClusterObjects.incarnation(home));
                  if (number != null) {
                    int pid = Integer.parseInt(home.substring(home.lastIndexOf('#') + 1));
                    stoodFor
                        .computeIfAbsent(NodePids.of(number, pid), _ -> new TreeSet<>())
                        .add(process);
                  }
                }
              });
    }
    Map<String, Fields> holders = new HashMap<>();
    for (NodeProcesses node : nodes) {
      node.waits()
          .forEach(
              (process, waits) ->
                  waits.forEach(
                      wait ->
                          complete(
                              wait, stoodFor.getOrDefault(process, Set.of()), numbers, holders)));
    }
  }

  @SuppressWarnings("unchecked") // an object of JSON
  private void complete(
      Map<String, @Nullable Object> wait,
      Set<Integer> stoodFor,
      Map<String, Integer> numbers,
      Map<String, Fields> holders) {
    if ("remote process".equals(wait.get("kind")) && !stoodFor.isEmpty()) {
      wait.put("needs", "processes");
      wait.put("pids", List.copyOf(stoodFor));
      wait.put("pid", stoodFor.iterator().next());
    }
    if (wait.get("semaphore") instanceof Map<?, ?> map
        && map.get("cluster") instanceof String key) {
      Map<String, @Nullable Object> semaphore = (Map<String, @Nullable Object>) map;
      Fields answer =
          holders.computeIfAbsent(
              key,
              _ ->
                  Fields.read(
                      objects.ask(
                          key,
                          "s.holders",
                          Boolean.TRUE.equals(semaphore.get("tracked")) ? "t" : "",
                          String.valueOf(semaphore.get("first")),
                          String.valueOf(semaphore.get("max")))));
      List<Integer> pids = holders(answer, numbers);
      semaphore.put("listed", pids);
      if (pids.size() == 1) {
        semaphore.put("holder", pids.getFirst());
      }
    }
  }

  /** Those that are on nodes which have told of their processes. */
  private static List<Integer> holders(Fields answer, Map<String, Integer> numbers) {
    List<Integer> pids = new ArrayList<>();
    for (int i = FIRST_HOLDER; i < answer.count(); i++) {
      String name = answer.text(i);
      Integer number = numbers.get(ClusterObjects.incarnation(name));
      if (number != null) {
        pids.add(NodePids.of(number, pidIn(name, '#')));
      }
    }
    return pids;
  }
}
