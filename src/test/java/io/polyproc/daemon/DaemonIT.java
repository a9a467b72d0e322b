package io.polyproc.daemon;

import static io.polyproc.daemon.TestDaemon.BIN;
import static io.polyproc.daemon.TestDaemon.outcome;
import static io.polyproc.daemon.TestDaemon.privateFolder;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.Mutator;
import io.polyproc.daemon.TestDaemon.Condition;
import io.polyproc.daemon.TestDaemon.Outcome;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.Processes;
import io.polyproc.posix.RawStream;
import io.polyproc.wire.Message;
import io.polyproc.wire.MessageCodec;
import io.polyproc.wire.RunRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/** Runs programs through a daemon of its own, in a folder of its own. */
@Timeout(180)
final class DaemonIT {
  private static final RunRequest REQUEST =
      new RunRequest(
          "/nowhere",
          List.of("-B"),
          "/nowhere/bin/polyproc",
          List.of("code", "pass"),
          List.of("a"),
          "/",
          18,
          Map.of("LANG", "C"),
          List.of(),
          List.of());

  private static final int INPUTS = Integer.getInteger("fuzz.inputs", 2000);

  @SuppressWarnings("NullAway.Init") // before all tests
  private static TestDaemon testDaemon;

  @TempDir Path folder;

  @BeforeAll
  static void start() throws Exception {
    testDaemon = TestDaemon.start(Map.of("POLYPROC_STANDBY", "2"));
  }

  @AfterAll
  static void stop() throws Exception {
    testDaemon.stop();
  }

  @Test
  void shouldRunAProgramInAWorkerWithAllThatTheShellGives() throws Exception {
    Files.writeString(
        folder.resolve("tell.py"),
        """
        import os, sys
        print(sys.argv, os.getcwd() == sys.argv[1], os.environ["GIVEN"], os.umask(0))
        print(sys.stdin.read(), os.path.basename(sys.orig_argv[1]))
        print("to stderr", file=sys.stderr)
        sys.exit(7)
        """);
    ProcessBuilder builder = testDaemon.command(folder, "tell.py", folder.toRealPath().toString());
    builder.environment().put("GIVEN", "a b");
    Process process = builder.start();
    process.getOutputStream().write("input".getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    String path = folder.toRealPath().toString();
    assertEquals(
        new Outcome(
            7,
            "['tell.py', '%s'] True a b %s\ninput tell.py\n"
                .formatted(path, Processes.fileModeMask()),
            "to stderr\n"),
        outcome(process));
    assertTrue(programs() > 0, "the daemon did not run it");
  }

  @Test
  void shouldRunProcessesOfAProgram() throws Exception {
    Files.writeString(
        folder.resolve("child.py"),
        """
        import multiprocessing, os
        def f(q, parent):
            q.put(os.getppid() == parent)
        q = multiprocessing.Queue()
        p = multiprocessing.Process(target=f, args=(q, os.getpid()))
        p.start()
        print(q.get())
        p.join()
        print(p.exitcode)
        """);
    assertEquals(new Outcome(0, "True\n0\n", ""), run("child.py"));
  }

  @Test
  void shouldFindRelativeFoldersOfThePath() throws Exception {
    Files.createDirectory(folder.resolve("lib"));
    Files.writeString(folder.resolve("lib/found.py"), "print('found')");
    ProcessBuilder builder = testDaemon.command(folder, "-c", "import found");
    builder.environment().put("PYTHONPATH", "lib");
    assertEquals(new Outcome(0, "found\n", ""), outcome(builder.start()));
  }

  @Test
  void shouldServeMoreKindsOfProgramsThanItKeepsWorkersFor() throws Exception {
    assertEquals(new Outcome(0, "1\n", ""), run("-c", "print(1)"));
    int daemon = daemonPid();
    for (String option : List.of("-B", "-s", "-q", "-O", "-P")) {
      assertEquals(new Outcome(0, "1\n", ""), run(option, "-c", "print(1)"));
      assertEquals(daemon, daemonPid(), option);
    }
  }

  @Test
  void shouldHandDescriptorsDown() throws Exception {
    Path file = folder.resolve("out");
    String script =
        "exec 5>%s; exec %s -c 'import os; os.write(5, b\"through 5\")'"
            .formatted(file, BIN.resolve("polyproc"));
    ProcessBuilder builder = testDaemon.command(folder);
    builder.command(List.of("/bin/bash", "-c", script));
    assertEquals(new Outcome(0, "", ""), outcome(builder.start()));
    assertEquals("through 5", Files.readString(file));
  }

  @Test
  void shouldRunAProgramWithMoreDescriptorsThanOneMessageTakes() throws Exception {
    ProcessBuilder builder = testDaemon.command(folder, "-c", "print(1)");
    String open = "for i in {1..300}; do exec {fd}</dev/null; done; exec \"$@\"";
    builder.command().addAll(0, List.of("bash", "-c", open, "bash"));
    assertEquals(new Outcome(0, "1\n", ""), outcome(builder.start()));
  }

  @Test
  void shouldEndByTheSignalThatEndedTheProgram() throws Exception {
    Outcome outcome = run("-c", "import os, signal; os.kill(os.getpid(), signal.SIGTERM)");
    assertEquals(128 + Processes.SIGTERM, outcome.status());
  }

  @Test
  void shouldHandSignalsOn() throws Exception {
    Process process =
        testDaemon.command(folder, "-uc", "import time\nprint('up')\ntime.sleep(60)").start();
    process.inputReader().readLine();
    Processes.signal((int) process.pid(), Processes.SIGINT);
    Outcome outcome = outcome(process);
    assertEquals(128 + Processes.SIGINT, outcome.status());
    assertTrue(outcome.errors().endsWith("KeyboardInterrupt\n"), outcome::errors);
  }

  @Test
  void shouldTakeAProgramAlongWhenTheCommandIsKilled() throws Exception {
    Process process =
        testDaemon
            .command(folder, "-uc", "import os, time\nprint(os.getpid())\ntime.sleep(60)")
            .start();
    int pid = Integer.parseInt(process.inputReader().readLine());
    process.destroyForcibly();
    await(() -> !Processes.exists(pid), "the program still runs");
  }

  @Test
  void shouldRunWithoutTheDaemonWhenAsked() throws Exception {
    int before = programs();
    assertEquals(new Outcome(0, "1\n", ""), run("--no-daemon", "-c", "print(1)"));
    ProcessBuilder builder = testDaemon.command(folder, "-c", "print(1)");
    builder.environment().put("POLYPROC_DAEMON", "off");
    assertEquals(new Outcome(0, "1\n", ""), outcome(builder.start()));
    assertEquals(before, programs());
  }

  @Test
  void shouldServeOthersWhateverACommandSends() throws Exception {
    int daemon = daemonPid();
    long seed = Long.getLong("fuzz.seed", System.nanoTime());
    Random random = new Random(seed);
    Mutator messages =
        new Mutator(
            Stream.of(
                    new Message.RunProgram(), new Message.SendSignal(9, true), new Message.Ready())
                .map(MessageCodec::encode)
                .toList(),
            random);
    Mutator requests = new Mutator(List.of(REQUEST.encode()), random);
    long descriptors = descriptorsOf(daemon);
    RawStream[] pipe = RawStream.pipe();
    for (int i = 0; i < INPUTS; i++) {
      try (MessageSocket socket = MessageSocket.connect(socket()).orElseThrow();
          MemoryFile request = MemoryFile.of("request", requests.next())) {
        int[] sent = {request.fd(), pipe[0].fd(), pipe[1].fd(), request.fd(), socket.fd()};
        byte[] message = messages.next();
        if (!isStop(message)) {
          boolean _ = socket.offer(message, Arrays.copyOf(sent, random.nextInt(sent.length + 1)));
        }
        if (random.nextBoolean()) {
          // The one that travels first, so that the request is looked at.
          boolean _ =
              socket.offer(MessageCodec.encode(new Message.RunProgram()), Arrays.copyOf(sent, 4));
        }
      }
    }
    pipe[0].close();
    pipe[1].close();
    assertEquals(daemon, daemonPid(), "seed " + seed);
    await(
        () -> descriptorsOf(daemon) < descriptors + INPUTS / 20,
        "descriptors are left; seed " + seed);
    assertEquals(new Outcome(0, "1\n", ""), run("-c", "print(1)"));
    forgetLog();
  }

  @Test
  void shouldServeOthersWhenACommandDoesNotListen() throws Exception {
    try (MessageSocket socket = MessageSocket.connect(socket()).orElseThrow()) {
      byte[] question = MessageCodec.encode(new Message.AskStatus());
      // It asks until it has been refused for a second: the daemon has had enough of it.
      for (int refused = 0; refused < 1000; ) {
        if (socket.offer(question)) {
          refused = 0;
        } else {
          refused++;
          Thread.sleep(1);
        }
      }
      assertEquals(new Outcome(0, "1\n", ""), run("-c", "print(1)"));
    }
  }

  private static boolean isStop(byte[] message) {
    return message.length == 1 && message[0] == MessageCodec.encode(new Message.Stop())[0];
  }

  private static Path socket() throws IOException {
    return file(".sock");
  }

  /** The daemon would leave it, as there is something in it. */
  private static void forgetLog() throws IOException {
    Files.delete(file(".log"));
  }

  private static Path file(String ending) throws IOException {
    try (Stream<Path> files = Files.list(testDaemon.runtime())) {
      return files.filter(file -> file.toString().endsWith(ending)).findFirst().orElseThrow();
    }
  }

  private static long descriptorsOf(int pid) throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return files.count();
    }
  }

  @Test
  void shouldSayThatTheDaemonWasLost() throws Exception {
    Process process =
        testDaemon
            .command(folder, "-uc", "import os, time\nprint(os.getpid())\ntime.sleep(60)")
            .start();
    int pid = Integer.parseInt(process.inputReader().readLine());
    int daemon = daemonPid();
    Processes.signal(daemon, Processes.SIGKILL);
    Outcome outcome = outcome(process);
    assertEquals(70, outcome.status());
    assertTrue(outcome.errors().startsWith("polyproc: the daemon has ended"), outcome::errors);
    await(() -> !Processes.exists(pid), "the program still runs");
    // Nobody listens any more: the program runs all the same, and starts the next daemon.
    assertEquals(new Outcome(0, "1\n", ""), run("-c", "print(1)"));
    await(() -> daemonPid() != daemon && daemonPid() > 0, "no new daemon");
  }

  /** Its processes come from a worker whose compiler is warm, and are held up by nothing else. */
  @Test
  @EnabledIfEnvironmentVariable(
      named = "POLYPROC_TEST_PRACTICE",
      matches = "on",
      disabledReason = "a worker practises only while a processor is free: run it alone")
  @Timeout(900) // it practises while a processor is free
  void shouldForkFromAWorkerThatHasPractised() throws Exception {
    Path elsewhere = privateFolder();
    try {
      assertEquals(0, outcome(practising(elsewhere, "daemon", "start")).status());
      assertEquals(new Outcome(0, "1\n", ""), outcome(practising(elsewhere, "-c", "print(1)")));
      TestDaemon.await(
          Duration.ofMinutes(10),
          Duration.ofSeconds(3), // asking takes the processor that it practises on
          () ->
              outcome(practising(elsewhere, "daemon", "status"))
                  .output()
                  .contains("practised     yes"),
          "no worker has practised");
      Files.writeString(
          folder.resolve("load.py"),
          """
          import multiprocessing as mp, threading, time

          def fib(n):
              return n if n < 2 else fib(n - 1) + fib(n - 2)

          def put(queue, lock, count):
              for i in range(count):
                  with lock:
                      queue.put(i)

          if __name__ == "__main__":
              before = threading.active_count()
              queue, lock = mp.Queue(), mp.Lock()
              putting = [mp.Process(target=put, args=(queue, lock, 200)) for _ in range(3)]
              for process in putting:
                  process.start()
              print(sum(queue.get() for _ in range(600)))
              with mp.Pool(2) as pool:
                  print(pool.map(fib, [18] * 20) == [2584] * 20, fib(20))
              with mp.Manager() as manager:
                  shared = manager.dict()
                  for i in range(100):
                      shared[i % 3] = i
                  print(shared)
              for process in putting:
                  process.join()
              print([process.exitcode for process in putting], before, mp.active_children())
          """);
      for (int i = 0; i < 3; i++) {
        assertEquals(
            new Outcome(0, "59700\nTrue 6765\n{0: 99, 1: 97, 2: 98}\n[0, 0, 0] 1 []\n", ""),
            outcome(practising(elsewhere, folder.resolve("load.py").toString())));
      }
    } finally {
      outcome(practising(elsewhere, "daemon", "stop"));
      await(() -> isEmpty(elsewhere), "the daemon leaves something behind");
      Files.delete(elsewhere);
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  private Process practising(Path runtimeFolder, String... arguments) throws IOException {
    ProcessBuilder builder = testDaemon.command(folder, arguments);
    builder.environment().remove("POLYPROC_PRACTICE");
    builder.environment().put("POLYPROC_RUNTIME_DIR", runtimeFolder.toString());
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  private Outcome run(String... arguments) throws Exception {
    return testDaemon.run(folder, arguments);
  }

  private static int programs() throws Exception {
    return testDaemon.programs();
  }

  private static int daemonPid() throws Exception {
    return testDaemon.pid();
  }

  private static void await(Condition condition, String otherwise) throws Exception {
    TestDaemon.await(Duration.ofSeconds(30), Duration.ofMillis(50), condition, otherwise);
  }
}
