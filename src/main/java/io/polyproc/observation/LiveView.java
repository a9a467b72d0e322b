package io.polyproc.observation;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This user's programs and their processes, looked at again and again. A look is to cost little,
 * however many processes there are:
 *
 * <ul>
 *   <li>the kernel is asked for all of them each time, which disturbs no process;
 *   <li>a process is asked again only if it has used a processor since it has answered, or after
 *       some seconds;
 *   <li>the shares of the memory, which take the kernel milliseconds, are measured for a few
 *       processes at each look, those with the oldest figures.
 * </ul>
 *
 * <p>Confined to one thread.
 */
public final class LiveView implements AutoCloseable {
  private static final long STALE_NANOS = 5_000_000_000L;
  private static final long RETRY_NANOS = 1_000_000_000L;
  private static final int MEASURED_AT_ONCE = 2;

  /** For what was asked for once. */
  private static final Duration LONG_PATIENCE = Duration.ofSeconds(5);

  private final Observer observer;
  private final Duration patience;
  private final Supplier<List<NodeProcesses>> others;
  private final Map<Integer, State> states = new HashMap<>();
  private long lastLook;

  /**
   * @param patience how long a look waits for what processes say
   * @throws IOException if there is no place to meet that is this user's alone
   */
  public LiveView(Duration patience) throws IOException {
    this(patience, List::of);
  }

  /**
   * @param patience how long a look waits for what processes say
   * @param others asks other nodes for their processes at each look
   * @throws IOException if there is no place to meet that is this user's alone
   */
  public LiveView(Duration patience, Supplier<List<NodeProcesses>> others) throws IOException {
    observer = new Observer();
    this.patience = patience;
    this.others = others;
  }

  /** What is known of one process from earlier looks. */
  private static final class State {
    final long startTicks;
    @Nullable ObservedProcess answered;
    long askedAt;
    double processorSecondsWhenAsked = -1;
    double processorSeconds = -1;
    long done = -1;
    Optional<ProcessFiles.Shares> shares = Optional.empty();
    long measuredAt;

    State(long startTicks) {
      this.startTicks = startTicks;
    }

    boolean isDue(ProcessTable.Entry entry, long now) {
      return askedAt == 0
          || (answered == null
              ? now - askedAt > RETRY_NANOS
              : entry.processorSeconds() != processorSecondsWhenAsked
                  || now - askedAt > STALE_NANOS);
    }
  }

  /** Looks at all processes; returns each before those that it has started. */
  public List<ProcessRow> look() {
    List<NodeProcesses> elsewhere = others.get();
    Map<Integer, ProcessTable.Entry> table = ProcessTable.read();
    List<ProcessTable.Entry> forest = ProcessTable.forest(table);
    long now = System.nanoTime();
    Set<Integer> known = new HashSet<>(table.keySet());
    elsewhere.forEach(node -> known.addAll(node.table().keySet()));
    states.keySet().retainAll(known);
    observer.keep(table.keySet());
    forest.forEach(entry -> state(entry));
    ask(forest, now);
    measure(now);
    double seconds = lastLook == 0 ? 0 : (now - lastLook) / 1e9;
    lastLook = now;
    List<ProcessRow> rows = rows(observed(forest), table, "", ProcessFiles::memory, seconds);
    for (NodeProcesses node : elsewhere) {
      rows.addAll(rows(node.observed().toList(), node.table(), node.node(), node::memory, seconds));
    }
    return rows;
  }

  private State state(ProcessTable.Entry entry) {
    State known = states.get(entry.pid());
    if (known == null || known.startTicks != entry.startTicks()) {
      known = new State(entry.startTicks());
      states.put(entry.pid(), known);
    }
    return known;
  }

  private void ask(List<ProcessTable.Entry> forest, long now) {
    Map<Integer, Observer.Detail> wanted = new LinkedHashMap<>();
    for (ProcessTable.Entry entry : forest) {
      if (entry.role() != ProcessTable.Role.STANDBY && state(entry).isDue(entry, now)) {
        wanted.put(entry.pid(), Observation.brief(entry));
      }
    }
    Map<Integer, Map<String, @Nullable Object>> answers = observer.ask(wanted, patience);
    for (ProcessTable.Entry entry : forest) {
      Map<String, @Nullable Object> answer = answers.get(entry.pid());
      State state = state(entry);
      if (wanted.containsKey(entry.pid())) {
        state.askedAt = now;
      }
      if (answer != null) {
        state.answered = ObservedProcess.of(entry, answer);
        state.processorSecondsWhenAsked = entry.processorSeconds();
      }
    }
  }

  private void measure(long now) {
    states.entrySet().stream()
        .filter(entry -> NodePids.isLocal(entry.getKey()))
        .sorted(Comparator.comparingLong(entry -> entry.getValue().measuredAt))
        .limit(MEASURED_AT_ONCE)
        .toList()
        .forEach(
            entry -> {
              entry.getValue().shares = ProcessFiles.shares(entry.getKey());
              entry.getValue().measuredAt = now;
            });
  }

  private List<ObservedProcess> observed(List<ProcessTable.Entry> forest) {
    List<ObservedProcess> processes = new ArrayList<>();
    for (ProcessTable.Entry entry : forest) {
      ObservedProcess answered = state(entry).answered;
      processes.add(answered == null ? ObservedProcess.of(entry, null) : answered.with(entry));
    }
    return processes;
  }

  private List<ProcessRow> rows(
      List<ObservedProcess> processes,
      Map<Integer, ProcessTable.Entry> table,
      String node,
      IntFunction<Optional<ProcessFiles.Memory>> memory,
      double seconds) {
    Map<Integer, ObservedProcess.Worker> workers = ProcessReport.workers(processes);
    Set<String> named = new HashSet<>();
    List<ProcessRow> rows = new ArrayList<>();
    for (ObservedProcess process : processes) {
      State state = state(process.entry());
      ObservedProcess.Worker worker = workers.get(process.pid());
      long done = worker == null ? -1 : worker.done();
      double used = process.entry().processorSeconds();
      rows.add(
          new ProcessRow(
              process,
              node,
              ProcessTable.depth(process.entry(), table),
              perSecond(state.processorSeconds, used, seconds),
              memory.apply(process.pid()),
              state.shares,
              done,
              perSecond((double) state.done, (double) done, seconds),
              worker == null ? -1 : worker.held(),
              ProcessRow.unnamed(process, named)));
      state.processorSeconds = used;
      state.done = done;
    }
    return rows;
  }

  private static double perSecond(double before, double now, double seconds) {
    return before < 0 || now < before || seconds <= 0 ? -1 : (now - before) / seconds;
  }

  /** The stacks of a process, for people. */
  public String stack(int pid) {
    try {
      return StackReport.of(
          Observation.ofProcess(observer, pid, Observer.Detail.WAITS, LONG_PATIENCE), pid);
    } catch (IOException e) {
      return e.getMessage() + System.lineSeparator();
    }
  }

  /**
   * The last lines of what a process writes to files, for people.
   *
   * @throws IOException if there is no such process of this user
   */
  public String logs(int pid) throws IOException {
    if (!ProcessTable.read().containsKey(pid)) {
      throw Observation.unknown(pid);
    }
    return Logs.of(pid);
  }

  /**
   * Who waits for whom in the program of a process.
   *
   * @throws IOException if there is no such process of this user
   */
  public WaitReport waits(int pid) throws IOException {
    return WaitReport.of(observer, pid, LONG_PATIENCE);
  }

  @Override
  public void close() {
    observer.close();
  }
}
