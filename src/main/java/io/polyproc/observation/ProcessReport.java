package io.polyproc.observation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The user's programs and their processes as a table: as text and as JSON. */
public final class ProcessReport {
  private static final int NUMBERS_FROM = 2;

  /** The last columns are text. */
  private static final int TEXTS = 3;

  private final List<ProcessRow> rows;
  private final boolean withShares;

  private ProcessReport(List<ProcessRow> rows, boolean withShares) {
    this.rows = rows;
    this.withShares = withShares;
  }

  /**
   * Asks all processes of this user.
   *
   * @param patience how long to wait for what they say
   * @param withShares whether it is wanted who has how much of the memory, which takes the kernel
   *     some milliseconds a process
   */
  public static ProcessReport ofAll(Observer observer, Duration patience, boolean withShares) {
    Map<Integer, ProcessTable.Entry> table = ProcessTable.read();
    Map<Integer, Optional<ProcessFiles.Shares>> shares = new ConcurrentHashMap<>();
    List<Thread> helpers = withShares ? measure(table.keySet(), shares) : List.of();
    Observation observation = Observation.ofAll(table, observer, patience);
    for (Thread helper : helpers) {
      try {
        helper.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return new ProcessReport(rows(observation, shares), withShares);
  }

  private static List<ProcessRow> rows(
      Observation observation, Map<Integer, Optional<ProcessFiles.Shares>> shares) {
    Map<Integer, ObservedProcess.Worker> workers = workers(observation.processes());
    Set<String> named = new HashSet<>();
    List<ProcessRow> rows = new ArrayList<>();
    for (ObservedProcess process : observation.processes()) {
      ObservedProcess.Worker worker = workers.get(process.pid());
      long done = worker == null ? -1 : worker.done();
      double age = ProcessTable.age(process.entry());
      rows.add(
          new ProcessRow(
              process,
              "",
              ProcessTable.depth(process.entry(), observation.table()),
              -1,
              ProcessFiles.memory(process.pid()),
              shares.getOrDefault(process.pid(), Optional.empty()),
              done,
              done < 0 || age == 0 ? -1 : done / age,
              worker == null ? -1 : worker.held(),
              ProcessRow.unnamed(process, named)));
    }
    return rows;
  }

  /** What the pools of some processes tell of their workers, by the ids of these. */
  static Map<Integer, ObservedProcess.Worker> workers(Collection<ObservedProcess> processes) {
    Map<Integer, ObservedProcess.Worker> workers = new HashMap<>();
    for (ObservedProcess process : processes) {
      process.pools().forEach(pool -> pool.workers().forEach(it -> workers.put(it.pid(), it)));
    }
    return workers;
  }

  /** On all processors, as the kernel looks at each page. */
  private static List<Thread> measure(
      Collection<Integer> pids, Map<Integer, Optional<ProcessFiles.Shares>> found) {
    Queue<Integer> left = new ConcurrentLinkedQueue<>(pids);
    Runnable measure =
        () -> {
          for (Integer pid = left.poll(); pid != null; pid = left.poll()) {
            found.put(pid, ProcessFiles.shares(pid));
          }
        };
    List<Thread> helpers = new ArrayList<>();
    int count = Math.min(Runtime.getRuntime().availableProcessors(), pids.size());
    for (int i = 0; i < count; i++) {
      helpers.add(Thread.ofPlatform().daemon().name("polyproc-memory").start(measure));
    }
    return helpers;
  }

  /** For people: a row for each process. */
  public String toText() {
    List<List<String>> table = new ArrayList<>();
    table.add(titles());
    rows.forEach(row -> table.add(cells(row)));
    int columns = table.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : table) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder out = new StringBuilder();
    for (List<String> row : table) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String padding = " ".repeat(widths[i] - row.get(i).length());
        boolean isNumber = i == 0 || (i >= NUMBERS_FROM && i < columns - TEXTS);
        line.append(isNumber ? padding + row.get(i) : row.get(i) + padding).append("  ");
      }
      out.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    return out.toString();
  }

  private List<String> titles() {
    List<String> titles = new ArrayList<>(List.of("PID", "METHOD", "CPU s"));
    titles.addAll(
        withShares ? List.of("PSS MB", "OWN MB", "SHARED MB") : List.of("RSS MB", "ANON MB"));
    titles.addAll(List.of("DONE", "A SEC", "HELD", "STATE", "CODE", "NAME"));
    return titles;
  }

  private List<String> cells(ProcessRow row) {
    List<String> cells = new ArrayList<>();
    cells.add(Integer.toString(row.pid()));
    cells.add(row.method());
    cells.add(String.format(Locale.ROOT, "%.1f", row.process().entry().processorSeconds()));
    if (withShares) {
      cells.add(ProcessRow.megabytes(row.shares().map(ProcessFiles.Shares::proportional)));
      cells.add(ProcessRow.megabytes(row.shares().map(ProcessFiles.Shares::own)));
      cells.add(ProcessRow.megabytes(row.shares().map(ProcessFiles.Shares::shared)));
    } else {
      cells.add(ProcessRow.megabytes(row.memory().map(ProcessFiles.Memory::resident)));
      cells.add(ProcessRow.megabytes(row.memory().map(ProcessFiles.Memory::anonymous)));
    }
    cells.add(ProcessRow.count(row.done()));
    cells.add(ProcessRow.rate(row.doneASecond()));
    cells.add(ProcessRow.count(row.held()));
    cells.add(row.process().state());
    cells.add(row.code());
    cells.add("  ".repeat(row.depth()) + row.description());
    return cells;
  }

  /** For programs: an array with an object for each process. */
  public String toJson() {
    return Json.write(rows.stream().map(ProcessRow::json).toList()) + "\n";
  }
}
