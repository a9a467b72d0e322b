package io.polyproc.observation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** The user's programs and their processes as a table: as text and as JSON. */
public final class ProcessReport {
  private static final int KIB = 1024;
  private static final int MAX_NAME = 100;
  private static final List<String> TITLES =
      List.of(
          "PID",
          "METHOD",
          "CPU s",
          "PSS MB",
          "OWN MB",
          "SHARED MB",
          "DONE",
          "HELD",
          "STATE",
          "NAME");
  private static final int RIGHT_ALIGNED_FROM = 2;
  private static final int RIGHT_ALIGNED_TO = 8;

  private final Observation observation;
  private final Map<Integer, Optional<ProcessTable.Memory>> memory;
  private final Map<Integer, ObservedProcess.Worker> workers = new HashMap<>();

  private ProcessReport(
      Observation observation, Map<Integer, Optional<ProcessTable.Memory>> memory) {
    this.observation = observation;
    this.memory = memory;
    for (ObservedProcess process : observation.processes()) {
      process.pools().forEach(pool -> pool.workers().forEach(it -> workers.put(it.pid(), it)));
    }
  }

  /**
   * Asks all processes of this user, and measures their memory meanwhile.
   *
   * @param patience how long to wait for what they say
   */
  public static ProcessReport ofAll(Observer observer, Duration patience) {
    Map<Integer, ProcessTable.Entry> table = ProcessTable.read();
    Map<Integer, Optional<ProcessTable.Memory>> memory = new ConcurrentHashMap<>();
    List<Thread> helpers = measure(table.keySet(), memory);
    Observation observation = Observation.ofAll(table, observer, patience);
    for (Thread helper : helpers) {
      try {
        helper.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return new ProcessReport(observation, memory);
  }

  /**
   * The kernel looks at each page of a process, which takes some milliseconds: on all processors.
   */
  private static List<Thread> measure(
      Collection<Integer> pids, Map<Integer, Optional<ProcessTable.Memory>> found) {
    Queue<Integer> left = new ConcurrentLinkedQueue<>(pids);
    Runnable measure =
        () -> {
          for (Integer pid = left.poll(); pid != null; pid = left.poll()) {
            found.put(pid, ProcessTable.memory(pid));
          }
        };
    List<Thread> helpers = new ArrayList<>();
    int count = Math.min(Runtime.getRuntime().availableProcessors(), pids.size());
    for (int i = 0; i < count; i++) {
      helpers.add(Thread.ofPlatform().daemon().name("polyproc-memory").start(measure));
    }
    return helpers;
  }

  /** For people: a row for each process, and one for each pool below its own. */
  public String toText() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(TITLES);
    for (ObservedProcess process : observation.processes()) {
      rows.add(row(process));
    }
    int[] widths = new int[TITLES.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder out = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String padding = " ".repeat(widths[i] - row.get(i).length());
        boolean right = i == 0 || (i >= RIGHT_ALIGNED_FROM && i < RIGHT_ALIGNED_TO);
        line.append(right ? padding + row.get(i) : row.get(i) + padding).append("  ");
      }
      out.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    return out.toString();
  }

  private List<String> row(ObservedProcess process) {
    ProcessTable.Entry entry = process.entry();
    ObservedProcess.Worker worker = workers.get(process.pid());
    Optional<ProcessTable.Memory> used = memory.getOrDefault(process.pid(), Optional.empty());
    return List.of(
        Integer.toString(process.pid()),
        process.method().isEmpty() ? "-" : process.method(),
        String.format(Locale.ROOT, "%.1f", entry.processorSeconds()),
        used.map(it -> megabytes(it.proportional())).orElse("-"),
        used.map(it -> megabytes(it.own())).orElse("-"),
        used.map(it -> megabytes(it.shared())).orElse("-"),
        worker == null || worker.done() < 0 ? "-" : Integer.toString(worker.done()),
        worker == null || worker.held() < 0 ? "-" : Integer.toString(worker.held()),
        process.state(),
        "  ".repeat(depth(entry)) + shortened(process.name()) + pools(process));
  }

  private static String pools(ObservedProcess process) {
    StringBuilder text = new StringBuilder();
    for (ObservedProcess.Pool pool : process.pools()) {
      text.append(
          " [%s of %d: %d calls, %d tasks waiting]"
              .formatted(pool.kind(), pool.size(), pool.jobs(), pool.waiting()));
    }
    return text.toString();
  }

  private static String shortened(String name) {
    return name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME - 1) + "…";
  }

  private static String megabytes(long kib) {
    return Long.toString(Math.round(kib / (double) KIB));
  }

  private int depth(ProcessTable.Entry entry) {
    ProcessTable.Entry parent = observation.table().get(entry.parent());
    return parent == null ? 0 : 1 + depth(parent);
  }

  /** For programs: an array with an object for each process. */
  public String toJson() {
    List<@Nullable Object> all = new ArrayList<>();
    observation.processes().forEach(process -> all.add(json(process)));
    return Json.write(all) + "\n";
  }

  private Map<String, @Nullable Object> json(ObservedProcess process) {
    ProcessTable.Entry entry = process.entry();
    Map<String, @Nullable Object> facts = new LinkedHashMap<>();
    facts.put("pid", entry.pid());
    facts.put("parent", entry.parent());
    facts.put("role", entry.role().name().toLowerCase(Locale.ROOT));
    facts.put("name", process.name());
    facts.put("title", entry.title());
    facts.put("method", process.method().isEmpty() ? null : process.method());
    facts.put("state", process.state());
    facts.put("problem", process.problem().isEmpty() ? null : process.problem());
    facts.put("processor_seconds", entry.processorSeconds());
    memory
        .getOrDefault(process.pid(), Optional.empty())
        .ifPresent(
            used -> {
              facts.put("pss_kib", used.proportional());
              facts.put("own_kib", used.own());
              facts.put("shared_kib", used.shared());
            });
    ObservedProcess.Worker worker = workers.get(process.pid());
    if (worker != null) {
      facts.put("tasks_done", worker.done() < 0 ? null : worker.done());
      facts.put("tasks_held", worker.held() < 0 ? null : worker.held());
    }
    facts.put(
        "pools",
        process.pools().stream()
            .map(
                pool ->
                    Map.of(
                        "kind", pool.kind(),
                        "size", pool.size(),
                        "calls", pool.jobs(),
                        "tasks_waiting", pool.waiting(),
                        "workers",
                            pool.workers().stream().map(ObservedProcess.Worker::pid).toList()))
            .toList());
    return facts;
  }
}
