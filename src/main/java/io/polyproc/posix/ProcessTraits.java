package io.polyproc.posix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a program may change of its process, or of its JVM, that can't be taken back: if it is as it
 * was before the program, another one may have the process.
 *
 * <p>Descriptors, environment, folder and umask can be taken back and are not among it.
 *
 * @param values by name; see {@code man 5 proc}
 * @param mapped the files that are mapped, libraries among them
 * @param threads the names of the JVM's threads
 */
public record ProcessTraits(Map<String, String> values, Set<String> mapped, Set<String> threads) {
  private static final Set<String> STATUS =
      Set.of(
          "Uid",
          "Gid",
          "Groups",
          "SigBlk",
          "CapInh",
          "CapPrm",
          "CapEff",
          "CapBnd",
          "CapAmb",
          "NoNewPrivs",
          "Seccomp",
          "Cpus_allowed",
          "Mems_allowed");

  private static final List<String> FILES = List.of("limits", "oom_score_adj", "cgroup");

  private static final int NICE_FIELD = 19;
  private static final int SESSION_FIELD = 6;
  private static final int GROUP_FIELD = 5;
  private static final int POLICY_FIELD = 41;
  private static final int PATH_COLUMN = 5;

  public ProcessTraits {
    values = Map.copyOf(values);
    mapped = Set.copyOf(mapped);
    threads = Set.copyOf(threads);
  }

  /**
   * Those of this process and the calling thread.
   *
   * @throws IOException if {@code /proc} does not tell
   */
  public static ProcessTraits now() throws IOException {
    Map<String, String> values = new TreeMap<>();
    for (String line : lines("thread-self/status")) {
      String name = line.substring(0, Math.max(0, line.indexOf(':')));
      if (STATUS.contains(name)) {
        values.put(name, line);
      }
    }
    for (String file : FILES) {
      if (Files.isRegularFile(Path.of("/proc/self", file))) {
        values.put(file, String.join("\n", lines("self/" + file)));
      }
    }
    String[] stat = ProcessTitle.stat("self");
    values.put("nice", stat[NICE_FIELD - 3]);
    values.put("policy", stat[POLICY_FIELD - 3]);
    values.put("session", stat[SESSION_FIELD - 3]);
    values.put("group", stat[GROUP_FIELD - 3]);
    values.put("root", Files.readSymbolicLink(Path.of("/proc/self/root")).toString());
    values.put("signals ignored", Processes.ignoredSignals().toString());
    values.put("locale", Locale.getDefault().toString());
    values.put("time zone", TimeZone.getDefault().getID());
    values.put("properties", new TreeMap<>(System.getProperties()).toString());
    return new ProcessTraits(values, mappedFiles(), threadNames());
  }

  private static Set<String> threadNames() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .collect(Collectors.toSet());
  }

  private static Set<String> mappedFiles() throws IOException {
    return lines("self/maps").stream()
        .map(line -> line.split(" +", PATH_COLUMN + 1))
        .filter(fields -> fields.length > PATH_COLUMN && fields[PATH_COLUMN].startsWith("/"))
        // Semaphores that this process does not know any more.
        .filter(fields -> !fields[PATH_COLUMN].startsWith("/memfd:polyproc-"))
        .map(fields -> fields[PATH_COLUMN])
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<String> lines(String file) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc", file), StandardCharsets.ISO_8859_1)) {
      return lines.toList();
    }
  }

  /** What is otherwise now, or there in addition, in words; empty if nothing is. */
  public List<String> changesSince(ProcessTraits earlier) {
    List<String> changes = new ArrayList<>();
    values.forEach(
        (name, value) -> {
          if (!value.equals(earlier.values.get(name))) {
            changes.add(name);
          }
        });
    mapped.stream().filter(file -> !earlier.mapped.contains(file)).forEach(changes::add);
    threads.stream()
        .filter(thread -> !earlier.threads.contains(thread))
        .forEach(thread -> changes.add("thread " + thread));
    return changes;
  }
}
