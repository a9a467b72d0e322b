package io.polyproc.observation;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which threads of a program wait for what, and whether that will ever end: as text and as JSON.
 *
 * <p>The threads of a program are not looked at in one and the same moment, and one that is seen in
 * a wait may be about to leave it. So what looks like a deadlock is looked at twice: only threads
 * that are at the same place and have hardly run in between are part of one.
 */
public final class WaitReport {
  private static final int MAX_NAMED = 8;
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

  /** How often a thread that waits may run for being looked at. */
  private static final int MAX_RUNS = 40;

  /** A wait of the runtime's looks around ten times a second. */
  private static final int MAX_RUNS_A_SECOND = 20;

  private final Observation observation;
  private final WaitGraph graph;
  private final List<List<ObservedThread>> deadlocks;
  private final List<ObservedThread> abandoned;

  /** Looks at a program. */
  @FunctionalInterface
  public interface Look {
    /**
     * What is seen now.
     *
     * @throws IOException if it can't be looked at
     */
    Observation take() throws IOException;
  }

  /** Where a thread was, and how often it had run until then. */
  private record Mark(String place, long runs) {}

  private WaitReport(Observation observation, Predicate<ObservedThread> suspicion) {
    this.observation = observation;
    graph = observation.waitGraph(suspicion);
    abandoned = graph.abandoned();
    List<List<ObservedThread>> all = graph.deadlocks();
    // One thread of the program and those that serve it wait for another one, if there is one.
    List<List<ObservedThread>> real =
        all.stream().filter(it -> it.size() == 1 || ofProgram(it).size() > 1).toList();
    deadlocks = real.isEmpty() && abandoned.isEmpty() ? all : real;
  }

  /**
   * Looks at a program.
   *
   * @throws IOException if there is no such process of this user
   */
  public static WaitReport of(Observer observer, int pid, Duration patience) throws IOException {
    return of(() -> Observation.ofProgram(observer, pid, patience));
  }

  /**
   * Looks at a program, twice if what is seen looks like a deadlock.
   *
   * @throws IOException if it can't be looked at
   */
  public static WaitReport of(Look look) throws IOException {
    WaitReport first = new WaitReport(look.take(), thread -> true);
    if (!first.hasFoundSomething()) {
      return first;
    }
    long begin = System.nanoTime();
    Map<Long, Mark> marks = new HashMap<>();
    first.graph.stuck().forEach(thread -> marks.put(key(thread), mark(thread)));
    try {
      Thread.sleep(BETWEEN_LOOKS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Observation second = look.take();
    long runs = MAX_RUNS + (System.nanoTime() - begin) * MAX_RUNS_A_SECOND / 1_000_000_000;
    return new WaitReport(second, thread -> isWhereItWas(thread, marks.get(key(thread)), runs));
  }

  private static long key(ObservedThread thread) {
    return ((long) thread.pid() << Integer.SIZE) + thread.ident();
  }

  private static Mark mark(ObservedThread thread) {
    ObservedThread.@Nullable Line line = line(thread);
    return new Mark(
        thread.waiting().kind() + (line == null ? "" : line.file() + ":" + line.line()),
        thread.runs() >= 0 || thread.id() == 0
            ? thread.runs()
            : ProcessFiles.runs(thread.pid(), thread.id()));
  }

  private static boolean isWhereItWas(ObservedThread thread, @Nullable Mark then, long mostRuns) {
    Mark now = mark(thread);
    return then != null
        && now.place().equals(then.place())
        && (now.runs() < 0 || now.runs() - then.runs() <= mostRuns);
  }

  /** Whether there are threads that wait for something that will not come. */
  public boolean hasFoundSomething() {
    return !deadlocks.isEmpty() || !abandoned.isEmpty();
  }

  /**
   * The folder of the cluster's node whose agent knows the program's processes on all nodes.
   *
   * @return empty if the program uses no cluster, or that agent has told of it
   */
  public Optional<Path> clusterFolder() {
    return observation.nodes().isEmpty()
        ? observation.clusterFolder().map(Path::of)
        : Optional.empty();
  }

  /** For people. */
  public String toText() {
    StringBuilder out = new StringBuilder();
    for (ObservedProcess process : observation.processes()) {
      if (process.entry().role() != ProcessTable.Role.STANDBY) {
        process(process, out);
      }
    }
    for (List<ObservedThread> deadlock : deadlocks) {
      List<ObservedThread> members = ofProgram(deadlock);
      out.append(
          "%nDEADLOCK: %s%n"
              .formatted(
                  members.size() == 1
                      ? "a thread waits for itself"
                      : members.size() + " threads wait for each other"));
      members.forEach(member -> stuck(member, out));
    }
    if (!abandoned.isEmpty()) {
      out.append(
          "%nDEADLOCK: %s for what nobody is left to bring about%n"
              .formatted(
                  abandoned.size() == 1 ? "a thread waits" : abandoned.size() + " threads wait"));
      abandoned.forEach(thread -> stuck(thread, out));
    }
    Set<ObservedThread> told = new HashSet<>(abandoned);
    deadlocks.forEach(told::addAll);
    List<ObservedThread> behind =
        ofProgram(graph.stuck().stream().filter(thread -> !told.contains(thread)).toList());
    if (!behind.isEmpty()) {
      out.append("%nThese wait for the ones above, and will for ever:%n".formatted());
      behind.forEach(thread -> stuck(thread, out));
    }
    if (!hasFoundSomething()) {
      out.append("%nNo deadlock was found.%n".formatted());
    }
    return out.toString();
  }

  /** Without those that serve the runtime only, unless there are no others. */
  private static List<ObservedThread> ofProgram(List<ObservedThread> threads) {
    List<ObservedThread> program =
        threads.stream()
            .filter(
                thread ->
                    (thread.role().isEmpty() || thread.user() >= 0)
                        && !thread.waiting().facts().flag("idle"))
            .toList();
    return program.isEmpty() ? threads : program;
  }

  private void process(ObservedProcess process, StringBuilder out) {
    out.append("%s %s".formatted(observation.idOf(process.pid()), process.name()));
    if (!process.problem().isEmpty()) {
      out.append(" (not all is known: %s)".formatted(process.problem()));
    }
    out.append("%n".formatted());
    for (ObservedThread thread : process.threads()) {
      if (thread.role().isEmpty() || thread.user() >= 0 || thread.isMain()) {
        out.append("  %s %s%s%n".formatted(label(thread), wait(thread), place(thread)));
      }
    }
    for (ObservedProcess.Pool pool : process.pools()) {
      out.append(
          "  has a %s of %s: %s, %s without a worker%n"
              .formatted(
                  pool.kind().equals("pool") ? "pool" : "process pool executor",
                  count(pool.size(), "process", "processes"),
                  count(pool.jobs(), "call", "calls"),
                  count(pool.waiting(), "task", "tasks")));
    }
  }

  private static String count(long number, String one, String several) {
    return number + " " + (number == 1 ? one : several);
  }

  private static String label(ObservedThread thread) {
    return thread.isMain() ? "main thread" : "thread " + thread.name();
  }

  private String wait(ObservedThread thread) {
    return Phrases.wait(thread, observation::nameOf) + Phrases.duration(thread.waiting().facts());
  }

  private static String place(ObservedThread thread) {
    ObservedThread.@Nullable Line line = line(thread);
    return line == null
        ? ""
        : " (%s%s in %s)"
            .formatted(line.file(), line.line() < 0 ? "" : ":" + line.line(), line.function());
  }

  /** Where the program's own code is. */
  private static ObservedThread.@Nullable Line line(ObservedThread thread) {
    return thread.user() < 0 || thread.user() >= thread.stack().size()
        ? null
        : thread.stack().get(thread.user());
  }

  private void stuck(ObservedThread thread, StringBuilder out) {
    out.append(
        "%n  %s, %s, %s%n"
            .formatted(observation.nameOf(thread.pid()), label(thread), wait(thread)));
    String reason = reason(thread);
    if (!reason.isEmpty()) {
      out.append("  %s%n".formatted(reason));
    }
    out.append(StackReport.ofProgram(observation, thread, "    "));
  }

  /** The threads that could end the wait. */
  private String reason(ObservedThread thread) {
    Set<ObservedThread> who = graph.enders(thread).orElse(Set.of());
    if (who.isEmpty()) {
      return switch (thread.waiting().kind()) {
        case "queue put", "send" -> "No other process has the end open from which it is read.";
        case "queue get", "receive", "poll" ->
            "No other process has the end open to which one writes.";
        case "future" -> "No thread of this process is left that could complete it.";
        default -> "No other process or thread of the program is left that could end this.";
      };
    }
    return switch (thread.waiting().needs()) {
      case "holder", "processes" -> "";
      case "reader" -> "Only these could read: " + names(who) + ".";
      case "writer" -> "Only these could write: " + names(who) + ".";
      default -> "Only these could end this: " + names(who) + ".";
    };
  }

  private String names(Set<ObservedThread> threads) {
    Set<Integer> pids =
        threads.stream().map(ObservedThread::pid).collect(Collectors.toCollection(TreeSet::new));
    String text =
        pids.stream().limit(MAX_NAMED).map(observation::nameOf).collect(Collectors.joining(", "));
    return pids.size() <= MAX_NAMED
        ? text
        : text + " and %d others".formatted(pids.size() - MAX_NAMED);
  }

  /** For programs: an object with {@code waits}, {@code deadlocks} and {@code abandoned}. */
  public String toJson() {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    List<@Nullable Object> waits = new ArrayList<>();
    for (ObservedProcess process : observation.processes()) {
      process.threads().forEach(thread -> waits.add(json(thread)));
    }
    all.put("waits", waits);
    all.put(
        "deadlocks",
        deadlocks.stream()
            .map(deadlock -> ofProgram(deadlock).stream().map(this::json).toList())
            .toList());
    all.put("abandoned", abandoned.stream().map(this::json).toList());
    return Json.write(all) + "\n";
  }

  private Map<String, @Nullable Object> json(ObservedThread thread) {
    Map<String, @Nullable Object> facts = new LinkedHashMap<>();
    facts.put("pid", NodePids.pid(thread.pid()));
    if (!observation.nodes().isEmpty()) {
      facts.put("node", observation.nodes().get(NodePids.node(thread.pid())));
    }
    facts.put("thread", thread.name());
    facts.put("role", thread.role());
    facts.put("wait", thread.waiting().facts().map());
    facts.put("text", wait(thread));
    ObservedThread.@Nullable Line line = line(thread);
    if (line != null) {
      facts.put("file", line.file());
      facts.put("line", line.line());
      facts.put("function", line.function());
    }
    facts.put(
        "for",
        graph.enders(thread).orElse(Set.of()).stream()
            .map(ObservedThread::pid)
            .distinct()
            .sorted()
            .map(pid -> observation.nodes().isEmpty() ? (Object) pid : observation.idOf(pid))
            .toList());
    return facts;
  }
}
