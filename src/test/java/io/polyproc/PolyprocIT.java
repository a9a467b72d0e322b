package io.polyproc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.host.LineStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a runtime and its processes begin and end. */
@Timeout(900) // a worker takes minutes to boot on a machine that is busy enough
@NullUnmarked // a null fails the test anyhow
final class PolyprocIT {
  private static final PythonFunction SLEEP = PythonFunction.of("time", "sleep");

  private static Polyproc runtime() {
    return Polyproc.builder().standby(0).build();
  }

  @Test
  void shouldRunAProcess() throws Exception {
    List<String> lines = new CopyOnWriteArrayList<>();
    try (Polyproc polyproc = Polyproc.builder().standby(0).output(lines::add).build()) {
      PythonProcess process =
          polyproc.process(PythonFunction.of("builtins", "print"), "hello", 1, null);
      assertEquals(OptionalInt.empty(), process.exitCode());
      assertFalse(process.isAlive());
      process.start();
      assertEquals(0, process.onExit().get());
      process.join();
      assertEquals(OptionalInt.of(0), process.exitCode());
      assertThrows(IllegalStateException.class, process::start);
    }
    assertEquals(List.of("hello 1 None"), lines);
  }

  /** As test runners and jshell replace it, after the runtime has started, too. */
  @Test
  void shouldPrintToWhatReplacesSystemOut() throws Exception {
    PrintStream own = System.out;
    LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
    try (Polyproc polyproc = runtime();
        PythonPool pool = polyproc.pool(1)) {
      System.setOut(new PrintStream(new LineStream(lines::add)));
      var _ = pool.submit(Object.class, PythonFunction.of("builtins", "print"), "hello", "Ada");
      assertEquals("hello Ada", lines.poll(10, TimeUnit.MINUTES)); // while the worker lives
    } finally {
      System.setOut(own);
    }
  }

  @Test
  void shouldLeaveNothingInSharedMemoryOnceClosed() {
    Path file;
    PythonQueue queue;
    PythonPool pool;
    PythonProcess process;
    PythonManager manager;
    try (Polyproc polyproc = runtime()) {
      file = Path.of("/dev/shm", polyproc.sharedMemory(100).name());
      assertTrue(Files.exists(file));
      pool = polyproc.pool(1);
      process = polyproc.process(SLEEP, 1);
      manager = polyproc.manager();
      queue = polyproc.queue();
    }
    assertFalse(Files.exists(file));
    assertSaysThatItIsClosed(() -> pool.submit(Object.class, SLEEP, 1));
    assertSaysThatItIsClosed(() -> pool.map(Object.class, SLEEP, List.of(1)));
    assertSaysThatItIsClosed(() -> pool.generate(Object.class, SLEEP, 1));
    assertSaysThatItIsClosed(process::start);
    assertSaysThatItIsClosed(manager::dict);
    assertEquals(0, queue.size()); // Java's own end is still there
  }

  private static void assertSaysThatItIsClosed(Executable use) {
    IllegalStateException e = assertThrows(IllegalStateException.class, use);
    assertTrue(e.getMessage().endsWith(" is closed"), e::getMessage);
  }

  @Test
  void shouldTellHowAProcessEnded() throws Exception {
    List<String> errors = new CopyOnWriteArrayList<>();
    try (Polyproc polyproc = Polyproc.builder().standby(0).error(errors::add).build()) {
      PythonProcess exits = polyproc.process(PythonFunction.of("sys", "exit"), 3).start();
      PythonProcess raises =
          polyproc.process(PythonFunction.of("builtins", "int"), "seven").start();
      exits.join();
      raises.join();
      assertEquals(OptionalInt.of(3), exits.exitCode());
      assertEquals(OptionalInt.of(1), raises.exitCode());
    }
    assertTrue(
        errors.stream().anyMatch(line -> line.startsWith("ValueError: invalid literal")),
        errors::toString);
  }

  @Test
  void shouldEndAProcess() throws Exception {
    try (Polyproc polyproc = runtime()) {
      PythonProcess killed = polyproc.process(SLEEP, 100).start();
      PythonProcess terminated = polyproc.process(SLEEP, 100).start();
      assertFalse(killed.join(Duration.ofMillis(10)));
      assertTrue(killed.isAlive());
      killed.kill();
      terminated.terminate();
      killed.join();
      terminated.join();
      assertEquals(OptionalInt.of(-9), killed.exitCode());
      assertEquals(OptionalInt.of(-15), terminated.exitCode());
    }
  }

  @Test
  void shouldHaveItsOwnSurroundings(@TempDir Path folder) throws Exception {
    Files.writeString(
        folder.resolve("mine.py"),
        """
        import os

        def where(queue):
            queue.put((os.getcwd(), os.environ["COLOUR"], os.environ["PATH"]))
        """);
    try (Polyproc polyproc =
        Polyproc.builder()
            .standby(0)
            .pythonPath(folder)
            .cwd(folder)
            .environment("COLOUR", "green")
            .build()) {
      PythonQueue queue = polyproc.queue();
      polyproc.process(PythonFunction.of("mine", "where"), queue).start();
      assertEquals(
          PythonTuple.of(folder.toRealPath().toString(), "green", System.getenv("PATH")),
          queue.take(PythonTuple.class));
    }
  }

  @Test
  void shouldCallFunctionsOfFiles(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("neighbour.py"), "factor = 3\n");
    Path file = folder.resolve("scaling.py");
    Files.writeString(file, "import neighbour\ndef scale(x):\n  return neighbour.factor * x\n");
    try (Polyproc polyproc = runtime();
        PythonPool pool = polyproc.pool(1)) {
      assertEquals(6L, pool.submit(Long.class, PythonFunction.ofFile(file, "scale"), 2).join());
    }
  }

  /** A class of a program's own. */
  public static final class Pricing {}

  @ParameterizedTest
  @CsvSource({"'', false", "target/test-classes, true"})
  void shouldHaveTheClassPathThatItWasGiven(String entries, boolean found) {
    try (Polyproc polyproc = Polyproc.builder().standby(0).classPath(entries).build();
        PythonPool pool = polyproc.pool(1)) {
      PythonFunction look =
          PythonFunction.ofSource(
              "import java\ndef look(name):\n  return java.type(name) is not None\n", "look");
      CompletableFuture<Boolean> answer = pool.submit(Boolean.class, look, Pricing.class.getName());
      if (found) {
        assertEquals(true, answer.join());
      } else {
        assertThrows(CompletionException.class, answer::join);
      }
    }
  }

  @Test
  void shouldEndEveryProcessWhenClosed() throws Exception {
    List<Long> pids = new ArrayList<>();
    CompletableFuture<Object> running;
    long begin;
    try (Polyproc polyproc = Polyproc.builder().standby(1).build()) {
      pids.add((long) polyproc.process(SLEEP, 100).start().pid());
      PythonPool pool = polyproc.pool(1);
      running = pool.submit(Object.class, SLEEP, 100);
      PythonFunction parent =
          PythonFunction.ofSource(
              """
              import multiprocessing, os, signal, time
              def parent(queue):
                  child = multiprocessing.Process(target=time.sleep, args=(100,))
                  child.start()
                  queue.put((os.getpid(), child.pid))
                  child.join()
              def stubborn(queue):
                  signal.signal(signal.SIGTERM, lambda *_: None)
                  queue.put((os.getpid(),))
                  while True:
                      time.sleep(1)
              """,
              "parent");
      PythonQueue queue = polyproc.queue();
      polyproc.process(parent, queue).start();
      queue.take(PythonTuple.class).forEach(pid -> pids.add((Long) pid));
      begin = System.nanoTime();
    }
    assertTrue(Duration.ofNanos(System.nanoTime() - begin).toSeconds() < 60);
    awaitEnd(pids.removeLast()); // of a child's child
    pids.forEach(pid -> assertFalse(ProcessHandle.of(pid).isPresent(), "process " + pid));
    assertThrows(CancellationException.class, running::join);
  }

  @Test
  void shouldRefuseToStartAnythingOnceClosed() {
    Polyproc polyproc = runtime();
    polyproc.close();
    polyproc.close();
    assertThrows(IllegalStateException.class, () -> polyproc.process(SLEEP, 1).start());
    assertThrows(IllegalStateException.class, polyproc::newContext);
  }

  @Test
  @SuppressWarnings("try") // that one is closed first is what this is about
  void shouldBeSeveralInOneJvm() {
    try (Polyproc one = runtime();
        Polyproc other = runtime();
        PythonPool ones = one.pool(1);
        PythonPool others = other.pool(1)) {
      CompletableFuture<Long> first =
          ones.submit(Long.class, PythonFunction.of("builtins", "abs"), -1);
      CompletableFuture<Long> second =
          others.submit(Long.class, PythonFunction.of("builtins", "abs"), -2);
      assertEquals(1L, first.join());
      one.close();
      assertEquals(2L, second.join());
      assertEquals(3L, others.submit(Long.class, PythonFunction.of("builtins", "abs"), -3).join());
    }
  }

  /** Run in a JVM of its own: starts processes and ends without {@code close()}. */
  static final class Forgetful {
    public static void main(String[] arguments) throws Exception {
      Polyproc polyproc = Polyproc.builder().standby(1).build();
      PythonProcess process = polyproc.process(SLEEP, 100).start();
      PythonPool pool = polyproc.pool(1);
      long pid = pool.submit(Long.class, PythonFunction.of("os", "getpid")).join();
      System.out.println(process.pid() + " " + pid);
      if (arguments[0].equals("killed")) {
        Thread.sleep(Long.MAX_VALUE);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"forgets", "killed"})
  void shouldLeaveNothingBehindIfTheProgram(String how) throws Exception {
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData", // the file would be left when it is killed
                "--enable-native-access=ALL-UNNAMED",
                "-Dpolyproc.home=" + System.getProperty("polyproc.home"),
                "-cp",
                System.getProperty("java.class.path"),
                Forgetful.class.getName(),
                how)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<Long> pids = new ArrayList<>();
    try (BufferedReader output = program.inputReader()) {
      Stream.of(output.readLine().split(" ")).map(Long::valueOf).forEach(pids::add);
      if (how.equals("killed")) {
        program.destroyForcibly();
      }
    }
    program.waitFor();
    for (long pid : pids) {
      awaitEnd(pid);
    }
  }

  private static void awaitEnd(long pid) throws InterruptedException {
    for (int i = 0; i < 200 && isRunning(pid); i++) {
      Thread.sleep(50);
    }
    assertFalse(isRunning(pid), "process " + pid);
  }

  /** An orphan may stay a zombie for as long as the process that inherits it lets it. */
  private static boolean isRunning(long pid) {
    try {
      return !Files.readString(Path.of("/proc", Long.toString(pid), "stat")).contains(") Z ");
    } catch (IOException e) {
      return false;
    }
  }
}
