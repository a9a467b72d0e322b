package io.polyproc.observation;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What one node of a cluster tells another one of a program's processes: for each what the kernel
 * says and what the process has answered, with numbers that are different on each node.
 */
public final class NodeProcesses {
  /** Where processes are named in answers. */
  private static final Set<String> PIDS =
      Set.of("pid", "pids", "parent", "holder", "listed", "lock_holder");

  private final String node;
  private final List<Told> processes;

  /**
   * Of one process.
   *
   * @param answer null if it has not answered
   */
  private record Told(
      ProcessTable.Entry entry,
      @Nullable Map<String, @Nullable Object> answer,
      Optional<ProcessFiles.Memory> memory) {}

  private NodeProcesses(String node, List<Told> processes) {
    this.node = node;
    this.processes = processes;
  }

  /**
   * Asks processes of this machine, and all of this runtime's below them, what they wait for.
   *
   * @param table as {@link ProcessTable#read}
   * @param patience how long to wait for what they say
   * @return for {@link #read}
   */
  public static String ask(
      Observer observer,
      Collection<ProcessTable.Entry> roots,
      Map<Integer, ProcessTable.Entry> table,
      Duration patience) {
    Map<Integer, ProcessTable.Entry> wanted = new LinkedHashMap<>();
    for (ProcessTable.Entry root : roots) {
      ProcessTable.tree(root, table).forEach(entry -> wanted.put(entry.pid(), entry));
    }
    return tell(wanted.values(), observer.ask(wanted.keySet(), Observer.Detail.WAITS, patience));
  }

  /**
   * Asks all processes of this user on this machine what they do.
   *
   * @param patience how long to wait for what they say
   * @return for {@link #read}
   */
  public static String askAll(Observer observer, Duration patience) {
    List<ProcessTable.Entry> forest = ProcessTable.forest(ProcessTable.read());
    Map<Integer, Observer.Detail> wanted = new LinkedHashMap<>();
    forest.stream()
        .filter(entry -> entry.role() != ProcessTable.Role.STANDBY)
        .forEach(entry -> wanted.put(entry.pid(), Observation.brief(entry)));
    return tell(forest, observer.ask(wanted, patience));
  }

  private static String tell(
      Collection<ProcessTable.Entry> entries, Map<Integer, Map<String, @Nullable Object>> answers) {
    List<@Nullable Object> all = new ArrayList<>();
    for (ProcessTable.Entry entry : entries) {
      Map<String, @Nullable Object> told = new LinkedHashMap<>();
      told.put("entry", json(entry));
      ProcessFiles.memory(entry.pid())
          .ifPresent(
              used -> {
                told.put("rss", used.resident());
                told.put("anonymous", used.anonymous());
              });
      Map<String, @Nullable Object> answer = answers.get(entry.pid());
      if (answer != null) {
        new Facts(answer)
            .objects("threads")
            .forEach(
                thread ->
                    thread
                        .map()
                        .put("runs", ProcessFiles.runs(entry.pid(), thread.integer("tid", 0))));
        told.put("answer", answer);
      }
      all.add(told);
    }
    return Json.write(all);
  }

  private static Map<String, @Nullable Object> json(ProcessTable.Entry entry) {
    Map<String, @Nullable Object> facts = new LinkedHashMap<>();
    facts.put("pid", entry.pid());
    facts.put("parent", entry.parent());
    facts.put("role", entry.role().name().toLowerCase(Locale.ROOT));
    facts.put("title", entry.title());
    facts.put("state", String.valueOf(entry.state()));
    facts.put("start", entry.startTicks());
    facts.put("seconds", entry.processorSeconds());
    return facts;
  }

  /**
   * Reads what a node has told.
   *
   * @param number of the node; 0 for the machine on which this runs
   * @throws IOException if it is not what {@link #ask} gives
   */
  public static NodeProcesses read(int number, String node, String told) throws IOException {
    try {
      List<Told> processes = new ArrayList<>();
      for (Facts one : new Facts(Map.of("all", Json.parse(told))).objects("all")) {
        Map<String, @Nullable Object> entry = one.object("entry").map();
        if (entry.isEmpty()) {
          throw new IllegalArgumentException("a process of which the kernel says nothing");
        }
        number(entry, number);
        Map<String, @Nullable Object> answer =
            one.has("answer") ? one.object("answer").map() : null;
        number(answer, number);
        processes.add(new Told(entry(new Facts(entry)), answer, memory(one)));
      }
      return new NodeProcesses(node, processes);
    } catch (IllegalArgumentException | NullPointerException | IndexOutOfBoundsException e) {
      throw new IOException("node %s has not told of processes: %s".formatted(node, e), e);
    }
  }

  private static Optional<ProcessFiles.Memory> memory(Facts facts) {
    return facts.has("rss")
        ? Optional.of(
            new ProcessFiles.Memory(
                (long) facts.number("rss", 0), (long) facts.number("anonymous", 0)))
        : Optional.empty();
  }

  private static ProcessTable.Entry entry(Facts facts) {
    return new ProcessTable.Entry(
        facts.integer("pid", 0),
        facts.integer("parent", 0),
        ProcessTable.Role.valueOf(facts.text("role").toUpperCase(Locale.ROOT)),
        facts.text("title"),
        facts.text("state").charAt(0),
        (long) facts.number("start", 0),
        facts.number("seconds", 0));
  }

  /** Makes of the ids in a value of JSON those of a node. */
  @SuppressWarnings("unchecked") // objects of JSON
  private static void number(@Nullable Object value, int node) {
    if (value instanceof Map<?, ?> map) {
      ((Map<String, @Nullable Object>) map)
          .replaceAll(
              (key, inner) -> {
                if (PIDS.contains(key)) {
                  return numbered(inner, node);
                }
                number(inner, node);
                return inner;
              });
    } else if (value instanceof List<?> list) {
      list.forEach(inner -> number(inner, node));
    }
  }

  private static @Nullable Object numbered(@Nullable Object value, int node) {
    if (value instanceof List<?> list) {
      return list.stream().map(inner -> numbered(inner, node)).toList();
    }
    return value instanceof Number pid && pid.intValue() > 0
        ? (Object) (long) NodePids.of(node, pid.intValue())
        : value;
  }

  String node() {
    return node;
  }

  Optional<ProcessFiles.Memory> memory(int number) {
    return processes.stream()
        .filter(told -> told.entry().pid() == number)
        .findFirst()
        .flatMap(Told::memory);
  }

  /** What the kernel says of them, by their numbers. */
  Map<Integer, ProcessTable.Entry> table() {
    Map<Integer, ProcessTable.Entry> table = new LinkedHashMap<>();
    processes.forEach(told -> table.put(told.entry().pid(), told.entry()));
    return table;
  }

  Stream<ObservedProcess> observed() {
    return processes.stream().map(told -> ObservedProcess.of(told.entry(), told.answer()));
  }

  /**
   * What is known of the cluster by a process: {@code home} is the process that stands for it on
   * another node.
   *
   * @return by the numbers of the processes
   */
  public Map<Integer, Map<String, @Nullable Object>> memberships() {
    Map<Integer, Map<String, @Nullable Object>> all = new LinkedHashMap<>();
    for (Told told : processes) {
      if (told.answer() != null) {
        Facts process = new Facts(told.answer()).object("python").object("process");
        all.put(told.entry().pid(), process.object("cluster").map());
      }
    }
    return all;
  }

  /**
   * What the threads of a process wait for, as {@code _polyproc/observation/waits.py} has it; who
   * knows more of that may change it.
   *
   * @return by the numbers of the processes
   */
  public Map<Integer, List<Map<String, @Nullable Object>>> waits() {
    Map<Integer, List<Map<String, @Nullable Object>>> all = new LinkedHashMap<>();
    for (Told told : processes) {
      if (told.answer() != null) {
        Facts threads = new Facts(told.answer()).object("python").object("threads");
        all.put(
            told.entry().pid(),
            threads.map().keySet().stream()
                .map(ident -> threads.object(ident).object("wait").map())
                .filter(wait -> !wait.isEmpty())
                .toList());
      }
    }
    return all;
  }
}
