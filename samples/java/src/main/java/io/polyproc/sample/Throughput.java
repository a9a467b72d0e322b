package io.polyproc.sample;

import io.polyproc.Polyproc;
import io.polyproc.PythonFunction;
import io.polyproc.PythonPipe;
import io.polyproc.PythonPool;
import io.polyproc.PythonProcess;
import io.polyproc.PythonQueue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.LongStream;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;

/**
 * What it costs to send a value to Python and to have it back, and what Python computes meanwhile:
 * in a context of this JVM, by each of the ways to another process, and, where the system property
 * {@code python} names an interpreter that has it, by Py4J.
 */
public final class Throughput {
  private static final Path FILE = Path.of("src/main/python/echo.py");
  private static final byte[] MEBIBYTE = new byte[1 << 20];
  private static final int MANY = 20_000;
  private static final List<Long> ITEMS = LongStream.range(0, MANY).boxed().toList();
  private static final int CORES = Runtime.getRuntime().availableProcessors();
  private static final int FIB = 22;

  /** So many tasks for each core. */
  private static final List<Integer> COMPUTATIONS = Collections.nCopies(8 * CORES, FIB);

  /** Long enough for a compiler to have seen what is measured. */
  private static final Duration WARM_UP = Duration.ofSeconds(20);

  /** Sends a value to Python, and waits until it is back. */
  private interface Echo {
    <T> T echo(Class<T> type, Object value) throws Exception;
  }

  /** Has Python do something with all elements, and waits until that is done. */
  private interface Burst<T> {
    void run(List<T> items) throws Exception;
  }

  private Throughput() {}

  public static void main(String[] arguments) throws Exception {
    try (Polyproc polyproc = Polyproc.start()) {
      System.out.printf(
          "%-28s %14s %12s %14s %20s",
          "there and back", "small one, µs", "1 MiB, µs", "many, each s", "fib(22), each s");
      context(polyproc);
      pool(polyproc, 1);
      pool(polyproc, CORES);
      queue(polyproc);
      pipe(polyproc);
      String python = System.getProperty("python", "");
      if (!python.isEmpty()) {
        py4j(python);
      }
      System.out.println();
    }
  }

  private static void context(Polyproc polyproc) throws Exception {
    try (Context context = polyproc.newContext()) {
      context.eval(Source.newBuilder("python", FILE.toFile()).build());
      Value function = context.getBindings("python").getMember("echo");
      Value fib = context.getBindings("python").getMember("fib");
      Echo echo =
          new Echo() {
            @Override
            public <T> T echo(Class<T> type, Object value) {
              return polyproc.fromPython(
                  type, function.execute(polyproc.toPython(context, value)));
            }
          };
      String engine = context.getEngine().getImplementationName();
      measure("context (" + engine + ")", echo, items -> each(echo, items), fib::execute);
    }
  }

  private static void pool(Polyproc polyproc, int workers) throws Exception {
    PythonFunction function = PythonFunction.ofFile(FILE, "echo");
    PythonFunction fib = PythonFunction.ofFile(FILE, "fib");
    try (PythonPool pool = polyproc.pool(workers)) {
      Echo echo =
          new Echo() {
            @Override
            public <T> T echo(Class<T> type, Object value) {
              return pool.submit(type, function, value).join();
            }
          };
      String name = "pool of " + workers;
      measure(name, echo, items -> pool.map(Long.class, function, items));
      measureComputing(items -> pool.map(Long.class, fib, items));
    }
  }

  private static void queue(Polyproc polyproc) throws Exception {
    PythonQueue there = polyproc.queue();
    PythonQueue back = polyproc.queue();
    PythonProcess process =
        polyproc.process(PythonFunction.ofFile(FILE, "echo_queue"), there, back).start();
    Echo echo =
        new Echo() {
          @Override
          public <T> T echo(Class<T> type, Object value) throws InterruptedException {
            there.put(value);
            return back.take(type);
          }
        };
    Burst<Long> burst =
        items -> {
          for (Long item : items) {
            there.put(item);
          }
          for (Long _ : items) {
            back.take(Long.class);
          }
        };
    measure("two queues", echo, burst);
    there.put(null);
    process.join();
  }

  private static void pipe(Polyproc polyproc) throws Exception {
    try (PythonPipe pipe = polyproc.pipe()) {
      PythonProcess process =
          polyproc.process(PythonFunction.ofFile(FILE, "echo_pipe"), pipe.there()).start();
      Echo echo =
          new Echo() {
            @Override
            public <T> T echo(Class<T> type, Object value) throws Exception {
              pipe.here().send(value);
              return pipe.here().receive(type);
            }
          };
      measure("pipe", echo, items -> each(echo, items));
      pipe.here().send(null);
      process.join();
    }
  }

  private static void py4j(String python) throws Exception {
    try (Py4j py4j = Py4j.start(python)) {
      Echo echo =
          new Echo() {
            @Override
            public <T> T echo(Class<T> type, Object value) {
              Object back = py4j.functions().echo(value);
              return type.cast(back instanceof Integer small ? (Object) small.longValue() : back);
            }
          };
      measure("Py4J, CPython", echo, items -> each(echo, items), py4j.functions()::fib);
    }
  }

  private static void each(Echo echo, List<Long> items) throws Exception {
    for (Long item : items) {
      echo.echo(Long.class, item);
    }
  }

  /** One that computes one after the other. */
  private static void measure(String name, Echo echo, Burst<Long> burst, IntFunction<?> fib)
      throws Exception {
    measure(name, echo, burst);
    measureComputing(items -> items.forEach(fib::apply));
  }

  private static void measure(String name, Echo echo, Burst<Long> burst) throws Exception {
    median(5_000, Long.class, 1L, echo); // warms up
    double small = median(5_000, Long.class, 1L, echo);
    double large = median(200, byte[].class, MEBIBYTE, echo);
    burst.run(ITEMS);
    System.out.printf("%n%-28s %14.1f %12.0f %14.0f", name, small, large, perSecond(ITEMS, burst));
  }

  /** How many are computed in a second, at the end of the line. */
  private static void measureComputing(Burst<Integer> burst) throws Exception {
    long end = System.nanoTime() + WARM_UP.toNanos();
    while (System.nanoTime() < end) {
      burst.run(COMPUTATIONS);
    }
    System.out.printf(" %20.1f", perSecond(COMPUTATIONS, burst));
  }

  private static <T> double perSecond(List<T> items, Burst<T> burst) throws Exception {
    long begin = System.nanoTime();
    burst.run(items);
    return items.size() / ((System.nanoTime() - begin) / 1e9);
  }

  /** The median time of a round trip, in microseconds. */
  private static <T> double median(int rounds, Class<T> type, T value, Echo echo)
      throws Exception {
    long[] nanos = new long[rounds];
    for (int i = 0; i < rounds; i++) {
      long begin = System.nanoTime();
      echo.echo(type, value);
      nanos[i] = System.nanoTime() - begin;
    }
    Arrays.sort(nanos);
    return nanos[rounds / 2] / 1e3;
  }
}
