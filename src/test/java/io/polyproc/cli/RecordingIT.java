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

    CompletedCommand outcome = commands.run("run", "--timeline", "t.json", script.toString());

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

    CompletedCommand outcome = commands.run("--timeline=t.json", script.toString());

    assertEquals("WorkerLostError\n", outcome.output(), outcome.errors());
    assertTrue(outcome.status() != 0);
    List<Map<?, ?>> events = timeline("t.json");
    assertTrue(tasks(events, "work") >= 10, () -> "tasks: " + tasks(events, "work"));
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

    CompletedCommand outcome = commands.run("run", "--timeline", "t.json", script.toString());

    assertEquals("9999900000\n", outcome.output(), outcome.errors());
    List<Map<?, ?>> events = timeline("t.json");
    assertEquals(100_000, tasks(events, "double"));
    assertTrue(
        events.size() < 100_000, () -> "short tasks are to be told together: " + events.size());
    assertArrowsEnd(events);
    assertNested(events);
  }

  @Test
  void shouldRecordManyMessagesAndWaits() throws Exception {
    Path script =
        commands.script(
            """
            import multiprocessing
            def echo(requests, answers):
                for value in iter(requests.get, None):
                    answers.put(value)
            if __name__ == "__main__":
                requests, answers = multiprocessing.Queue(), multiprocessing.Queue()
                process = multiprocessing.Process(target=echo, args=(requests, answers))
                process.start()
                for value in range(20_000):
                    requests.put(value)
                    answers.get()
                requests.put(None)
                process.join()
                print("done")
            """);

    CompletedCommand outcome = commands.run("run", "--timeline", "t.json", script.toString());

    assertEquals("done\n", outcome.output(), outcome.errors());
    List<Map<?, ?>> events = timeline("t.json");
    List<Map<?, ?>> puts = named(events, "put");
    assertTrue(
        puts.size() >= 1000 && puts.size() == named(events, "get").size(), () -> "" + puts.size());
    assertArrowsEnd(events);
    assertNested(events);
  }

  /** How many tasks of a name there are, alone or told together. */
  private static long tasks(List<Map<?, ?>> events, String name) {
    return named(events, name).size()
        + named(events, name + " × n").stream()
            .mapToLong(event -> (Long) ((Map<?, ?>) event.get("args")).get("n"))
            .sum();
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

    CompletedCommand outcome = commands.run("run", "--timeline", "t.json", script.toString());

    assertEquals("135\n", outcome.output(), outcome.errors());
    assertEquals(10, named(timeline("t.json"), "triple").size());
  }

  @Test
  void shouldSayThatTheFileCannotBeWritten() throws Exception {
    CompletedCommand outcome =
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

    CompletedCommand outcome = commands.run("run", "--profile", "p.json", script.toString());

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

  @Test
  void shouldCompleteTheProfileOfAProgramThatWasKilled() throws Exception {
    Path script =
        commands.script(
            """
            import multiprocessing, os, signal, time
            def burn(seconds):
                end = time.monotonic() + seconds
                while time.monotonic() < end:
                    sum(range(1000))
            def die():
                burn(2)
                os.kill(os.getpid(), signal.SIGKILL)
            if __name__ == "__main__":
                process = multiprocessing.Process(target=die, name="burner")
                process.start()
                process.join()
                burn(1)
                os.kill(os.getpid(), signal.SIGKILL)
            """);
    assertTrue(commands.run("run", "--profile", "p.json", script.toString()).status() != 0);
    assertTrue(Files.exists(folder.resolve("p.json.parts")));

    CompletedCommand outcome = commands.run("profile", "p.json");

    assertEquals(0, outcome.status(), outcome.errors());
    assertEquals("p.json: of 2 processes\n", outcome.output());
    Map<?, ?> file = (Map<?, ?>) Json.parse(Files.readString(folder.resolve("p.json")));
    Set<String> names = new TreeSet<>();
    for (Object profile : (List<?>) file.get("profiles")) {
      names.add(text((Map<?, ?>) profile, "name").replaceAll(" \\(\\d+\\)", ""));
    }
    assertEquals(Set.of("all processes", "burner", "script.py"), names);
    assertFalse(Files.exists(folder.resolve("p.json.parts")));

    CompletedCommand again = commands.run("profile", "p.json");
    assertEquals(69, again.status());
    assertTrue(again.errors().contains("p.json is complete"), again.errors());
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
    CompletedCommand outcome = commands.run("run", "--progress", commands.script(MAPS).toString());

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

  private static final Set<String> ALWAYS = Set.of("ph", "pid", "name");
  private static final Map<String, Set<String>> MUST =
      Map.of(
          "X", Set.of("tid", "ts", "dur", "cat"),
          "C", Set.of("tid", "ts", "args"),
          "M", Set.of("tid", "args"),
          "i", Set.of("ts", "s"));
  private static final Map<String, Set<String>> MAY =
      Map.of("X", Set.of("args", "bind_id", "flow_in", "flow_out"));

  /** The events of a file, each of which has what the Trace Event Format demands, and no more. */
  private List<Map<?, ?>> timeline(String file) throws IOException {
    List<Map<?, ?>> events = new ArrayList<>();
    for (Object event : (List<?>) Json.parse(Files.readString(folder.resolve(file)))) {
      Map<?, ?> map = (Map<?, ?>) event;
      String phase = text(map, "ph");
      Set<String> must = MUST.get(phase);
      assertTrue(must != null && map.keySet().containsAll(must), map::toString);
      assertTrue(map.keySet().containsAll(ALWAYS), map::toString);
      Set<Object> others = new HashSet<>(map.keySet());
      others.removeAll(ALWAYS);
      others.removeAll(must);
      others.removeAll(MAY.getOrDefault(phase, Set.of()));
      assertEquals(Set.of(), others, map::toString);
      map.forEach((key, value) -> assertTrue(isValid(text(key), value), map::toString));
      assertEquals(
          map.containsKey("bind_id"),
          map.containsKey("flow_in") || map.containsKey("flow_out"),
          map::toString);
      events.add(map);
    }
    return events;
  }

  private static boolean isValid(String key, Object value) {
    return switch (key) {
      case "pid", "tid" -> value instanceof Long number && number >= 0;
      case "ts", "dur" -> value instanceof Number number && number.doubleValue() >= 0;
      case "flow_in", "flow_out" -> Boolean.TRUE.equals(value);
      case "bind_id" -> value instanceof String id && id.matches("0x[0-9a-f]{1,16}");
      case "args" -> value instanceof Map<?, ?> args && !args.isEmpty();
      case "name", "cat" -> value instanceof String name && !name.isEmpty();
      case "s" -> "p".equals(value);
      default -> value instanceof String;
    };
  }

  private static String text(Object key) {
    return String.valueOf(key);
  }

  private static List<Map<?, ?>> named(List<Map<?, ?>> events, String name) {
    return events.stream().filter(event -> name.equals(event.get("name"))).toList();
  }

  private static String text(Map<?, ?> event, String key) {
    return String.valueOf(event.get(key));
  }
}
