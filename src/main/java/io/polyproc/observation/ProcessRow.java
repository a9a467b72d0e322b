package io.polyproc.observation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A process as a row of a table.
 *
 * @param node the name of the node that it is on; empty for this machine
 * @param depth how many processes of this runtime are above it
 * @param processorShare how many processors it has used, on average since the last look; -1 if
 *     there was none
 * @param memory empty if it has just ended
 * @param shares empty if that was not asked for
 * @param done tasks of a pool that it has answered; -1 if it is no worker, or that is not known
 * @param doneASecond how many of these a second, since the last look, or since it was started if
 *     there was none; -1 if it is not known
 * @param held tasks of a pool that it has and has not answered; -1 as above
 * @param queues those that no process above it has named
 */
public record ProcessRow(
    ObservedProcess process,
    String node,
    int depth,
    double processorShare,
    Optional<ProcessFiles.Memory> memory,
    Optional<ProcessFiles.Shares> shares,
    long done,
    double doneASecond,
    int held,
    List<ObservedProcess.Queue> queues) {
  private static final int MAX_NAME = 100;
  private static final int KIB = 1024;

  /** Those of a queue's that are not in the set yet, which gets them. */
  static List<ObservedProcess.Queue> unnamed(ObservedProcess process, Set<String> named) {
    return process.queues().stream().filter(queue -> named.add(queue.id())).toList();
  }

  /** The process's id, or its number if it is on another node: see {@link NodeProcesses}. */
  public int pid() {
    return process.pid();
  }

  /** Its id on its machine, and its node if that is another one. */
  public String label() {
    return node.isEmpty()
        ? Integer.toString(process.pid())
        : NodePids.pid(process.pid()) + "@" + node;
  }

  /** The start method; {@code -} if there is none, or it is not known. */
  public String method() {
    return process.method().isEmpty() ? "-" : process.method();
  }

  /** Name, and in brackets its pools, its queues, and the functions that are being compiled. */
  public String description() {
    StringBuilder text = new StringBuilder(shortened(process.name()));
    for (ObservedProcess.Pool pool : process.pools()) {
      text.append(
          " [%s of %d: %s, %s%d tasks waiting]"
              .formatted(
                  pool.kind(),
                  pool.size(),
                  pool.jobs() == 1 ? "1 call" : pool.jobs() + " calls",
                  pool.done() < 0 ? "" : pool.done() + " tasks done, ",
                  pool.waiting()));
    }
    for (ObservedProcess.Queue queue : queues) {
      text.append(
          " [queue%s: %d%s]"
              .formatted(
                  queue.name().isEmpty() ? "" : " " + queue.name(),
                  queue.length(),
                  queue.capacity() < 0 ? "" : " of " + queue.capacity()));
    }
    List<String> compiling = process.compiling();
    if (!compiling.isEmpty()) {
      text.append(
          compiling.size() == 1
              ? " [compiling %s]".formatted(compiling.getFirst())
              : " [compiling %s and %d more]"
                  .formatted(compiling.getFirst(), compiling.size() - 1));
    }
    return text.toString();
  }

  /** How its Python code runs; {@code -} if none does. */
  public String code() {
    String code = process.code();
    return code.isEmpty() ? "-" : code;
  }

  private static String shortened(String name) {
    return name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME - 1) + "…";
  }

  /** A size in MB; {@code -} if it is not known. */
  public static String megabytes(Optional<Long> kib) {
    return kib.map(size -> Long.toString(Math.round(size / (double) KIB))).orElse("-");
  }

  /** A count; {@code -} if it is not known. */
  public static String count(long count) {
    return count < 0 ? "-" : Long.toString(count);
  }

  /** A rate with as many digits as say something; {@code -} if it is not known. */
  static String rate(double rate) {
    return rate < 0 ? "-" : String.format(Locale.ROOT, rate < 10 ? "%.1f" : "%.0f", rate);
  }

  /** All of it as JSON has it. */
  public Map<String, @Nullable Object> json() {
    ProcessTable.Entry entry = process.entry();
    Map<String, @Nullable Object> facts = new LinkedHashMap<>();
    facts.put("pid", entry.pid());
    if (!node.isEmpty()) {
      facts.put("label", label());
    }
    facts.put("parent", entry.parent());
    facts.put("role", entry.role().name().toLowerCase(Locale.ROOT));
    facts.put("name", process.name());
    facts.put("title", entry.title());
    facts.put("method", process.method().isEmpty() ? null : process.method());
    facts.put("state", process.state());
    facts.put("code", process.code().isEmpty() ? null : process.code());
    facts.put("compiling", process.compiling());
    facts.put("problem", process.problem().isEmpty() ? null : process.problem());
    facts.put("processor_seconds", entry.processorSeconds());
    if (processorShare >= 0) {
      facts.put("processor_share", processorShare);
    }
    memory.ifPresent(
        used -> {
          facts.put("rss_kib", used.resident());
          facts.put("anonymous_kib", used.anonymous());
        });
    shares.ifPresent(
        used -> {
          facts.put("pss_kib", used.proportional());
          facts.put("own_kib", used.own());
          facts.put("shared_kib", used.shared());
        });
    if (done >= 0 || held >= 0) {
      facts.put("tasks_done", done < 0 ? null : done);
      facts.put("tasks_done_a_second", doneASecond < 0 ? null : doneASecond);
      facts.put("tasks_held", held < 0 ? null : held);
    }
    facts.put("pools", process.pools().stream().map(ProcessRow::json).toList());
    facts.put("queues", queues.stream().map(ProcessRow::json).toList());
    return facts;
  }

  private static Map<String, @Nullable Object> json(ObservedProcess.Pool pool) {
    Map<String, @Nullable Object> facts = new LinkedHashMap<>();
    facts.put("kind", pool.kind());
    facts.put("size", pool.size());
    facts.put("calls", pool.jobs());
    facts.put("tasks_done", pool.done() < 0 ? null : pool.done());
    facts.put("tasks_waiting", pool.waiting());
    List<Object> workers = new ArrayList<>();
    pool.workers().forEach(worker -> workers.add(worker.pid()));
    facts.put("workers", workers);
    return facts;
  }

  private static Map<String, @Nullable Object> json(ObservedProcess.Queue queue) {
    Map<String, @Nullable Object> facts = new LinkedHashMap<>();
    facts.put("id", queue.id());
    facts.put("name", queue.name().isEmpty() ? null : queue.name());
    facts.put("length", queue.length());
    facts.put("capacity", queue.capacity() < 0 ? null : queue.capacity());
    return facts;
  }
}
