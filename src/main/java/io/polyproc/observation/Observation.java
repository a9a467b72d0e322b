package io.polyproc.observation;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
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
 */
public record Observation(List<ObservedProcess> processes, Map<Integer, ProcessTable.Entry> table) {

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
    return new Observation(
        entries.stream().map(entry -> ObservedProcess.of(entry, answers.get(entry.pid()))).toList(),
        table);
  }

  /** The process with an id, if it was looked at. */
  Optional<ObservedProcess> process(int pid) {
    return processes.stream().filter(process -> process.pid() == pid).findFirst();
  }

  /** Its id and its name, or what is known instead. */
  String nameOf(int pid) {
    return process(pid)
        .map(process -> pid + " (" + process.name() + ")")
        .or(() -> Optional.ofNullable(table.get(pid)).map(entry -> Integer.toString(pid)))
        .orElseGet(
            () -> ProcessFiles.exists(pid) ? Integer.toString(pid) : pid + ", which has ended");
  }

  /**
   * Who waits for whom.
   *
   * @param suspicion whether a thread may be stuck
   */
  WaitGraph waitGraph(Predicate<ObservedThread> suspicion) {
    List<Integer> pids = processes.stream().map(ObservedProcess::pid).toList();
    Set<Integer> strangers = ProcessTable.strangers(pids, table);
    List<Integer> all = new ArrayList<>(pids);
    all.addAll(strangers);
    return new WaitGraph(processes, strangers, new OpenFiles(all), suspicion);
  }
}
