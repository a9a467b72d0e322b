package io.polyproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.polyproc.Polyproc;
import io.polyproc.PythonFunction;
import io.polyproc.PythonPool;
import io.polyproc.observation.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Looks at running programs with the commands of the distribution. */
final class ObservationIT {
  private static final Path HOME = Path.of(System.getProperty("polyproc.home"));
  private static final Path POLYPROC = HOME.resolve("bin/polyproc");
  private static final Path HANGS = Path.of("tests-py/hangs").toAbsolutePath();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int TIMEOUT_SECONDS = 60;

  /** In a program's source: behind a line that must be named. */
  private static final String MARK = "# hangs";

  @TempDir Path folder;

  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void endAll() throws InterruptedException {
    for (Process process : started) {
      List<ProcessHandle> below = process.descendants().toList();
      process.destroyForcibly();
      below.forEach(ProcessHandle::destroyForcibly);
      process.waitFor();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"two_locks", "dead_reader", "full_pipe", "own_pool", "short_barrier"})
  void shouldFindTheDeadlockAndNameItsLines(String name) throws Exception {
    Path script = HANGS.resolve(name + ".py");
    Process program = start(Map.of(), script.toString());

    // Where one process is stuck already, another one's threads may still be on their way there.
    List<String> parts = new ArrayList<>(List.of("DEADLOCK"));
    hangingLines(script).forEach(line -> parts.add("\"%s\", line %d".formatted(script, line)));
    CompletedCommand outcome = whyUntil(program, parts.toArray(String[]::new));

    assertEquals(1, outcome.status());
  }

  private static Set<Integer> hangingLines(Path script) throws IOException {
    List<String> lines = Files.readAllLines(script);
    Set<Integer> marked = new TreeSet<>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).endsWith(MARK)) {
        marked.add(i + 1);
      }
    }
    assertFalse(marked.isEmpty(), () -> "no line with " + MARK);
    return marked;
  }

  @Test
  void shouldTellWhoHoldsALock() throws Exception {
    Process program = start(Map.of(), HANGS.resolve("two_locks.py").toString());

    String text = whyUntil(program, "DEADLOCK").output();

    Matcher waits =
        Pattern.compile(
                "(\\d+) \\(Process-[12]\\), main thread, waits for lock second, held by (\\d+)")
            .matcher(text);
    Map<String, String> holders = new HashMap<>();
    while (waits.find()) {
      holders.put(waits.group(1), waits.group(2));
    }
    assertEquals(2, holders.size(), text);
    holders.forEach((waiter, holder) -> assertEquals(waiter, holders.get(holder), text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"fork", "spawn", "forkserver"})
  void shouldShowProcessesOfEveryStartMethod(String method) throws Exception {
    Process program =
        start(
            Map.of(),
            script(
                """
                import multiprocessing, sys
                def work(queue):
                    wanted = "a value"
                    queue.get()
                if __name__ == "__main__":
                    context = multiprocessing.get_context("%s")
                    queue = context.Queue()
                    process = context.Process(target=work, args=(queue,), name="the worker")
                    process.start()
                    print(process.pid, flush=True)
                    process.join()
                """
                    .formatted(method)));
    int child = Integer.parseInt(program.inputReader().readLine());

    rowUntil(child, "waiting for queue");
    Map<?, ?> row = row(child); // its title may not have been its own yet
    assertEquals("the worker", row.get("name"));
    assertEquals(method, row.get("method"));
    assertEquals("process", row.get("role"));
    assertTrue(row.get("pss_kib") instanceof Long kib && kib > 0, row::toString);
    String stack = run("stack", "--locals", Integer.toString(child)).output();
    assertTrue(stack.contains("line 4, in work\n    queue.get()\n"), stack);
    assertTrue(stack.contains("wanted = 'a value'"), stack);
    assertTrue(stack.contains("waits for an item of queue queue"), stack);
  }

  @Test
  void shouldShowAChildOfOsFork() throws Exception {
    Process program =
        start(
            Map.of(),
            script(
                """
                import os, time
                child = os.fork()
                if child == 0:
                    time.sleep(1000)
                print(child, flush=True)
                os.wait()
                """));
    int child = Integer.parseInt(program.inputReader().readLine());

    String stack = stackUntil(child, "sleeps");
    assertTrue(stack.contains("line 4, in <module>\n    time.sleep(1000)\n"), stack);
  }

  @Test
  void shouldShowAProgramWithoutImageToo() throws Exception {
    Process program =
        start(Map.of("POLYPROC_IMAGE", "off"), "-c", "import time\ndef f(): time.sleep(1000)\nf()");

    assertTrue(stackUntil(program, "sleeps").contains("in f"));
  }

  @Test
  void shouldShowAThreadThatComputesAndOneThatReads() throws Exception {
    Process program =
        start(
            Map.of(),
            script(
                """
                import os, threading
                reader, writer = os.pipe()
                def read():
                    os.read(reader, 1)
                threading.Thread(target=read, name="the reader", daemon=True).start()
                number = 0
                while True:
                    number += 1
                """));

    // Not in every answer: the thread that computes may keep the GIL for too long, and the other
    // one has it to wait for before it reads.
    String stack = stackUntil(program, "is in the system call read");
    assertTrue(stack.contains("line 4, in read"), stack);
    assertTrue(Pattern.compile("line [78], in <module>").matcher(stack).find(), stack);
  }

  /** GraalPy's {@code select} fails if a signal ends it: nothing may do that. */
  @Test
  void shouldDisturbNobody() throws Exception {
    Process program =
        start(
            Map.of(),
            script(
                """
                import os, select, sys, threading
                reader, writer = os.pipe()
                def wait():
                    print(select.select([reader], [], [])[0] == [reader], flush=True)
                thread = threading.Thread(target=wait)
                thread.start()
                print("ready", flush=True)
                sys.stdin.readline()
                os.write(writer, b"x")
                thread.join()
                print("done")
                """));
    assertEquals("ready", program.inputReader().readLine());

    for (int i = 0; i < 3; i++) {
      assertEquals(0, run("stack", Long.toString(program.pid())).status());
    }
    program.outputWriter().append('\n').flush();

    assertEquals(List.of("True", "done"), program.inputReader().lines().toList());
    assertEquals(0, program.waitFor());
  }

  @Test
  void shouldLeaveNothingBehindInAProcess() throws Exception {
    Process program =
        start(
            Map.of(),
            script(
                """
                import os, sys
                def name(task):
                    try:
                        with open(f"/proc/self/task/{task}/comm") as file:
                            return file.read()
                    except OSError:
                        return ""  # it has ended
                def count():  # the JVM starts compiler threads when it likes
                    names = [name(task) for task in os.listdir("/proc/self/task")]
                    return len(os.listdir("/proc/self/fd")), len([each for each in names if "Compiler" not in each])
                for line in sys.stdin:
                    print(count(), flush=True)
                """));
    String before = ask(program);
    for (int i = 0; i < 3; i++) {
      assertEquals(0, run("stack", Long.toString(program.pid())).status());
    }

    long deadline = System.nanoTime() + PATIENCE.toNanos();
    String after = ask(program);
    while (!before.equals(after) && System.nanoTime() - deadline < 0) {
      Thread.sleep(100); // a thread that has answered ends a moment later
      after = ask(program);
    }
    assertEquals(before, after);
  }

  private static String ask(Process program) throws IOException {
    program.outputWriter().write("\n");
    program.outputWriter().flush();
    return program.inputReader().readLine();
  }

  @Test
  void shouldLeaveTheProgramItsOwnHandlerOfTheSignal() throws Exception {
    Process program =
        start(
            Map.of(),
            script(
                """
                import os, signal, sys
                signal.signal(signal.SIGURG, lambda number, frame: print("urgent", flush=True))
                print("ready", flush=True)
                for line in sys.stdin:
                    os.kill(os.getpid(), signal.SIGURG)
                """));
    assertEquals("ready", program.inputReader().readLine());

    String stack = stackUntil(program, "for line in sys.stdin");
    assertTrue(stack.contains("main thread"), stack);
    assertEquals("urgent", ask(program));
  }

  @Test
  void shouldFindNoDeadlockInAProgramThatGoesOn() throws Exception {
    Process program =
        start(
            Map.of(),
            script(
                """
                import multiprocessing
                def echo(connection):
                    while True:
                        connection.send(connection.recv())
                if __name__ == "__main__":
                    here, there = multiprocessing.Pipe()
                    multiprocessing.Process(target=echo, args=(there,), daemon=True).start()
                    print("ready", flush=True)
                    while True:
                        here.send("x")
                        here.recv()
                """));
    assertEquals("ready", program.inputReader().readLine());

    for (int i = 0; i < 10; i++) {
      CompletedCommand outcome = run("why", Long.toString(program.pid()));
      assertEquals(0, outcome.status(), outcome.output());
    }
  }

  @Test
  void shouldCountTheTasksOfAPool() throws Exception {
    Process program =
        start(
            Map.of(),
            script(
                """
                import multiprocessing, time
                def work(number):
                    time.sleep(0.01)
                if __name__ == "__main__":
                    with multiprocessing.Pool(2) as pool:
                        pool.map(work, range(100_000), chunksize=1)
                """));
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    List<Long> done = List.of();
    while (done.size() < 2 || done.stream().anyMatch(count -> count == 0)) {
      assertTrue(System.nanoTime() - deadline < 0, "no task was counted");
      done =
          rows().stream()
              .filter(row -> Long.valueOf(program.pid()).equals(row.get("parent")))
              .map(row -> row.get("tasks_done"))
              .filter(Long.class::isInstance)
              .map(Long.class::cast)
              .toList();
    }
    Map<?, ?> main = rowUntil((int) program.pid(), "waiting for pool");
    assertTrue(
        main.get("pools") instanceof List<?> pools
            && pools.size() == 1
            && pools.getFirst() instanceof Map<?, ?> pool
            && pool.get("tasks_done") instanceof Long count
            && count >= done.stream().mapToLong(Long::longValue).sum(),
        main::toString);
    assertTrue(
        rows().stream()
            .anyMatch(row -> row.get("tasks_done_a_second") instanceof Double rate && rate > 1));
  }

  @Test
  void shouldSayThatAWorkerOfAPoolComputes() throws Exception {
    Process program =
        start(
            Map.of(),
            script(
                """
                import multiprocessing, os
                def work(pid):
                    if pid:
                        print(os.getpid(), flush=True)
                    while True:
                        sum(range(1000))
                if __name__ == "__main__":
                    with multiprocessing.Pool(1) as pool:
                        pool.apply(work, (True,))
                """));
    int worker = Integer.parseInt(program.inputReader().readLine());

    stackUntil(worker, "main thread (" + worker + "): runs");
    String why = whyUntil(program, "main thread runs").output();
    assertTrue(why.contains("has a pool of 1 process: 1 call, 0 tasks without a worker"), why);
  }

  @Test
  void shouldTellTheLengthsOfQueues() throws Exception {
    Process program =
        start(
            Map.of(),
            script(
                """
                import multiprocessing, time
                def work(numbers):
                    time.sleep(1000)
                if __name__ == "__main__":
                    jobs, results = multiprocessing.Queue(5), multiprocessing.Queue()
                    jobs.put(1)
                    jobs.put(2)
                    results.put(3)
                    process = multiprocessing.Process(target=work, args=(jobs,))
                    process.start()
                    print(process.pid, flush=True)
                    process.join()
                """));
    int child = Integer.parseInt(program.inputReader().readLine());

    Map<?, ?> main = rowUntil((int) program.pid(), "waiting for child");
    Set<Object> queues = new HashSet<>();
    if (main.get("queues") instanceof List<?> list) {
      for (Object queue : list) {
        if (queue instanceof Map<?, ?> map) {
          queues.add(map.get("name") + " " + map.get("length") + " " + map.get("capacity"));
        }
      }
    }
    assertEquals(Set.of("jobs 2 5", "results 1 null"), queues);
    assertEquals(List.of(), row(child).get("queues"), "told once");
    assertTrue(run("ps").output().contains("[queue jobs: 2 of 5]"));
  }

  @Test
  void shouldCountTheTasksOfAnExecutor() throws Exception {
    Process program =
        start(
            Map.of(),
            script(
                """
                import time
                from concurrent.futures import ProcessPoolExecutor
                def work(number):
                    time.sleep(1000 if number == 5 else 0)
                if __name__ == "__main__":
                    executor = ProcessPoolExecutor(1)
                    futures = [executor.submit(work, number) for number in range(8)]
                    futures[4].result()
                    print("ready", flush=True)
                    futures[5].result()
                """));
    assertEquals("ready", program.inputReader().readLine());

    Map<?, ?> main = rowUntil((int) program.pid(), "waiting for future");
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (List.of().equals(main.get("pools")) && System.nanoTime() - deadline < 0) {
      main = row((int) program.pid()); // the thread with the pool may not have answered in time
    }

    assertTrue(
        main.get("pools") instanceof List<?> pools
            && !pools.isEmpty()
            && pools.getFirst() instanceof Map<?, ?> pool
            && Long.valueOf(5).equals(pool.get("tasks_done"))
            && Long.valueOf(3).equals(pool.get("tasks_waiting")),
        main::toString);
  }

  @Test
  void shouldShowAJavaProgramAndItsWorkers() throws Exception {
    try (Polyproc polyproc = Polyproc.builder().standby(0).build();
        PythonPool pool = polyproc.pool(1)) {
      PythonFunction nap =
          PythonFunction.ofSource("import time\ndef nap(s):\n    time.sleep(s)\n", "nap");
      CompletableFuture<Object> task = pool.submit(Object.class, nap, 1000);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (pool.pids().isEmpty() && System.nanoTime() - deadline < 0) {
        Thread.sleep(10);
      }
      int worker = pool.pids().getFirst();

      String stack = stackUntil(worker, "in nap");

      assertTrue(stack.contains("main thread"), stack);
      assertEquals("java", row(worker).get("method"));
      assertEquals("sleeping", row(worker).get("state"));
      Map<?, ?> own = row((int) ProcessHandle.current().pid());
      assertEquals("program", own.get("role"));
      assertTrue(
          own.get("pools") instanceof List<?> pools
              && pools.getFirst() instanceof Map<?, ?> first
              && Long.valueOf(1).equals(first.get("calls"))
              && List.of((long) worker).equals(first.get("workers")),
          own::toString);
      assertEquals(1L, row(worker).get("tasks_held"));
      assertEquals(ProcessHandle.current().pid(), row(worker).get("parent"));
      String java = run("stack", Long.toString(ProcessHandle.current().pid())).output();
      assertTrue(java.contains("in ObservationIT.shouldShowAJavaProgramAndItsWorkers"), java);
      task.cancel(true);
    }
  }

  @Test
  void shouldSayWhatIsInterpretedAndWhatIsCompiled() throws Exception {
    Process program =
        start(
            Map.of(),
            script(
                """
                import sys
                def hot(number):
                    for i in range(10_000):
                        number += i & 3
                    return number
                print("ready", flush=True)
                while True:
                    hot(1)
                """));
    assertEquals("ready", program.inputReader().readLine());

    Set<Object> seen = new HashSet<>();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!seen.contains("compiled")) {
      assertTrue(System.nanoTime() - deadline < 0, seen::toString);
      Map<?, ?> row = row((int) program.pid());
      if ("running".equals(row.get("state"))) {
        seen.add(row.get("code"));
      }
    }
    seen.remove("compiled");
    assertTrue(Set.of("interpreted", "compiling").containsAll(seen), seen::toString);
  }

  @Test
  void shouldSayThatThereIsNoSuchProcess() throws Exception {
    CompletedCommand outcome = run("stack", "1");
    assertEquals(1, outcome.status());
    assertTrue(outcome.errors().contains("there is no process 1"), outcome.errors());
    assertEquals(69, run("why", "1").status());
  }

  private String script(String text) throws IOException {
    return Files.writeString(folder.resolve("script.py"), text).toString();
  }

  private Process start(Map<String, String> environment, String... arguments) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Stream.concat(Stream.of(POLYPROC.toString()), Stream.of(arguments)).toList());
    builder.environment().putAll(environment);
    Process process = builder.redirectError(folder.resolve("errors").toFile()).start();
    started.add(process);
    return process;
  }

  private CompletedCommand run(String... arguments) throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    Path errors = folder.resolve("command-errors");
    Process command =
        new ProcessBuilder(
                Stream.concat(Stream.of(POLYPROC.toString()), Stream.of(arguments)).toList())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    started.add(command);
    assertTrue(
        command.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS), "no end of " + List.of(arguments));
    return new CompletedCommand(
        command.exitValue(),
        Files.readString(output, StandardCharsets.UTF_8),
        Files.readString(errors, StandardCharsets.UTF_8));
  }

  private CompletedCommand whyUntil(Process program, String... parts) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    CompletedCommand outcome = run("why", Long.toString(program.pid()));
    while (!Stream.of(parts).allMatch(outcome.output()::contains)) {
      if (System.nanoTime() - deadline > 0 || !program.isAlive()) {
        fail(
            "not found: %s; the program %s and has said: %s"
                .formatted(
                    outcome,
                    program.isAlive() ? "runs" : "has ended with " + program.exitValue(),
                    Files.readString(folder.resolve("errors"))));
      }
      outcome = run("why", Long.toString(program.pid()));
    }
    return outcome;
  }

  private String stackUntil(Process program, String text) throws Exception {
    return stackUntil(program.pid(), text);
  }

  private String stackUntil(long pid, String text) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    String stack = run("stack", Long.toString(pid)).output();
    while (!stack.contains(text)) {
      String last = stack;
      assertTrue(System.nanoTime() - deadline < 0, () -> "not found:\n" + last);
      stack = run("stack", Long.toString(pid)).output();
    }
    return stack;
  }

  private List<Map<?, ?>> rows() throws Exception {
    List<Map<?, ?>> rows = new ArrayList<>();
    if (Json.parse(run("ps", "--json", "--pss").output()) instanceof List<?> list) {
      list.forEach(row -> rows.add((Map<?, ?>) row));
    }
    return rows;
  }

  private Map<?, ?> row(int pid) throws Exception {
    return rows().stream()
        .filter(row -> Long.valueOf(pid).equals(row.get("pid")))
        .findFirst()
        .orElse(Map.of());
  }

  private Map<?, ?> rowUntil(int pid, String state) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Map<?, ?> row = row(pid);
    while (!state.equals(row.get("state"))) {
      Map<?, ?> last = row;
      assertTrue(System.nanoTime() - deadline < 0, () -> "not " + state + ": " + last);
      row = row(pid);
    }
    return row;
  }
}
