package io.polyproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.observation.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lets programs tell of themselves: {@code --timeline}, {@code --profile}, {@code --progress}. */
@NullUnmarked // what is not there fails the test
@Timeout(180)
final class RecordingIT {
  /** Microseconds; that of a double's last digits. */
  private static final double TOLERANCE = 0.01;

  @TempDir Path folder;
  private Commands commands = new Commands(Path.of("."));

  @BeforeEach
  void setUp() {
    commands = new Commands(folder);
  }

  @AfterEach
  void tearDown() throws InterruptedException {
    commands.endAll();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fork", "spawn"})
  void shouldRecordProcessesTasksQueuesAndLocks(String method) throws Exception {
    Path script =
        commands.script(
            """
            import multiprocessing, time
            def square(number):
                time.sleep(0.01)
                return number * number
            def consume(queue, lock, ready):
                with lock:
                    ready.set()
                    while queue.get() is not None:
                        pass
                    time.sleep(0.1)
            if __name__ == "__main__":
                context = multiprocessing.get_context("%s")
                queue, lock, ready = context.Queue(), context.Lock(), context.Event()
                process = context.Process(target=consume, args=(queue, lock, ready), name="consumer")
                process.start()
                ready.wait()
                for number in (1, 2, 3, 4, 5, None):
                    queue.put(number)
                with lock:
                    pass
                process.join()
                with context.Pool(2) as pool:
                    print(sum(pool.imap(square, range(20))))
            """
                .formatted(method));

    Commands.Outcome outcome = commands.run("run", "--timeline", "t.json", script.toString());

    assertEquals("2470\n", outcome.output(), outcome.errors());
    List<Map<?, ?>> events = timeline("t.json");
    assertEquals(20, named(events, "square").size());
    assertEquals("task", named(events, "square").getFirst().get("cat"));
    Set<Object> processes =
        events.stream()
            .filter(event -> "process_name".equals(event.get("name")))
            .map(event -> ((Map<?, ?>) event.get("args")).get("name"))
            .collect(Collectors.toSet());
    assertTrue(processes.contains("consumer"), processes::toString);
    assertTrue(processes.contains("script.py"), processes::toString);
    assertEquals(1, named(events, "start consumer").size());
    assertEquals(1, named(events, "run consumer").size());
    assertEquals(6, named(events, "put").size());
    assertEquals(6, named(events, "get").size());
    assertTrue(events.stream().anyMatch(event -> text(event, "name").startsWith("wait for lock ")));
    assertTrue(
        events.stream()
            .anyMatch(
                event -> "C".equals(event.get("ph")) && text(event, "name").startsWith("queue ")));
    assertTrue(events.stream().anyMatch(event -> "memory MB".equals(event.get("name"))));
    assertArrowsEnd(events);
    assertNested(events);
  }

  /** What a thread does is within what it did around that, or after it, as viewers demand. */
  private static void assertNested(List<Map<?, ?>> events) {
    Map<String, List<double[]>> threads = new HashMap<>();
    for (Map<?, ?> event : events) {
      if ("X".equals(event.get("ph"))) {
        double begin = ((Number) event.get("ts")).doubleValue();
        threads
            .computeIfAbsent(event.get("pid") + " " + event.get("tid"), _ -> new ArrayList<>())
            .add(new double[] {begin, begin + ((Number) event.get("dur")).doubleValue()});
      }
    }
    for (List<double[]> slices : threads.values()) {
      slices.sort((a, b) -> a[0] == b[0] ? Double.compare(b[1], a[1]) : Double.compare(a[0], b[0]));
      List<double[]> around = new ArrayList<>();
      for (double[] slice : slices) {
        while (!around.isEmpty() && around.getLast()[1] <= slice[0] + TOLERANCE) {
          around.removeLast();
        }
        assertTrue(
            around.isEmpty() || slice[1] <= around.getLast()[1] + TOLERANCE,
            () -> "%f to %f".formatted(slice[0], slice[1]));
        around.add(slice);
      }
    }
  }

  /** Each arrow that ends somewhere has begun somewhere, and all of processes and queues end. */
  private static void assertArrowsEnd(List<Map<?, ?>> events) {
    Map<Object, Map<?, ?>> begun = new HashMap<>();
    Set<Object> ended = new HashSet<>();
    for (Map<?, ?> event : events) {
      if (Boolean.TRUE.equals(event.get("flow_out"))) {
        begun.put(event.get("bind_id"), event);
      }
      if (Boolean.TRUE.equals(event.get("flow_in"))) {
        ended.add(event.get("bind_id"));
      }
    }
    assertFalse(begun.isEmpty());
    Set<Object> lost = new HashSet<>(ended);
    lost.removeAll(begun.keySet());
    assertEquals(Set.of(), lost);
    begun.keySet().removeAll(ended);
    // Of tasks that were taken back the message has no end.
    begun.values().removeIf(event -> event.get("cat").equals("pool"));
    assertEquals(Map.of(), begun);
  }

  @Test
  void shouldBeJsonWhoeverIsKilled() throws Exception {
    Path script =
        commands.script(
            """
            import multiprocessing, os, signal, time
            def work(number):
                if number == 7:
                    os.kill(os.getpid(), signal.SIGKILL)
                return number
            if __name__ == "__main__":
                pool = multiprocessing.Pool(2)
                try:
                    pool.map(work, range(20), chunksize=1)
                except Exception as e:
                    print(type(e).__name__, flush=True)
                time.sleep(0.5)
                os.kill(os.getpid(), signal.SIGKILL)
            """);

    Commands.Outcome outcome = commands.run("--timeline=t.json", script.toString());

    assertEquals("WorkerLostError\n", outcome.output(), outcome.errors());
    assertTrue(outcome.status() != 0);
    List<Map<?, ?>> events = timeline("t.json");
    assertTrue(named(events, "work").size() >= 10, () -> "tasks: " + named(events, "work").size());
  }

  @Test
  void shouldRecordManyTasks() throws Exception {
    Path script =
        commands.script(
            """
            import multiprocessing
            def double(number):
                return 2 * number
            if __name__ == "__main__":
                with multiprocessing.Pool(2) as pool:
                    print(sum(pool.map(double, range(100_000), chunksize=1)))
            """);

    Commands.Outcome outcome = commands.run("run", "--timeline", "t.json", script.toString());

    assertEquals("9999900000\n", outcome.output(), outcome.errors());
    assertEquals(100_000, named(timeline("t.json"), "double").size());
  }

  @Test
  void shouldRecordTheTasksOfAnExecutor() throws Exception {
    Path script =
        commands.script(
            """
            from concurrent.futures import ProcessPoolExecutor
            def triple(number):
                return 3 * number
            if __name__ == "__main__":
                with ProcessPoolExecutor(2) as executor:
                    print(sum(executor.map(triple, range(10))))
            """);

    Commands.Outcome outcome = commands.run("run", "--timeline", "t.json", script.toString());

    assertEquals("135\n", outcome.output(), outcome.errors());
    assertEquals(10, named(timeline("t.json"), "triple").size());
  }

  @Test
  void shouldSayThatTheFileCannotBeWritten() throws Exception {
    Commands.Outcome outcome =
        commands.run("run", "--timeline", "/no/such/t.json", "-c", "print(1)");
    assertEquals(2, outcome.status());
    assertEquals("", outcome.output());
    assertTrue(
        outcome.errors().contains("the timeline cannot be written to /no/such/t.json"),
        outcome.errors());
    assertEquals(2, commands.run("run", "--timeline").status());
  }

  @Test
  void shouldSampleAllProcesses() throws Exception {
    Path script =
        commands.script(
            """
            import multiprocessing, time
            def burn():
                end = time.monotonic() + 2
                number = 0
                while time.monotonic() < end:
                    number += 1
            def other():
                burn()
            if __name__ == "__main__":
                process = multiprocessing.Process(target=other, name="burner")
                process.start()
                burn()
                process.join()
            """);

    Commands.Outcome outcome = commands.run("run", "--profile", "p.json", script.toString());

    assertEquals(0, outcome.status(), outcome.errors());
    Map<?, ?> file = (Map<?, ?>) Json.parse(Files.readString(folder.resolve("p.json")));
    List<?> frames = (List<?>) ((Map<?, ?>) file.get("shared")).get("frames");
    List<?> profiles = (List<?>) file.get("profiles");
    assertEquals("all processes", ((Map<?, ?>) profiles.getFirst()).get("name"));
    Map<String, Double> seconds = new HashMap<>();
    for (Object each : profiles) {
      Map<?, ?> profile = (Map<?, ?>) each;
      List<?> samples = (List<?>) profile.get("samples");
      List<?> weights = (List<?>) profile.get("weights");
      assertEquals(samples.size(), weights.size());
      for (int i = 0; i < samples.size(); i++) {
        Set<String> names = new TreeSet<>();
        for (Object index : (List<?>) samples.get(i)) {
          names.add(text((Map<?, ?>) frames.get(((Long) index).intValue()), "name"));
        }
        if (names.contains("burn")) {
          String key =
              String.valueOf(profile.get("name")).replaceAll(" \\(\\d+\\)", "")
                  + (names.contains("other") ? " other" : "");
          seconds.merge(key, ((Number) weights.get(i)).doubleValue(), Double::sum);
        }
      }
    }
    assertTrue(seconds.getOrDefault("script.py", 0.0) > 0.5, seconds::toString);
    assertTrue(seconds.getOrDefault("burner other", 0.0) > 0.5, seconds::toString);
    assertTrue(seconds.getOrDefault("all processes other", 0.0) > 0.5, seconds::toString);
    assertFalse(Files.exists(folder.resolve("p.json.parts")));
  }

  private static final String MAPS =
      """
      import multiprocessing, sys, time
      from concurrent.futures import ProcessPoolExecutor
      def square(number):
          time.sleep(0.02)
          if number == 13:
              raise ValueError(number)
          return number * number
      if __name__ == "__main__":
          print("begin")
          with multiprocessing.Pool(2) as pool:
              pool.map(square, range(10))
              results = pool.imap_unordered(square, range(5, 25))
              for _ in range(20):
                  try:
                      next(results)
                  except ValueError:
                      pass
          with ProcessPoolExecutor(2) as executor:
              list(executor.map(square, range(4)))
          print("end")
      """;

  @Test
  void shouldSayOneLineForEachMapOnAPipe() throws Exception {
    Commands.Outcome outcome = commands.run("run", "--progress", commands.script(MAPS).toString());

    assertEquals("begin\nend\n", outcome.output());
    List<String> lines = outcome.errors().lines().toList();
    assertEquals(3, lines.size(), outcome.errors());
    assertTrue(
        lines.get(0).matches("polyproc: map square: 10 of 10 in .*, 0 failed, 0 lost"),
        lines.get(0));
    assertTrue(
        lines.get(1).matches("polyproc: imap_unordered square: 20 of 20 in .*, 1 failed, 0 lost"),
        lines.get(1));
    assertTrue(lines.get(2).matches("polyproc: map square: 4 of 4 in .*"), lines.get(2));
  }

  @Test
  void shouldLeaveTheProgramsOutputAlone() throws Exception {
    Path script = commands.script(MAPS);
    Process process =
        commands.startOnTerminal(
            20, 100, "%s run --progress %s".formatted(Commands.POLYPROC, script));
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertTrue(output.contains("[##"), output);
    List<String> screen =
        Commands.screen(20, 100, output).lines().filter(line -> !line.isEmpty()).toList();
    assertEquals("begin", screen.get(0), () -> String.join("\n", screen));
    assertEquals("end", screen.get(1), () -> String.join("\n", screen));
    assertEquals(5, screen.size(), () -> String.join("\n", screen));
    assertTrue(screen.get(2).startsWith("map square [####################] 100% 10/10"));
    assertTrue(screen.get(3).contains("1 failed"), screen.get(3));
  }

  private List<Map<?, ?>> timeline(String file) throws IOException {
    List<Map<?, ?>> events = new ArrayList<>();
    for (Object event : (List<?>) Json.parse(Files.readString(folder.resolve(file)))) {
      Map<?, ?> map = (Map<?, ?>) event;
      assertTrue(map.get("ph") instanceof String, map::toString);
      assertTrue(map.get("pid") instanceof Long, map::toString);
      assertTrue("M".equals(map.get("ph")) || map.get("ts") instanceof Number, map::toString);
      assertTrue(!"X".equals(map.get("ph")) || map.get("dur") instanceof Number, map::toString);
      events.add(map);
    }
    return events;
  }

  private static List<Map<?, ?>> named(List<Map<?, ?>> events, String name) {
    return events.stream().filter(event -> name.equals(event.get("name"))).toList();
  }

  private static String text(Map<?, ?> event, String key) {
    return String.valueOf(event.get(key));
  }
}
