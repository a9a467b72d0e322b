package io.polyproc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A Java program in a container of two cores and 1 GB. */
@Timeout(900)
@NullUnmarked // a null fails the test anyhow
final class ContainerIT {
  private static final long GIB = 1L << 30;

  /** Run in a JVM of its own: a pool and a queue, then more processes than fit. */
  static final class Program {
    public static void main(String[] arguments) throws Exception {
      try (Polyproc polyproc = Polyproc.start()) {
        PythonQueue queue = polyproc.queue();
        try (PythonPool pool = polyproc.pool(2)) {
          List<Integer> items = IntStream.range(0, 100).boxed().toList();
          System.out.println(
              pool
                  .map(Long.class, PythonFunction.ofSource("def f(x): return 2 * x", "f"), items)
                  .stream()
                  .mapToLong(Long::longValue)
                  .sum());
          PythonFunction put = PythonFunction.ofSource("def put(q, x): q.put(x)", "put");
          var _ = pool.submit(Object.class, put, queue, "through a queue");
          System.out.println(queue.take(String.class));
        }
        startTooMany(polyproc);
      }
    }

    private static void startTooMany(Polyproc polyproc) {
      List<PythonProcess> processes = new ArrayList<>();
      try {
        for (int i = 0; i < 100; i++) {
          processes.add(polyproc.process(PythonFunction.of("time", "sleep"), 1000).start());
        }
        System.out.println("all have started");
      } catch (IllegalStateException e) {
        System.out.println(e.getMessage());
      }
      System.out.println(
          processes.stream().filter(PythonProcess::isAlive).count() == processes.size());
    }
  }

  @Test
  void shouldRunInOneGibibyteAndSayWhenItIsUsedUp() throws Exception {
    Optional<ControlGroup> container = ControlGroup.ofMemory(GIB);
    assumeTrue(container.isPresent(), "this user may make no control groups");
    try (ControlGroup group = container.get()) {
      Process program =
          new ProcessBuilder(
                  group.command(
                      List.of(
                          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                          "-XX:ActiveProcessorCount=2",
                          "--enable-native-access=ALL-UNNAMED",
                          "-Dpolyproc.home=" + System.getProperty("polyproc.home"),
                          "-cp",
                          System.getProperty("java.class.path"),
                          Program.class.getName())))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      List<String> output;
      try (BufferedReader reader = program.inputReader()) {
        output = reader.lines().toList();
      }
      assertEquals(0, program.waitFor(), output::toString);
      assertEquals(List.of("9900", "through a queue"), output.subList(0, 2));
      assertTrue(output.get(2).contains("MB of memory"), output::toString);
      assertEquals("true", output.get(3));
    }
  }
}
