package io.polyproc.trace;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a timeline tells of a process's JVM four times a second: memory, collections, compilers.
 *
 * <p>Confined to one thread.
 */
final class Sampler {
  private static final double MIB = 1 << 20;
  private static final int PAGE_KIB = 4;
  private static final int KIB = 1024;
  private static final String COMPILERS = "Compiler";

  /** The number of the first of the tracks with collections. */
  private static final int COLLECTOR = 1_000_000_000;

  private @Nullable List<GarbageCollectorMXBean> collectors;
  private final Map<String, Long> counts = new HashMap<>();
  private Map<String, Boolean> isCompiler = Map.of();
  private long sampledAt;
  private long compiledNanos = -1;

  void sample(Trace trace) {
    Runtime runtime = Runtime.getRuntime();
    trace.counter(
        "memory MB",
        "resident",
        resident(),
        "heap",
        (runtime.totalMemory() - runtime.freeMemory()) / MIB);
    collections(trace);
    compilers(trace);
  }

  private static double resident() {
    try {
      String statm = Files.readString(Path.of("/proc/self/statm"), StandardCharsets.US_ASCII);
      return Double.parseDouble(statm.split(" ", -1)[1]) * PAGE_KIB / KIB;
    } catch (IOException | RuntimeException e) {
      return 0;
    }
  }

  private void collections(Trace trace) {
    List<GarbageCollectorMXBean> found = collectors;
    if (found == null) {
      found = ManagementFactory.getGarbageCollectorMXBeans();
      collectors = found;
      for (int i = 0; i < found.size(); i++) {
        trace.nameThread(COLLECTOR + i, "garbage collector " + found.get(i).getName());
        counts.put(found.get(i).getName(), found.get(i).getCollectionCount());
      }
      return;
    }
    for (int i = 0; i < found.size(); i++) {
      GarbageCollectorMXBean collector = found.get(i);
      long count = collector.getCollectionCount();
      Long before = counts.put(collector.getName(), count);
      if (before != null && count > before) {
        last(trace, COLLECTOR + i, collector, count - before);
      }
    }
  }

  /** The last collection; of others since the last look the number is known. */
  private static void last(Trace trace, int track, GarbageCollectorMXBean collector, long count) {
    if (!(collector instanceof com.sun.management.GarbageCollectorMXBean known)) {
      return;
    }
    com.sun.management.GcInfo info = known.getLastGcInfo();
    if (info == null) {
      return;
    }
    long uptime = ManagementFactory.getRuntimeMXBean().getUptime();
    long end = System.nanoTime() - (uptime - info.getEndTime()) * 1_000_000;
    trace.sliceOf(
        track,
        "collection",
        end - info.getDuration() * 1_000_000,
        end,
        count == 1 ? "" : count + " collections, of which this is the last");
  }

  /** How much of a processor the compilers have used. */
  private void compilers(Trace trace) {
    long now = System.nanoTime();
    long nanos = 0;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
      Map<String, Boolean> seen = new HashMap<>();
      for (Path thread : threads) {
        String id = thread.getFileName().toString();
        Boolean compiles = isCompiler.get(id);
        if (compiles == null) {
          compiles = Files.readString(thread.resolve("comm")).contains(COMPILERS);
        }
        seen.put(id, compiles);
        if (compiles) {
          String times = Files.readString(thread.resolve("schedstat"), StandardCharsets.US_ASCII);
          nanos += Long.parseLong(times.split(" ", -1)[0]);
        }
      }
      isCompiler = seen;
    } catch (IOException | DirectoryIteratorException | NumberFormatException e) {
      return; // a thread may have ended meanwhile
    }
    if (compiledNanos >= 0 && now > sampledAt) {
      double share = 100.0 * Math.max(0, nanos - compiledNanos) / (now - sampledAt);
      trace.counter("compiling %", "processor", share);
    }
    compiledNanos = nanos;
    sampledAt = now;
  }
}
