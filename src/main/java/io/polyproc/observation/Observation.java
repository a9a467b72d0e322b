package io.polyproc.observation;

import io.polyproc.posix.Processes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What an observer knows of a user's programs at a moment.
 *
 * @param processes in the order of a forest: each process before those that it has started
 * @param table all of the user's processes of this runtime
 * @param nodes the names of the nodes that the processes are on, by their numbers; empty if all are
 *     on this machine
 * @param isComplete whether there are no more processes that could take part
 */
public record Observation(
    List<ObservedProcess> processes,
    Map<Integer, ProcessTable.Entry> table,
    List<String> nodes,
    boolean isComplete) {

  /** Asks all processes of this user. */
  static Observation ofAll(
      Map<Integer, ProcessTable.Entry> table, Observer observer, Duration patience) {
    return of(ProcessTable.forest(table), table, observer, Observation::brief, patience);
  }

  /** What is wanted of each of many processes: a program knows the queues of its processes. */
  static Observer.Detail brief(ProcessTable.Entry entry) {
    return entry.role() == ProcessTable.Role.PROGRAM
        ? Observer.Detail.QUEUES
        : Observer.Detail.BRIEF;
  }

  /**
   * Asks all processes of the program that a process belongs to.
   *
   * @throws IOException if there is no such process of this user
   */
  public static Observation ofProgram(Observer observer, int pid, Duration patience)
      throws IOException {
    Map<Integer, ProcessTable.Entry> table = ProcessTable.read();
    ProcessTable.Entry root = ProcessTable.program(known(pid, table), table);
    return of(
        ProcessTable.tree(root, table), table, observer, _ -> Observer.Detail.WAITS, patience);
  }

  /**
   * Asks one process.
   *
   * @param detail what is wanted of it
   * @throws IOException if there is no such process of this user
   */
  public static Observation ofProcess(
      Observer observer, int pid, Observer.Detail detail, Duration patience) throws IOException {
    Map<Integer, ProcessTable.Entry> table = ProcessTable.read();
    return of(List.of(known(pid, table)), table, observer, _ -> detail, patience);
  }

  private static ProcessTable.Entry known(int pid, Map<Integer, ProcessTable.Entry> table)
      throws IOException {
    ProcessTable.Entry entry = table.get(pid);
    if (entry == null) {
      throw unknown(pid);
    }
    return entry;
  }

  static IOException unknown(int pid) {
    return new IOException(
        "there is no process %d of this user that polyproc runs; see `polyproc ps`".formatted(pid));
  }

  private static Observation of(
      Collection<ProcessTable.Entry> entries,
      Map<Integer, ProcessTable.Entry> table,
      Observer observer,
      Function<ProcessTable.Entry, Observer.Detail> detail,
      Duration patience) {
    Map<Integer, Observer.Detail> wanted = new LinkedHashMap<>();
    entries.stream()
        .filter(entry -> entry.role() != ProcessTable.Role.STANDBY)
        .forEach(entry -> wanted.put(entry.pid(), detail.apply(entry)));
    Map<Integer, Map<String, @Nullable Object>> answers = observer.ask(wanted, patience);
    List<ObservedProcess> observed =
        entries.stream().map(entry -> ObservedProcess.of(entry, answers.get(entry.pid()))).toList();
    return new Observation(
        observed,
        table,
        List.of(),
        observed.stream().allMatch(process -> process.cluster().isEmpty()));
  }

  /**
   * What the nodes of a cluster have told of one program.
   *
   * @param nodes by their numbers, the one of this machine first
   * @param isComplete whether all nodes have told
   */
  public static Observation ofNodes(List<NodeProcesses> nodes, boolean isComplete) {
    Map<Integer, ProcessTable.Entry> table = new LinkedHashMap<>();
    nodes.forEach(node -> table.putAll(node.table()));
    return new Observation(
        nodes.stream().flatMap(NodeProcesses::observed).toList(),
        table,
        nodes.stream().map(NodeProcesses::node).toList(),
        isComplete);
  }

  /** The process with an id, if it was looked at. */
  Optional<ObservedProcess> process(int pid) {
    return processes.stream().filter(process -> process.pid() == pid).findFirst();
  }

  /** A process's id, and its node if there are several. */
  String idOf(int pid) {
    int node = NodePids.node(pid);
    return node < nodes.size()
        ? "%d on %s".formatted(NodePids.pid(pid), nodes.get(node))
        : Integer.toString(pid);
  }

  /** Its id and its name, or what is known instead. */
  String nameOf(int pid) {
    return process(pid)
        .map(process -> idOf(pid) + " (" + process.name() + ")")
        .or(() -> Optional.ofNullable(table.get(pid)).map(entry -> idOf(pid)))
        .orElseGet(
            () ->
                !NodePids.isLocal(pid) || ProcessFiles.exists(pid)
                    ? idOf(pid)
                    : idOf(pid) + ", which has ended");
  }

  /**
   * The folder of the cluster's node whose agent the program uses.
   *
   * @return empty if it uses none
   */
  Optional<String> clusterFolder() {
    return processes.stream()
        .map(process -> new Facts(process.cluster()).text("folder"))
        .filter(folder -> !folder.isEmpty())
        .findFirst();
  }

  /**
   * Who waits for whom.
   *
   * @param suspicion whether a thread may be stuck
   */
  WaitGraph waitGraph(Predicate<ObservedThread> suspicion) {
    List<Integer> pids =
        processes.stream().map(ObservedProcess::pid).filter(NodePids::isLocal).toList();
    Set<Integer> strangers = new HashSet<>(ProcessTable.strangers(pids, table));
    if (!nodes.isEmpty()) {
      strangers.add(
          Processes.id()); // the agent, which has the ends that other nodes' processes use
    }
    List<Integer> all = new ArrayList<>(pids);
    all.addAll(strangers);
    return new WaitGraph(processes, strangers, new OpenFiles(all), isComplete, suspicion);
  }
}
