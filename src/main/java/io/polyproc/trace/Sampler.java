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

  private static final long NANOS_A_MILLI = 1_000_000;

  private @Nullable List<GarbageCollectorMXBean> collectors;
  private long collections;
  private long collectedMillis;
  private long collectedAt;
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

  /** How much of the time the program stood still for collections, and how many there were. */
  private void collections(Trace trace) {
    List<GarbageCollectorMXBean> found = collectors;
    if (found == null) {
      found = ManagementFactory.getGarbageCollectorMXBeans();
      collectors = found;
    }
    long count = 0;
    long millis = 0;
    for (GarbageCollectorMXBean collector : found) {
      count += collector.getCollectionCount();
      millis += collector.getCollectionTime();
    }
    long now = System.nanoTime();
    if (collectedAt != 0) {
      double share = 100.0 * (millis - collectedMillis) * NANOS_A_MILLI / (now - collectedAt);
      trace.counter("collecting %", "time", share, "collections", (double) (count - collections));
    }
    collections = count;
    collectedMillis = millis;
    collectedAt = now;
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
