package io.polyproc.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.Polyproc;
import io.polyproc.PythonFunction;
import io.polyproc.PythonManager;
import io.polyproc.PythonPipe;
import io.polyproc.PythonPool;
import io.polyproc.PythonProcess;
import io.polyproc.UnconvertibleValueException;
import io.polyproc.WorkerLostException;
import io.polyproc.cli.CompletedCommand;
import io.polyproc.observation.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Three agents on loopback, and programs of the first one; then nodes are killed. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ClusterIT {
  private static final Path HOME = Path.of(System.getProperty("polyproc.home"));
  private static final int TIMEOUT_SECONDS = 120;
  private static final int MAX_LINES = 300;

  @TempDir static Path folder;
  @TempDir static Path nodes;

  /** The arguments with which others join. */
  private static final List<String> JOIN = new ArrayList<>();

  private record Running(Process process, Path output, Path errors) {}

  @BeforeAll
  static void shouldStart() throws Exception {
    CompletedCommand started =
        polyproc("cluster", "start", "--name", "a", "--port", "0", "--cores", "1");
    assertEquals(0, started.status(), started::errors);
    String command = started.output().strip().lines().reduce("", (first, second) -> second).strip();
    JOIN.addAll(List.of(command.split(" ")).subList(1, 6));
    for (String name : List.of("b", "c")) {
      CompletedCommand joined =
          finish(begin(Map.of(), joinCommand("--name", name, "--cores", "2")));
      assertEquals(0, joined.status(), joined::errors);
    }
  }

  @AfterAll
  static void shouldStop() throws Exception {
    CompletedCommand stopped = polyproc("cluster", "stop", "--name", "a");
    assertEquals(0, stopped.status(), stopped::errors);
    await("agents are left", () -> agents().isEmpty());
  }

  private static List<String> joinCommand(String... more) {
    List<String> command = new ArrayList<>(JOIN);
    command.addAll(List.of(more));
    return command;
  }

  private static Running begin(Map<String, String> variables, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(HOME.resolve("bin/polyproc").toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("POLYPROC_CLUSTER_FOLDER", nodes.toString());
    builder.environment().putAll(variables);
    Path output = Files.createTempFile(folder, "output", "");
    Path errors = Files.createTempFile(folder, "errors", "");
    builder.redirectOutput(output.toFile()).redirectError(errors.toFile());
    return new Running(builder.start(), output, errors);
  }

  private static CompletedCommand finish(Running running) throws Exception {
    Process process = running.process();
    boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    CompletedCommand outcome =
        new CompletedCommand(
            process.exitValue(),
            Files.readString(running.output()),
            Files.readString(running.errors()));
    assertTrue(ended, () -> "it does not end: " + outcome);
    return outcome;
  }

  private static CompletedCommand polyproc(String... arguments) throws Exception {
    return finish(begin(Map.of(), List.of(arguments)));
  }

  private static Running beginProgram(String text) throws IOException {
    Path script = Files.createTempFile(folder, "program", ".py");
    Files.writeString(script, text, StandardCharsets.UTF_8);
    return begin(Map.of("POLYPROC_CLUSTER", "a"), List.of(script.toString()));
  }

  private static void assertPrints(String expected, String program) throws Exception {
    assertEquals(new CompletedCommand(0, expected, ""), finish(beginProgram(program)));
  }

  private static List<ProcessHandle> agents() {
    return ProcessHandle.allProcesses()
        .filter(
            process ->
                process
                    .info()
                    .commandLine()
                    .filter(line -> line.contains("AgentMain") && line.contains(nodes.toString()))
                    .isPresent())
        .toList();
  }

  private static boolean isOf(ProcessHandle agent, String node) {
    return agent.info().commandLine().orElse("").contains(nodes + "/" + node + " ");
  }

  private static ProcessHandle agent(String node) {
    return agents().stream().filter(process -> isOf(process, node)).findFirst().orElseThrow();
  }

  private static String log(String node) throws IOException {
    return Files.readString(ClusterFolder.of(nodes, node).log());
  }

  private static void await(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.call()) {
      assertTrue(System.nanoTime() < deadline, what);
      Thread.sleep(50);
    }
  }

  @Test
  @Order(1)
  void shouldKnowItsNodes() throws Exception {
    await(
        "not all nodes know each other",
        () -> {
          CompletedCommand status = polyproc("cluster", "status", "--json", "--name", "c");
          return Json.parse(status.output()) instanceof Map<?, ?> all
              && all.get("nodes") instanceof List<?> nodes
              && nodes.size() == 3;
        });
    assertPrints(
        "5 5\n", "import multiprocessing, os\nprint(multiprocessing.cpu_count(), os.cpu_count())");
  }

  @Test
  @Order(2)
  void shouldRunProcessesOnOtherNodesAsIfTheyWereHere() throws Exception {
    Files.writeString(folder.resolve("helper.py"), "def name(): return __name__\n");
    assertPrints(
        """
        b from b helper True
        exit codes 3 0 -15 -9
        True
        """,
        """
        import multiprocessing as mp, os, signal, sys, time
        import helper

        def where():
            return os.path.basename(os.environ["POLYPROC_CLUSTER_NODE"])

        def work(value, parent):
            print(where(), "from", value, helper.name(), os.getppid() == parent, flush=True)
            sys.exit(3)

        def main():
            first = mp.get_context("spawn").Process(target=work, args=("b", os.getpid()), node="b")
            first.start()
            first.join()
            second = mp.Process(target=print, args=("",), kwargs={"end": ""}, node="c")
            second.start()
            second.join()
            ended = []
            for signal_by in "terminate", "kill":
                process = mp.Process(target=time.sleep, args=(100,), node="b")
                process.start()
                time.sleep(0.5)
                getattr(process, signal_by)()
                process.join()
                ended.append(process.exitcode)
            print("exit codes", first.exitcode, second.exitcode, *ended)
            pids = mp.SimpleQueue()
            process = mp.Process(target=lambda: pids.put(os.getpid()), node="c")
            process.start()
            print(pids.get() == process.pid)
            process.join()

        if __name__ == "__main__":
            main()
        """);
  }

  @Test
  @Order(2)
  void shouldListTheProcessesOfAllNodes() throws Exception {
    await(
        "not all nodes are listed",
        () -> {
          CompletedCommand all = polyproc("ps", "--cluster", "--json");
          return Json.parse(all.output()) instanceof Map<?, ?> nodes
              && nodes.keySet().equals(Set.of("a", "b", "c"))
              && nodes.values().stream().allMatch(List.class::isInstance);
        });
    CompletedCommand text = polyproc("ps", "--cluster");
    assertTrue(text.output().startsWith("node a\n"), text::output);
    assertTrue(text.output().contains("\nnode b\n"), text::output);
  }

  /** Nodes of one machine all see the same processes, each with a number of its own. */
  @Test
  @Order(2)
  void shouldShowTheProcessesOfAllNodesLive() throws Exception {
    Running program = beginProgram("import time\ndef nap(): time.sleep(1000)\nnap()");
    Running dashboard = begin(Map.of(), List.of("dashboard", "--cluster", "--interval", "0.5"));
    try {
      await("no address", () -> Files.readString(dashboard.output()).endsWith("\n"));
      URI address = URI.create(Files.readString(dashboard.output()).strip());
      String pid = Long.toString(program.process().pid());
      Pattern row = Pattern.compile("\"pid\":(\\d+),\"label\":\"" + pid + "@b\"");
      String number = "";
      try (Socket events = get(address, "/events");
          BufferedReader lines =
              new BufferedReader(
                  new InputStreamReader(events.getInputStream(), StandardCharsets.UTF_8))) {
        for (int i = 0; i < MAX_LINES && number.isEmpty(); i++) {
          Matcher found = row.matcher(String.valueOf(lines.readLine()));
          number = found.find() ? found.group(1) : "";
        }
      }
      assertFalse(number.isEmpty(), "node b does not show the program");
      String path = "/stack?pid=" + number;
      await(
          "it does not come to nap",
          () -> {
            String stack = answer(address, path);
            assertTrue(stack.startsWith("HTTP/1.1 200"), stack);
            return stack.contains("in nap");
          });
      assertTrue(answer(address, "/logs?pid=" + number).startsWith("HTTP/1.1 200"));
      assertTrue(answer(address, "/stack?pid=" + (7 << 22)).startsWith("HTTP/1.1 404"));
    } finally {
      program.process().destroyForcibly().waitFor();
      dashboard.process().destroyForcibly().waitFor();
    }
  }

  private static String answer(URI address, String path) throws IOException {
    try (Socket socket = get(address, path)) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Socket get(URI address, String path) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), address.getPort());
    socket.setSoTimeout(TIMEOUT_SECONDS * 1000);
    socket
        .getOutputStream()
        .write(
            "GET %s HTTP/1.0\r\nHost: 127.0.0.1:%d\r\nCookie: polyproc=%s\r\n\r\n"
                .formatted(
                    path, address.getPort(), address.getQuery().substring("secret=".length()))
                .getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  @Test
  @Order(2)
  void shouldFindADeadlockOfProcessesOnTwoNodes() throws Exception {
    Running program =
        beginProgram(
            """
            import multiprocessing as mp

            def work(first, second, ready):
                with first:
                    ready.wait()
                    with second:  # for ever
                        pass

            if __name__ == "__main__":
                a, b, ready = mp.Lock(), mp.Lock(), mp.Barrier(2)
                processes = [mp.Process(target=work, args=(a, b, ready), node="a", daemon=True),
                             mp.Process(target=work, args=(b, a, ready), node="b", daemon=True)]
                for process in processes:
                    process.start()
                for process in processes:
                    process.join()
            """);
    try {
      String pid = Long.toString(program.process().pid());
      String text = whyUntil(pid, found -> found.status() == 1).output();
      assertTrue(text.contains("DEADLOCK: 2 threads wait for each other"), text);
      assertTrue(
          Pattern.compile(
                  "\\d+ on a \\(Process-1\\), main thread, waits for lock second, held by (\\d+) on b"
                      + " \\(Process-2\\)")
              .matcher(text)
              .find(),
          text);
      assertEquals(2, text.split("program.*\\.py\", line 6, in work", -1).length - 1, text);
      assertTrue(text.contains(" on a Process-2\n  main thread stands for "), text);

      assertInstanceOf(Map.class, Json.parse(polyproc("why", "--json", pid).output()));
      Matcher held = Pattern.compile("held by (\\d+) on b").matcher(text);
      assertTrue(held.find());
      CompletedCommand there = polyproc("why", "--node", "b", held.group(1));
      assertTrue(there.output().contains("DEADLOCK: 2 threads"), there::toString);
      CompletedCommand stack = polyproc("stack", "--node", "b", "--locals", held.group(1));
      assertTrue(stack.output().contains("line 6, in work"), stack::toString);
      assertTrue(stack.output().contains("ready = "), stack::toString);
      CompletedCommand nowhere = polyproc("why", "--node", "d", held.group(1));
      assertEquals("polyproc: there is no node d in the cluster\n", nowhere.errors());
    } finally {
      program.process().destroyForcibly().waitFor();
    }
  }

  private static CompletedCommand whyUntil(String pid, Predicate<CompletedCommand> condition)
      throws Exception {
    CompletedCommand[] last = new CompletedCommand[1];
    await(
        "it does not say what is expected",
        () -> {
          last[0] = polyproc("why", pid);
          return condition.test(last[0]);
        });
    return last[0];
  }

  /** What one node knows alone would be a deadlock. */
  @Test
  @Order(2)
  void shouldCallNothingADeadlockThatAProcessElsewhereMayEnd() throws Exception {
    Running program =
        beginProgram(
            """
            import multiprocessing as mp, time

            def work(event):
                time.sleep(1000)
                event.set()

            if __name__ == "__main__":
                event, queue = mp.Event(), mp.Queue()
                mp.Process(target=work, args=(event,), node="b", daemon=True).start()
                mp.Process(target=queue.get, node="a", daemon=True).start()
                event.wait()
            """);
    try {
      String pid = Long.toString(program.process().pid());
      CompletedCommand last =
          whyUntil(
              pid,
              seen ->
                  Stream.of("waits for event event", "waits for an item of queue", "sleeps")
                      .allMatch(seen.output()::contains));
      assertEquals(0, last.status(), last::toString);
      assertTrue(last.output().endsWith("No deadlock was found.\n"), last::toString);
    } finally {
      program.process().destroyForcibly().waitFor();
    }
  }

  @Test
  @Order(2)
  void shouldBeAskedForByWordOrVariable() throws Exception {
    Path script = Files.createTempFile(folder, "program", ".py");
    Files.writeString(script, "import multiprocessing\nprint(multiprocessing.cpu_count())");
    CompletedCommand expected = new CompletedCommand(0, "5\n", "");
    assertEquals(expected, polyproc("--cluster", script.toString()));
    assertEquals(
        expected, finish(begin(Map.of("POLYPROC_CLUSTER", "on"), List.of(script.toString()))));
    CompletedCommand off =
        finish(begin(Map.of("POLYPROC_CLUSTER", "off"), List.of(script.toString())));
    assertEquals(Runtime.getRuntime().availableProcessors() + "\n", off.output(), off::errors);
  }

  /** Modules that are in no folder are only to be had from the process that the user started. */
  @Test
  @Order(2)
  void shouldImportFromHomeWhereverAProcessWasStarted() throws Exception {
    assertPrints(
        """
        there only_at_home_1
        fork only_at_home_2 0
        spawn only_at_home_3 0
        forkserver only_at_home_4 0
        further only_at_home_5 0
        """,
        """
        import importlib, importlib.abc, importlib.util, multiprocessing as mp

        class AtHome(importlib.abc.SourceLoader):
            def find_spec(self, name, path=None, target=None):
                if name.startswith("only_at_home"):
                    return importlib.util.spec_from_loader(name, self)

            def get_filename(self, name):
                return f"/nowhere/{name}.py"

            def get_data(self, path):
                if path.startswith("/nowhere/"):
                    return b"def name(): return __name__"
                raise OSError(path)

        def tell(name, answers):
            answers.put(importlib.import_module(name).name())

        def start(context, name, answers, node="b"):
            process = context.Process(target=tell, args=(name, answers), node=node)
            process.start()
            process.join()
            return answers.get(), process.exitcode

        def elsewhere(answers, lines):
            tell("only_at_home_1", answers)
            lines.put(("there", answers.get()))
            for n, method in enumerate(("fork", "spawn", "forkserver"), 2):
                lines.put((method, *start(mp.get_context(method), f"only_at_home_{n}", answers)))
            lines.put(("further", *start(mp.get_context("spawn"), "only_at_home_5", answers, "c")))
            lines.put(None)

        if __name__ == "__main__":
            import sys
            sys.meta_path.append(AtHome())
            answers, lines = mp.SimpleQueue(), mp.SimpleQueue()
            process = mp.get_context("spawn").Process(target=elsewhere, args=(answers, lines), node="b")
            process.start()
            process.join()
            while line := lines.get():
                print(*line)
        """);
  }

  @Test
  @Order(3)
  void shouldShareObjectsBetweenNodes() throws Exception {
    assertPrints(
        """
        300 [0, 10, 20]
        pipe ['b', 'c'] True
        queue 0 1 2 3 4 5 done
        event barrier [0, 1, 2]
        manager {'b': 1, 'c': 1} [1, 2]
        """,
        """
        import multiprocessing as mp

        def count(lock, value, array, index):
            for _ in range(100):
                with lock:
                    value.value += 1
            array[index] = index * 10

        def talk(end, name):
            end.send(name)
            end.send(end.recv() == b"x" * 300_000)

        def feed(queue, numbers):
            for number in numbers:
                queue.put(number)

        def meet(event, barrier, queue):
            event.wait()
            queue.put(barrier.wait())

        def note(names, numbers, name, number):
            names[name] = names.get(name, 0) + 1
            numbers.append(number)

        def on_all(target, arguments):
            processes = [mp.Process(target=target, args=each, node=node)
                         for node, each in zip("abc", arguments)]
            for process in processes:
                process.start()
            return processes

        def join(processes):
            for process in processes:
                process.join()
                assert process.exitcode == 0, process

        def main():
            lock, value, array = mp.Lock(), mp.Value("i", 0, lock=False), mp.Array("i", 3)
            join(on_all(count, [(lock, value, array, i) for i in range(3)]))
            print(value.value, array[:])

            ends = {name: mp.Pipe() for name in "bc"}
            started = []
            for name, (mine, other) in ends.items():
                started.append(mp.Process(target=talk, args=(other, name), node=name))
                started[-1].start()
            print("pipe", [mine.recv() for mine, other in ends.values()], end=" ")
            for mine, other in ends.values():
                mine.send(b"x" * 300_000)
            print(all([mine.recv() for mine, other in ends.values()]))
            join(started)

            queue = mp.Queue()
            started = on_all(feed, [(queue, range(i, i + 2)) for i in (0, 2, 4)])
            print("queue", *sorted(queue.get(timeout=20) for _ in range(6)), end=" ")
            join(started)
            print("done" if queue.empty() else "not empty")

            event, barrier, places = mp.Event(), mp.Barrier(3), mp.SimpleQueue()
            started = on_all(meet, [(event, barrier, places)] * 3)
            event.set()
            print("event barrier", sorted(places.get() for _ in range(3)))
            join(started)

            with mp.Manager() as manager:
                names, numbers = manager.dict(), manager.list()
                started = [mp.Process(target=note, args=(names, numbers, name, number), node=name)
                           for number, name in enumerate("bc", 1)]
                for process in started:
                    process.start()
                join(started)
                print("manager", dict(sorted(names.items())), sorted(numbers))

        if __name__ == "__main__":
            main()
        """);
  }

  @Test
  @Order(4)
  void shouldSpreadPoolsAndExecutors() throws Exception {
    assertPrints(
        """
        [0, 1, 4, 9, 16, 25] ['a', 'b', 'c']
        executor 285 ['a', 'b', 'c']
        """,
        """
        import concurrent.futures, os, time
        from multiprocessing import Pool

        def square(n):
            return n * n

        def where(_):
            time.sleep(0.2)
            return os.path.basename(os.environ["POLYPROC_CLUSTER_NODE"])

        def everywhere(map):
            seen = set()
            while len(seen) < 3:  # the workers of other nodes may be ready later
                seen.update(map(where, range(5)))
            return sorted(seen)

        if __name__ == "__main__":
            with Pool() as pool:
                print(pool.map(square, range(6)), everywhere(pool.map))
            with concurrent.futures.ProcessPoolExecutor() as executor:
                print("executor", sum(executor.map(square, range(10))),
                      everywhere(executor.map))
        """);
  }

  @Test
  @Order(5)
  void shouldRefuseWhatIsNotOfThisCluster() throws Exception {
    String token = JOIN.getLast();
    String wrong = "x" + token.substring(1);
    CompletedCommand refused =
        polyproc("cluster", "join", JOIN.get(2), "--token", wrong, "--name", "stranger");
    assertEquals(1, refused.status());
    assertTrue(refused.errors().contains("the token is not this cluster's"), refused::errors);
    assertTrue(log("a").contains("the token is not this cluster's"), () -> "not in the log");

    CompletedCommand twice = finish(begin(Map.of(), joinCommand("--name", "a")));
    assertEquals(1, twice.status());

    String other = token.substring(0, token.length() - 2) + "AA";
    CompletedCommand foreign =
        polyproc("cluster", "join", JOIN.get(2), "--token", other, "--name", "stranger");
    assertEquals(1, foreign.status());
    assertTrue(foreign.errors().contains("not the one that the token is of"), foreign::errors);
  }

  @Test
  @Order(6)
  void shouldTellWhatStaysOnItsNode() throws Exception {
    assertPrints(
        """
        shared memory and open files can't be passed to a process of another node: use Value or Array of \
        get_context('cluster'), a manager, or a Pipe
        there is no node z in the cluster; there are a, b, c
        """,
        """
        import multiprocessing as mp

        if __name__ == "__main__":
            for process in (mp.get_context("spawn").Process(target=print, args=(mp.RawArray("i", 3),), node="b"),
                            mp.Process(target=print, node="z")):
                try:
                    process.start()
                except (TypeError, ValueError) as e:
                    print(e)
        """);
  }

  /** Processor time, so that a busy machine changes nothing. */
  @Test
  @Order(6)
  void shouldRestWhileNothingHappens() throws Exception {
    Duration before = processorTime();
    TimeUnit.SECONDS.sleep(2);
    Duration used = processorTime().minus(before);
    assertTrue(used.compareTo(Duration.ofSeconds(1)) < 0, () -> used + " of three agents in 2 s");
  }

  private static Duration processorTime() {
    return agents().stream()
        .map(agent -> agent.info().totalCpuDuration().orElseThrow())
        .reduce(Duration.ZERO, Duration::plus);
  }

  @Test
  @Order(6)
  void shouldRunTheProcessesOfAJavaProgram() throws Exception {
    CompletedCommand joined =
        finish(begin(Map.of(), joinCommand("--name", "java", "--cores", "8")));
    assertEquals(0, joined.status(), joined::errors);
    List<String> errors = Collections.synchronizedList(new ArrayList<>());
    List<String> output = Collections.synchronizedList(new ArrayList<>());
    try (Polyproc polyproc =
            Polyproc.builder()
                .home(HOME)
                .environment("POLYPROC_CLUSTER_FOLDER", nodes.toString())
                .cluster("a")
                .output(output::add)
                .error(errors::add)
                .build();
        PythonManager manager = polyproc.manager();
        PythonPipe pipe = polyproc.pipe();
        PythonPool pool = polyproc.pool(3)) {
      PythonFunction where =
          PythonFunction.ofSource(
              """
              import os
              def f(seconds, *more):
                  __import__("time").sleep(seconds)
                  print("written there")
                  return os.path.basename(os.environ["POLYPROC_CLUSTER_NODE"])
              """,
              "f");
      // One of them is here, where a core is free.
      List<CompletableFuture<String>> places =
          Stream.generate(() -> pool.submit(String.class, where, 1)).limit(3).toList();
      assertEquals(
          List.of("a", "java", "java"),
          places.stream().map(CompletableFuture::join).sorted().toList());
      await("what it prints does not come", () -> output.size() == 3);
      assertEquals(Set.of("written there"), Set.copyOf(output));

      CompletableFuture<String> refused = pool.submit(String.class, where, 0, polyproc.lock());
      Throwable cause = assertThrows(ExecutionException.class, refused::get).getCause();
      assertInstanceOf(UnconvertibleValueException.class, cause);
      assertEquals(
          "arguments[1][1]: a PythonLock is of this machine, and the call may run on another node of"
              + " the cluster; a PythonManager's objects can be used there",
          String.valueOf(cause).replaceFirst("[^ ]+: ", ""));
      Map<Object, Object> shared = manager.dict();
      PythonFunction note =
          PythonFunction.ofSource(
              """
              import os, time
              def f(shared):
                  time.sleep(1)
                  shared[os.getpid()] = 1
              """,
              "f");
      List<CompletableFuture<Object>> notes =
          Stream.generate(() -> pool.submit(Object.class, note, shared)).limit(3).toList();
      notes.forEach(CompletableFuture::join);
      assertEquals(3, shared.size());

      PythonProcess process =
          polyproc
              .process(
                  PythonFunction.ofSource(
                      """
                      import sys
                      def f(connection):
                          connection.send(connection.recv() + 1)
                          sys.exit(5)
                      """,
                      "f"),
                  pipe.there())
              .start();
      pipe.here().send(41);
      assertEquals(42, pipe.here().receive(Integer.class));
      process.join();
      assertEquals(5, process.exitCode().getAsInt());

      List<CompletableFuture<String>> lost =
          Stream.generate(() -> pool.submit(String.class, where, 60)).limit(3).toList();
      await("not all run", () -> pool.metrics().tasksRunning() == 3);
      agent("java").destroyForcibly();
      CompletionException failure = assertThrows(CompletionException.class, () -> any(lost).join());
      assertInstanceOf(WorkerLostException.class, failure.getCause());
      lost.forEach(task -> task.cancel(true));
      await(
          "the node is not named",
          () -> errors.stream().anyMatch(line -> line.contains("node java was lost")));
    }
    assertTrue(errors.stream().allMatch(line -> line.contains("was lost")), errors::toString);
  }

  private static <T> CompletableFuture<Object> any(List<CompletableFuture<T>> futures) {
    return CompletableFuture.anyOf(futures.toArray(CompletableFuture[]::new));
  }

  @Test
  @Order(7)
  void shouldLoseOnlyWhatANodeHadWhenItIsKilled() throws Exception {
    Running program =
        beginProgram(
            """
            import multiprocessing as mp, os, time, warnings

            def hold(lock, ready):
                lock.acquire()
                ready.put("held")
                time.sleep(100)

            def work(n):
                if n == 0:
                    time.sleep(100)
                time.sleep(0.05)
                return n

            if __name__ == "__main__":
                lock, ready, queue = mp.Lock(), mp.Queue(), mp.Queue()
                for n in range(100):
                    queue.put(n)
                holder = mp.Process(target=hold, args=(lock, ready), node="c")
                holder.start()
                ready.get()
                assert queue.qsize() == 100
                print("kill", flush=True)
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    lock.acquire()
                holder.join()
                print("lock", len(caught), holder.exitcode)
                print("queue", sorted(queue.get() for _ in range(100)) == list(range(100)))
                print("still", mp.cpu_count())
            """);
    await("it holds no lock", () -> Files.readString(program.output()).contains("kill"));
    agent("c").destroyForcibly();
    CompletedCommand outcome = finish(program);
    assertEquals("kill\nlock 1 -9\nqueue True\nstill 3\n", outcome.output(), outcome::errors);
    assertTrue(outcome.errors().contains("node c was lost"), outcome::errors);
  }

  @Test
  @Order(8)
  void shouldEndEverywhereWhenTheProgramsOwnNodeIsKilled() throws Exception {
    CompletedCommand joined = finish(begin(Map.of(), joinCommand("--name", "d", "--cores", "2")));
    assertEquals(0, joined.status(), joined::errors);
    Path script = Files.createTempFile(folder, "program", ".py");
    Files.writeString(
        script,
        """
        import multiprocessing as mp, time

        if __name__ == "__main__":
            process = mp.Process(target=time.sleep, args=(100,), node="b")
            process.start()
            print("up", flush=True)
            process.join()
            print(process.exitcode)
        """);
    Running program = begin(Map.of("POLYPROC_CLUSTER", "d"), List.of(script.toString()));
    await("it is not up", () -> Files.readString(program.output()).contains("up"));
    ProcessHandle b = agent("b");
    await("b runs nothing", () -> b.children().findAny().isPresent());
    ProcessHandle hosted = b.children().findFirst().orElseThrow();
    agent("d").destroyForcibly();
    await("the process goes on without its program", () -> !hosted.isAlive());
    CompletedCommand outcome = finish(program);
    assertEquals("up\n-9\n", outcome.output(), outcome::errors);
    assertFalse(b.children().findAny().isPresent());
  }

  @Test
  @Order(9)
  void shouldRunToTheirEndWhatANodeHasThatLeaves() throws Exception {
    CompletedCommand joined = finish(begin(Map.of(), joinCommand("--name", "e", "--cores", "2")));
    assertEquals(0, joined.status(), joined::errors);
    Running program =
        beginProgram(
            """
            import multiprocessing as mp, sys

            def work(event):
                event.wait()
                sys.exit(7)

            if __name__ == "__main__":
                event, queue = mp.Event(), mp.Queue()
                for n in range(100):
                    queue.put(n)
                process = mp.Process(target=work, args=(event,), node="e")
                process.start()
                print("up", flush=True)
                while True:  # until the node takes no more
                    try:
                        other = mp.Process(target=print, node="e")
                        other.start()
                        other.join()
                    except ValueError as e:
                        print(e, process.exitcode, flush=True)
                        break
                event.set()
                process.join()
                print(process.exitcode, sorted(queue.get() for _ in range(100)) == list(range(100)))
            """);
    await("it is not up", () -> Files.readString(program.output()).contains("up"));
    Running leaving = begin(Map.of(), List.of("cluster", "leave", "--name", "e"));
    CompletedCommand left = finish(leaving);
    assertEquals(new CompletedCommand(0, "", ""), left);
    CompletedCommand outcome = finish(program);
    String output =
        outcome.output().lines().filter(line -> !line.isEmpty()).reduce("", (a, b) -> a + b + "\n");
    assertEquals(
        """
        up
        node e is leaving the cluster, and takes no more processes None
        7 True
        """,
        output,
        outcome::errors);
    await("its agent is left", () -> agents().stream().noneMatch(agent -> isOf(agent, "e")));
  }
}
