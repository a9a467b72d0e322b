package io.polyproc.observation;

import io.polyproc.posix.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The processes of this runtime that this user has running, as {@code man 5 proc} tells of them:
 * without asking any of them, and without disturbing one.
 */
public final class ProcessTable {
  static final String TITLE = "polyproc";
  private static final String RESTORER = "/lib/restore";
  private static final String JVM = "/bin/java";
  private static final String JVM_LIBRARY = "/libjvm.so";

  // man 5 proc, /proc/PID/stat, from the third field on
  private static final int STATE = 0;
  private static final int PARENT = 1;
  private static final int USER_TIME = 11;
  private static final int SYSTEM_TIME = 12;
  private static final int START_TIME = 19;
  // USER_HZ, the unit of man 5 proc, is 100 wherever Linux runs a JVM.
  private static final double TICKS_A_SECOND = 100;

  private ProcessTable() {}

  /** What a process is to its program. */
  public enum Role {
    /** What the user has started: a script, or a Java program with processes of this runtime. */
    PROGRAM,
    /** One that the program has started. */
    PROCESS,
    /** Waits for work, without a program's code in it. */
    STANDBY
  }

  /**
   * A process.
   *
   * @param parent its parent in the kernel's eyes
   * @param title what the process list shows
   * @param state the kernel's letter for its first thread, as {@code R}, {@code S} or {@code T}
   * @param startTicks when it started, in 1/100 s since the machine did
   * @param processorSeconds what it has used of processors until now
   */
  public record Entry(
      int pid,
      int parent,
      Role role,
      String title,
      char state,
      long startTicks,
      double processorSeconds) {}

  /** All of this user's, by their ids, in the order of these. */
  public static Map<Integer, Entry> read() {
    Map<Integer, Entry> all = new LinkedHashMap<>();
    ProcessFiles.ids().stream()
        .sorted()
        .forEach(pid -> entry(pid).ifPresent(found -> all.put(pid, found)));
    addJavaPrograms(all);
    return all;
  }

  /** Those whose processes are among the others. */
  private static void addJavaPrograms(Map<Integer, Entry> all) {
    List.copyOf(all.values()).stream()
        .filter(entry -> entry.role() != Role.PROGRAM && !all.containsKey(entry.parent()))
        .map(Entry::parent)
        .distinct()
        .forEach(pid -> javaProgram(pid).ifPresent(found -> all.put(pid, found)));
  }

  private static Optional<Entry> javaProgram(int pid) {
    Path folder = ProcessFiles.PROC.resolve(Integer.toString(pid));
    try {
      if (pid == Processes.id()
          || !ProcessFiles.isOwn(pid)
          || !ProcessFiles.text(folder.resolve("maps")).contains(JVM_LIBRARY)) {
        return Optional.empty();
      }
      return Optional.of(
          entry(
              pid,
              Role.PROGRAM,
              JavaCommandLine.title(ProcessFiles.text(folder.resolve("cmdline")))));
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // it has just ended, or is another user's
    }
  }

  /** Empty if there is no such process, or it is none of this user's or of this runtime's. */
  public static Optional<Entry> entry(int pid) {
    Path folder = ProcessFiles.PROC.resolve(Integer.toString(pid));
    try {
      if (!ProcessFiles.isOwn(pid) || !isOfRuntime(folder)) {
        return Optional.empty();
      }
      String title =
          ProcessFiles.text(folder.resolve("cmdline")).replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
      if (pid == Processes.id()
          || !title.startsWith(TITLE)
          || title.startsWith(TITLE + ": image")) {
        return Optional.empty();
      }
      return Optional.of(entry(pid, role(title), title));
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // it has just ended, or is another user's
    }
  }

  private static Entry entry(int pid, Role role, String title) throws IOException {
    String[] fields = ProcessFiles.stat(pid);
    return new Entry(
        pid,
        Integer.parseInt(fields[PARENT]),
        role,
        title,
        fields[STATE].charAt(0),
        Long.parseLong(fields[START_TIME]),
        (Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME])) / TICKS_A_SECOND);
  }

  private static boolean isOfRuntime(Path folder) throws IOException {
    String file = Files.readSymbolicLink(folder.resolve("exe")).toString();
    return file.endsWith(RESTORER) || file.endsWith(JVM);
  }

  private static Role role(String title) {
    if (title.startsWith(TITLE + ": standby") || title.startsWith(TITLE + ": booting")) {
      return Role.STANDBY;
    }
    return title.startsWith(TITLE + ": ") ? Role.PROCESS : Role.PROGRAM;
  }

  /** For how long a process has been running, in seconds. */
  static double age(Entry entry) {
    try {
      double uptime =
          Double.parseDouble(
              ProcessFiles.text(ProcessFiles.PROC.resolve("uptime")).split(" ", -1)[0]);
      return Math.max(0, uptime - entry.startTicks() / TICKS_A_SECOND);
    } catch (IOException | RuntimeException e) {
      return 0;
    }
  }

  /**
   * A process and all of this runtime's below it, in the order of a tree.
   *
   * @param all as {@link #read}
   */
  public static List<Entry> tree(Entry root, Map<Integer, Entry> all) {
    List<Entry> found = new ArrayList<>(List.of(root));
    all.values().stream()
        .filter(entry -> entry.parent() == root.pid())
        .forEach(child -> found.addAll(tree(child, all)));
    return found;
  }

  /** All, each process before those that it has started. */
  static List<Entry> forest(Map<Integer, Entry> all) {
    List<Entry> forest = new ArrayList<>();
    all.values().stream()
        .filter(entry -> !all.containsKey(entry.parent()))
        .forEach(root -> forest.addAll(tree(root, all)));
    return forest;
  }

  /** How many processes of this runtime are above one. */
  static int depth(Entry entry, Map<Integer, Entry> all) {
    Entry parent = all.get(entry.parent());
    return parent == null ? 0 : 1 + depth(parent, all);
  }

  /** The outermost process of this runtime above one, or itself. */
  public static Entry program(Entry entry, Map<Integer, Entry> all) {
    Entry parent = all.get(entry.parent());
    return parent == null ? entry : program(parent, all);
  }

  /** This user's processes below one that are none of this runtime's, such as other programs. */
  static Set<Integer> strangers(Collection<Integer> program, Map<Integer, Entry> known) {
    Set<Integer> below = new HashSet<>(program);
    Map<Integer, Integer> parents = parents();
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Map.Entry<Integer, Integer> child : parents.entrySet()) {
        changed |= below.contains(child.getValue()) && below.add(child.getKey());
      }
    }
    below.removeAll(known.keySet());
    return below;
  }

  private static Map<Integer, Integer> parents() {
    Map<Integer, Integer> parents = new HashMap<>();
    for (int pid : ProcessFiles.ids()) {
      parentOf(pid).ifPresent(parent -> parents.put(pid, parent));
    }
    return parents;
  }

  private static Optional<Integer> parentOf(int pid) {
    try {
      return Optional.of(Integer.valueOf(ProcessFiles.stat(pid)[PARENT]));
    } catch (IOException | RuntimeException e) {
      return Optional.empty(); // it has just ended
    }
  }
}
