package io.polyproc.observation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process, as the kernel and the process itself tell of it.
 *
 * @param entry what the kernel says
 * @param name the process's name in Python; that of its title if it has not answered
 * @param method the start method; empty if it is the program, or is not known
 * @param problem why it says nothing, or not all; empty if it does
 * @param threads none if it has not answered
 * @param pools with which it gives tasks out
 * @param queues that it knows, if it was asked for them
 * @param compiling the functions that are being compiled, or wait for that
 * @param cluster what it is to a cluster; empty if it uses none
 */
public record ObservedProcess(
    ProcessTable.Entry entry,
    String name,
    String method,
    String problem,
    List<ObservedThread> threads,
    List<Pool> pools,
    List<Queue> queues,
    List<String> compiling,
    Map<String, @Nullable Object> cluster) {

  /**
   * A pool of processes.
   *
   * @param kind {@code pool} or {@code executor}
   * @param jobs calls of {@code map}, {@code submit} … that have not ended
   * @param waiting tasks that no worker has yet
   * @param done tasks that were answered since the pool began; -1 if that is not known
   */
  public record Pool(
      String kind, int size, int jobs, int waiting, long done, List<Worker> workers) {}

  /**
   * A queue between processes.
   *
   * @param id the same in all of them
   * @param name of the variable that the program has for it; empty if none was found
   * @param length how many items it has
   * @param capacity how many it may have; -1 if it has no limit
   */
  public record Queue(String id, String name, int length, int capacity) {}

  /**
   * A worker of a pool.
   *
   * @param held tasks that it has and has not answered; -1 if that is not known
   * @param done tasks that it has answered; -1 if that is not known
   */
  public record Worker(int pid, int held, long done) {}

  /**
   * What is known of a process.
   *
   * @param answer what it has said; null if it has not answered
   */
  static ObservedProcess of(
      ProcessTable.Entry entry, @Nullable Map<String, @Nullable Object> answer) {
    if (answer == null) {
      return new ObservedProcess(
          entry,
          titleName(entry.title()),
          "",
          "it does not answer",
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          Map.of());
    }
    Facts facts = new Facts(answer);
    Facts python = facts.object("python");
    Facts process = python.object("process");
    Facts described = python.object("threads");
    List<ObservedThread> threads =
        facts.objects("threads").stream()
            .filter(thread -> !thread.text("thread").startsWith(Responder.THREAD))
            .map(
                thread ->
                    ObservedThread.of(
                        entry.pid(),
                        thread,
                        described.object(Integer.toString(thread.integer("ident", 0)))))
            .toList();
    return new ObservedProcess(
        entry,
        process.has("name") && entry.role() == ProcessTable.Role.PROCESS
            ? process.text("name")
            : titleName(entry.title()),
        facts.text("method"),
        facts.text("problem"),
        threads,
        python.objects("pools").stream().map(ObservedProcess::pool).toList(),
        python.objects("queues").stream()
            .map(
                queue ->
                    new Queue(
                        queue.text("id"),
                        queue.text("name"),
                        queue.integer("length", 0),
                        queue.integer("capacity", -1)))
            .toList(),
        facts.texts("compiling"),
        process.object("cluster").map());
  }

  /** The same with what the kernel says now. */
  ObservedProcess with(ProcessTable.Entry now) {
    return new ObservedProcess(
        now, name, method, problem, threads, pools, queues, compiling, cluster);
  }

  private static Pool pool(Facts facts) {
    return new Pool(
        facts.text("kind"),
        facts.integer("size", 0),
        facts.integer("jobs", 0),
        facts.integer("waiting", 0),
        facts.integer("done", -1),
        facts.objects("workers").stream()
            .map(
                worker ->
                    new Worker(
                        worker.integer("pid", 0),
                        worker.integer("held", -1),
                        worker.integer("done", -1)))
            .toList());
  }

  /** {@code ForkProcess-2} of {@code polyproc: ForkProcess-2 (work of script.py)}. */
  private static String titleName(String title) {
    if (!title.startsWith(ProcessTable.TITLE)) {
      return title; // of a Java program
    }
    String rest = title.substring(ProcessTable.TITLE.length());
    if (!rest.startsWith(": ")) {
      return rest.strip();
    }
    int parenthesis = rest.indexOf(" (");
    return rest.substring(2, parenthesis < 0 ? rest.length() : parenthesis);
  }

  int pid() {
    return entry.pid();
  }

  Optional<ObservedThread> mainThread() {
    return threads.stream().filter(ObservedThread::isMain).findFirst();
  }

  /**
   * How the Python code runs that it is in: {@code interpreted}, {@code compiling} if that is about
   * to end, {@code compiled}; empty if none runs. It is that of the innermost function of the
   * program's own, in the main thread or another one that does not wait.
   */
  public String code() {
    return Stream.concat(mainThread().stream(), threads.stream())
        .filter(thread -> thread.role().isEmpty() || thread.role().endsWith("worker"))
        .filter(thread -> States.of(thread).equals(States.RUNNING))
        .flatMap(thread -> States.ownCall(thread).stream())
        .filter(call -> call.tier() >= 0)
        .findFirst()
        .map(
            call ->
                call.tier() > 0
                    ? "compiled"
                    : compiling.contains(call.function())
                            || compiling.contains(call.qualifiedName())
                        ? "compiling"
                        : "interpreted")
        .orElse("");
  }

  /**
   * What it does, in a few words: that of its main thread, or of another one of the program's that
   * does not wait.
   */
  public String state() {
    if (entry.role() == ProcessTable.Role.STANDBY) {
      return "standby";
    }
    if (entry.state() == 'T' || entry.state() == 't') {
      return "stopped";
    }
    if (entry.state() == 'Z') {
      return "ended";
    }
    if (threads.isEmpty()) {
      return problem.isEmpty() ? "no Python" : "unknown";
    }
    boolean runs =
        threads.stream()
            .filter(thread -> thread.role().isEmpty())
            .anyMatch(thread -> States.of(thread).equals(States.RUNNING));
    return runs
        ? States.RUNNING
        : mainThread().or(() -> threads.stream().findFirst()).map(States::of).orElse("idle");
  }
}
