package io.polyproc.sample;

import io.polyproc.Polyproc;
import io.polyproc.PythonFunction;
import io.polyproc.PythonPipe;
import io.polyproc.PythonPool;
import io.polyproc.PythonProcess;
import io.polyproc.PythonQueue;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Value;

/**
 * What it costs to send a value to Python and to have it back: by a call in a context of this JVM,
 * and by each of the ways to another process.
 */
public final class Throughput {
  private static final Path FILE = Path.of("src/main/python/echo.py");
  private static final byte[] MEBIBYTE = new byte[1 << 20];
  private static final int MANY = 20_000;
  private static final List<Long> ITEMS = LongStream.range(0, MANY).boxed().toList();

  /** Sends a value to Python, and waits until it is back. */
  private interface Echo {
    <T> T echo(Class<T> type, Object value) throws Exception;
  }

  /** Sends many values to Python, and waits until all are back. */
  private interface Burst {
    void run(List<Long> items) throws Exception;
  }

  private Throughput() {}

  public static void main(String[] arguments) throws Exception {
    try (Polyproc polyproc = Polyproc.start()) {
      System.out.printf(
          "%-24s %14s %14s %16s%n", "there and back", "small one, µs", "1 MiB, µs", "many, each s");
      context(polyproc);
      pool(polyproc);
      queue(polyproc);
      pipe(polyproc);
    }
  }

  private static void context(Polyproc polyproc) throws Exception {
    try (Context context = polyproc.newContext()) {
      Value function = context.eval("python", "def echo(value):\n    return value\necho");
      Echo echo =
          new Echo() {
            @Override
            public <T> T echo(Class<T> type, Object value) {
              return polyproc.fromPython(
                  type, function.execute(polyproc.toPython(context, value)));
            }
          };
      measure("call in a context", echo, items -> each(echo, items));
    }
  }

  private static void pool(Polyproc polyproc) throws Exception {
    PythonFunction function = PythonFunction.ofFile(FILE, "echo");
    try (PythonPool pool = polyproc.pool(1)) {
      Echo echo =
          new Echo() {
            @Override
            public <T> T echo(Class<T> type, Object value) {
              return pool.submit(type, function, value).join();
            }
          };
      measure("task of a pool", echo, items -> pool.map(Long.class, function, items));
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
    Burst burst =
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

  private static void each(Echo echo, List<Long> items) throws Exception {
    for (Long item : items) {
      echo.echo(Long.class, item);
    }
  }

  private static void measure(String name, Echo echo, Burst burst) throws Exception {
    median(5_000, Long.class, 1L, echo); // warms up
    double small = median(5_000, Long.class, 1L, echo);
    double large = median(200, byte[].class, MEBIBYTE, echo);
    burst.run(ITEMS);
    long begin = System.nanoTime();
    burst.run(ITEMS);
    double perSecond = MANY / ((System.nanoTime() - begin) / 1e9);
    System.out.printf("%-24s %14.1f %14.0f %16.0f%n", name, small, large, perSecond);
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
