package io.polyproc.observation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which thread waits for which others. A wait ends if any of those that could end it does so: the
 * holder of a lock, a process that has the other end of a pipe open, the workers of a pool.
 *
 * <p>A thread is <em>stuck</em> if none of these will: each of them is stuck, too, or there is
 * none. That is what is left when all others have been struck out, beginning with the threads that
 * run, sleep, have set a limit, or wait for something outside of the program. A thread of which
 * nothing is known counts as one that runs, so nothing is called a deadlock that may go on.
 *
 * <p>Stuck threads that wait for each other, directly or by way of others, are a deadlock.
 */
final class WaitGraph {
  /** By their process's id. */
  private final Map<Integer, ObservedProcess> processes = new LinkedHashMap<>();

  private final OpenFiles files;
  private final Predicate<ObservedThread> suspicion;
  private final Set<Integer> strangers;
  private final boolean isComplete;
  private final Map<ObservedThread, Optional<Set<ObservedThread>>> enders = new HashMap<>();
  private final Set<ObservedThread> stuck;

  /**
   * Thinks about a program.
   *
   * @param observed its processes
   * @param strangers processes below them that are none of this runtime's
   * @param files what all of these have open
   * @param isComplete whether no others could take part, such as those of other machines
   * @param suspicion whether a thread may be stuck; one that has made progress can't be
   */
  WaitGraph(
      Collection<ObservedProcess> observed,
      Set<Integer> strangers,
      OpenFiles files,
      boolean isComplete,
      Predicate<ObservedThread> suspicion) {
    this.files = files;
    this.isComplete = isComplete;
    this.suspicion = suspicion;
    this.strangers = Set.copyOf(strangers);
    observed.forEach(process -> processes.put(process.pid(), process));
    List<ObservedThread> threads =
        processes.values().stream().flatMap(process -> process.threads().stream()).toList();
    threads.forEach(thread -> enders.put(thread, findEnders(thread)));
    stuck = new LinkedHashSet<>(threads);
    boolean changed = true;
    while (changed) {
      changed = stuck.removeIf(this::mayGoOn);
    }
  }

  private boolean mayGoOn(ObservedThread thread) {
    if (!suspicion.test(thread)) {
      return true;
    }
    Optional<Set<ObservedThread>> who = enders(thread);
    return who.isEmpty() || who.get().stream().anyMatch(other -> !stuck.contains(other));
  }

  /** Threads that nothing in the program will wake. */
  Set<ObservedThread> stuck() {
    return stuck;
  }

  /**
   * The threads that could end a thread's wait.
   *
   * @return empty if it does not wait, or others than these could, or that is not known
   */
  Optional<Set<ObservedThread>> enders(ObservedThread thread) {
    return enders.getOrDefault(thread, Optional.empty());
  }

  private Optional<Set<ObservedThread>> findEnders(ObservedThread thread) {
    Facts wait = thread.waiting().facts();
    if (!thread.answered() || wait.has("timeout")) {
      return Optional.empty();
    }
    if (!thread.role().isEmpty() && !thread.role().endsWith(" worker")) {
      return thread.served().isEmpty()
          ? program(thread)
          : with(othersOfProcess(thread), thread.served());
    }
    return switch (thread.waiting().needs()) {
      case "holder" -> holder(thread, wait.object("semaphore").integer("holder", 0));
      case "program" -> program(thread);
      case "threads" -> Optional.of(threadsOf(thread, wait));
      case "processes" -> with(Set.of(), wait.integers("pids"));
      case "executor" -> executor(thread);
      case "writer" -> writers(thread, wait);
      case "reader" ->
          among(
              thread,
              thread.waiting().kind().startsWith("queue ")
                  ? files.sharers(thread.pid(), wait.integer("fd", -1))
                  : files.peers(thread.pid(), wait.integer("fd", -1)));
      default -> Optional.empty();
    };
  }

  private Optional<Set<ObservedThread>> holder(ObservedThread thread, int holder) {
    if (holder == 0) {
      return Optional.empty(); // it has just been given back
    }
    return holder == thread.pid()
        ? Optional.of(othersOfProcess(thread))
        : with(Set.of(), List.of(holder));
  }

  private Optional<Set<ObservedThread>> writers(ObservedThread thread, Facts wait) {
    if (wait.has("fd")) {
      if (files.hasSomething(thread.pid(), wait.integer("fd", -1))) {
        return Optional.empty(); // it is about to read that
      }
      return among(thread, files.peers(thread.pid(), wait.integer("fd", -1)));
    }
    Set<Integer> all = new HashSet<>();
    for (int fd : wait.integers("fds")) {
      Optional<Set<Integer>> peers = files.peers(thread.pid(), fd);
      if (peers.isEmpty()) {
        return Optional.empty();
      }
      all.addAll(peers.get());
    }
    return all.isEmpty() ? Optional.empty() : among(thread, Optional.of(all));
  }

  private Optional<Set<ObservedThread>> executor(ObservedThread thread) {
    Set<ObservedThread> others = othersOfProcess(thread);
    List<Integer> served =
        others.stream()
            .filter(other -> other.role().equals("executor manager"))
            .flatMap(other -> other.served().stream())
            .toList();
    return with(others, served);
  }

  private Set<ObservedThread> threadsOf(ObservedThread thread, Facts wait) {
    Set<ObservedThread> others = othersOfProcess(thread);
    int joined = wait.integer("ident", 0);
    if (joined != 0) {
      others.removeIf(other -> other.ident() != joined);
    }
    return others;
  }

  private Set<ObservedThread> othersOfProcess(ObservedThread thread) {
    Set<ObservedThread> others = new LinkedHashSet<>();
    ObservedProcess own = processes.get(thread.pid());
    if (own != null) {
      others.addAll(own.threads());
      others.remove(thread);
    }
    return others;
  }

  /** All of the program that is not this thread, if no stranger can take part. */
  private Optional<Set<ObservedThread>> program(ObservedThread thread) {
    if (!isComplete) {
      return Optional.empty();
    }
    return with(
        othersOfProcess(thread),
        processes.keySet().stream().filter(pid -> pid != thread.pid()).toList());
  }

  private Optional<Set<ObservedThread>> among(
      ObservedThread thread, Optional<Set<Integer>> owners) {
    if (owners.isEmpty() || !isComplete) {
      return Optional.empty();
    }
    Set<ObservedThread> own =
        owners.get().contains(thread.pid()) ? othersOfProcess(thread) : Set.of();
    return with(own, owners.get().stream().filter(pid -> pid != thread.pid()).toList());
  }

  /** Those threads, and all of these processes; empty if one of these has not told of its own. */
  private Optional<Set<ObservedThread>> with(
      Set<ObservedThread> threads, Collection<Integer> pids) {
    Set<ObservedThread> all = new LinkedHashSet<>(threads);
    for (int pid : pids) {
      ObservedProcess process = processes.get(pid);
      if (process == null || process.threads().isEmpty()) {
        if (process != null && process.entry().role() == ProcessTable.Role.STANDBY) {
          continue;
        }
        if (process == null
            && NodePids.isLocal(pid)
            && !strangers.contains(pid)
            && !ProcessFiles.exists(pid)) {
          continue;
        }
        return Optional.empty();
      }
      all.addAll(process.threads());
    }
    return Optional.of(all);
  }

  /**
   * The deadlocks: groups of stuck threads each of which is reached from each other one. Threads
   * that only serve the program's are left out, unless there are no others.
   */
  List<List<ObservedThread>> deadlocks() {
    List<List<ObservedThread>> found = new ArrayList<>();
    for (List<ObservedThread> component : new Components().all()) {
      boolean circle =
          component.size() > 1
              || enders(component.getFirst())
                  .map(who -> who.contains(component.getFirst()))
                  .orElse(false);
      if (circle) {
        found.add(component);
      }
    }
    return found;
  }

  /** Stuck threads whose wait no thread at all could end. */
  List<ObservedThread> abandoned() {
    return stuck.stream().filter(thread -> enders(thread).map(Set::isEmpty).orElse(false)).toList();
  }

  /** Strongly connected components of the stuck threads, by Tarjan's algorithm. */
  private final class Components {
    private final Map<ObservedThread, Integer> index = new HashMap<>();
    private final Deque<ObservedThread> path = new ArrayDeque<>();
    private final Set<ObservedThread> onPath = new HashSet<>();
    private final List<List<ObservedThread>> components = new ArrayList<>();

    List<List<ObservedThread>> all() {
      for (ObservedThread thread : stuck) {
        if (!index.containsKey(thread)) {
          visit(thread);
        }
      }
      return components;
    }

    private int visit(ObservedThread thread) {
      int own = index.size();
      index.put(thread, own);
      path.push(thread);
      onPath.add(thread);
      int lowest = own;
      for (ObservedThread next : enders(thread).orElse(Set.of())) {
        Integer seen = index.get(next);
        if (seen == null) {
          lowest = Math.min(lowest, visit(next));
        } else if (onPath.contains(next)) {
          lowest = Math.min(lowest, seen);
        }
      }
      if (lowest == own) {
        List<ObservedThread> component = new ArrayList<>();
        ObservedThread member;
        do {
          member = path.pop();
          onPath.remove(member);
          component.addFirst(member);
        } while (!member.equals(thread));
        components.add(component);
      }
      return lowest;
    }
  }
}
