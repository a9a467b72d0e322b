package io.polyproc.trace;

import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import io.polyproc.posix.SharedLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How often the processes of a program were seen with which stack, for a flame graph. Each process
 * counts for itself and writes its counts to the end of one file now and then ({@link SharedLog}),
 * so that those of a killed process are not lost; from that file the main process makes the wanted
 * one at its end, or {@link #complete} if it was killed, in the format of <a
 * href="https://www.speedscope.app">speedscope</a>.
 *
 * <pre>
 *   a line:  process, its name, how often, then a stack, the outermost call first; between them a tab
 *   a call:  function, file, line; between them a character 31
 * </pre>
 *
 * <p>Any thread may call.
 */
public final class Profile {
  /** How many stacks are taken a second. */
  public static final int RATE = 100;

  private static final String PARTS = ".parts";
  private static final char BETWEEN = 31;
  private static final int STACK_FROM = 3;

  private final Path file;
  private final SharedLog log;
  private String name;
  private final int pid = Processes.id();

  /**
   * Of the thread that writes. The monitor, which counting needs, is not held in a call of the
   * system.
   */
  private final ReentrantLock writing = new ReentrantLock();

  private final Map<String, Integer> counts = new HashMap<>();

  private Profile(Path file, String name) {
    this.file = file;
    this.name = plain(name);
    log = new SharedLog(parts(file), "");
  }

  private static Path parts(Path file) {
    return file.resolveSibling(file.getFileName() + PARTS);
  }

  /**
   * That of a program's main process.
   *
   * @throws PosixException if the file can't be written
   */
  public static Profile begin(Path file, String name) {
    new SharedLog(file, "").create("");
    Profile profile = new Profile(file, name);
    profile.log.create("");
    return profile;
  }

  /** That of another process of the program. */
  public static Profile join(Path file, String name) {
    return new Profile(file, name);
  }

  /** A call on a stack. */
  public static String call(String function, String path, int line) {
    return plain(function) + BETWEEN + plain(path) + BETWEEN + line;
  }

  private static String plain(String text) {
    return text.replaceAll("\\p{Cntrl}", " ");
  }

  /** Renames this process. */
  public void nameProcess(String newName) {
    flush();
    setName(plain(newName));
  }

  private synchronized void setName(String newName) {
    name = newName;
  }

  /**
   * A thread was seen.
   *
   * @param calls the outermost first
   */
  public synchronized void count(List<String> calls) {
    counts.merge(String.join("\t", calls), 1, Integer::sum);
  }

  /** Writes what was counted since the last time. */
  public void flush() {
    writing.lock();
    try {
      byte[] piece = take().getBytes(StandardCharsets.UTF_8);
      if (piece.length > 0) {
        var _ = log.append(piece, piece.length);
      }
    } catch (PosixException e) {
      // The main process has ended, or the disk is full: the program is not to suffer.
    } finally {
      writing.unlock();
    }
  }

  private synchronized String take() {
    StringBuilder lines = new StringBuilder();
    counts.forEach(
        (stack, count) -> lines.append("%d\t%s\t%d\t%s\n".formatted(pid, name, count, stack)));
    counts.clear();
    return lines.toString();
  }

  /** A stack and how often it was seen. */
  private record Counted(String process, List<String> stack, int count) {}

  /** In the main process at its end: makes the file of what all have written. */
  public void finish() throws IOException {
    flush();
    make(file, name);
  }

  /**
   * Makes the file of what the processes of a program have written whose main process was killed.
   *
   * @param file as the program was given it
   * @return how many processes have written something
   * @throws IOException if they have left nothing there, or it can't be read or written
   */
  public static int complete(Path file) throws IOException {
    if (!Files.exists(parts(file))) {
      throw new IOException(
          Files.exists(file)
              ? file + " is complete: there is no " + parts(file)
              : "no program has left a profile there: there is no " + parts(file));
    }
    return make(file, String.valueOf(file.getFileName()));
  }

  /** Returns how many processes have a graph in it. */
  private static int make(Path file, String name) throws IOException {
    Map<String, Integer> frames = new LinkedHashMap<>();
    List<String> profiles = new ArrayList<>();
    List<Counted> all = new ArrayList<>();
    Map<String, String> titles = new HashMap<>();
    try (Stream<String> lines = Files.lines(parts(file), StandardCharsets.UTF_8)) {
      lines.map(line -> line.split("\t", -1)).forEach(parts -> add(parts, all, titles));
    }
    all.replaceAll(
        it -> new Counted(titles.getOrDefault(it.process(), ""), it.stack(), it.count()));
    profiles.add(
        profile(
            "all processes",
            all.stream()
                .map(
                    it ->
                        new Counted(
                            "",
                            Stream.concat(Stream.of(call(it.process(), "", 0)), it.stack().stream())
                                .toList(),
                            it.count()))
                .toList(),
            frames));
    all.stream()
        .collect(Collectors.groupingBy(Counted::process, LinkedHashMap::new, Collectors.toList()))
        .forEach((process, counted) -> profiles.add(profile(process, counted, frames)));
    StringBuilder out =
        new StringBuilder(
            "{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\"exporter\":\"polyproc\",\"name\":");
    EventBuffer.quote(name, out);
    out.append(",\"shared\":{\"frames\":[");
    out.append(frames.keySet().stream().map(Profile::frame).collect(Collectors.joining(",\n")));
    out.append("]},\"profiles\":[").append(String.join(",\n", profiles)).append("]}\n");
    Files.writeString(file, out);
    Files.deleteIfExists(parts(file));
    return profiles.size() - 1;
  }

  /** A process is called what it was called last. */
  private static void add(String[] parts, List<Counted> all, Map<String, String> titles) {
    try {
      if (parts.length > STACK_FROM) {
        titles.put(parts[0], parts[1] + " (" + parts[0] + ")");
        all.add(
            new Counted(
                parts[0],
                List.of(parts).subList(STACK_FROM, parts.length),
                Integer.parseInt(parts[2])));
      }
    } catch (NumberFormatException e) {
      // A line that was cut when its process was killed.
    }
  }

  private static String frame(String call) {
    String[] parts = (call + BETWEEN + BETWEEN).split(Character.toString(BETWEEN), -1);
    StringBuilder frame = new StringBuilder("{\"name\":");
    EventBuffer.quote(parts[0], frame);
    if (!parts[1].isEmpty()) {
      frame.append(",\"file\":");
      EventBuffer.quote(parts[1], frame);
      frame.append(",\"line\":").append(parts[2].isEmpty() ? "0" : parts[2]);
    }
    return frame.append('}').toString();
  }

  private static String profile(String name, List<Counted> all, Map<String, Integer> frames) {
    StringBuilder samples = new StringBuilder();
    StringBuilder weights = new StringBuilder();
    double total = 0;
    for (Counted counted : all) {
      String indices =
          counted.stack().stream()
              .map(call -> frames.computeIfAbsent(call, _ -> frames.size()).toString())
              .collect(Collectors.joining(",", "[", "]"));
      double seconds = counted.count() / (double) RATE;
      samples.append(samples.isEmpty() ? "" : ",").append(indices);
      weights
          .append(weights.isEmpty() ? "" : ",")
          .append(String.format(Locale.ROOT, "%.2f", seconds));
      total += seconds;
    }
    StringBuilder out = new StringBuilder("{\"type\":\"sampled\",\"name\":");
    EventBuffer.quote(name, out);
    out.append(
        String.format(
            Locale.ROOT, ",\"unit\":\"seconds\",\"startValue\":0,\"endValue\":%.2f", total));
    out.append(",\"samples\":[").append(samples).append("],\"weights\":[").append(weights);
    return out.append("]}").toString();
  }
}
