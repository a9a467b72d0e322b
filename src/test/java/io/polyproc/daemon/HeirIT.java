package io.polyproc.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.daemon.TestDaemon.Condition;
import io.polyproc.daemon.TestDaemon.Outcome;
import io.polyproc.posix.Processes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs scripts again and again, with a daemon that lets their processes leave heirs. Beside other
 * tests these would wait for a free processor.
 */
@Isolated
@Timeout(600)
final class HeirIT {

  /** Computes for long enough to leave an heir. */
  private static final String WORK =
      """
      import time
      begin = time.perf_counter()
      while time.perf_counter() < begin + 2.5:
          sum(i * i for i in range(1000))
      """;

  @SuppressWarnings("NullAway.Init") // before all tests
  private static TestDaemon testDaemon;

  @TempDir Path folder;
  private int begun;

  @BeforeAll
  static void start() throws Exception {
    // In this locale not every text is a file's name.
    testDaemon =
        TestDaemon.start(Map.of("POLYPROC_STANDBY", "1", "POLYPROC_HEIRS", "1", "LC_ALL", "C"));
  }

  @BeforeEach
  void count() throws Exception {
    begun = number("(\\d+) programs begun");
  }

  @AfterAll
  static void stop() throws Exception {
    List<ProcessHandle> workers = children(testDaemon.pid());
    testDaemon.stop();
    await(() -> workers.stream().noneMatch(ProcessHandle::isAlive), "a worker still runs");
  }

  @Test
  void shouldBeginEachRunAsIfItWereTheFirst() throws Exception {
    script(
        "state.py",
        """
        import builtins, codecs, decimal, gc, locale, logging, os, random, signal, sys, tempfile, warnings
        import json

        def state():
            files = {}
            for fd in os.listdir("/proc/self/fd"):
                try:
                    files[fd] = os.readlink("/proc/self/fd/" + fd)
                except OSError:
                    pass
            return [
                sorted(n for n in files if int(n) < 256), [f for f in files.values() if "of_a_program" in f],
                sorted(globals()), sorted(vars(builtins)), "of_a_program" in sys.modules, sys.argv, sys.path,
                sorted(os.environ.items()), os.getcwd(), oct(os.umask(0o22)), locale.setlocale(locale.LC_ALL),
                decimal.getcontext().prec, sys.getrecursionlimit(), sys.getswitchinterval(), gc.isenabled(),
                logging.getLogger().handlers, logging.getLogger().level, len(warnings.filters), json.dumps([1]),
                [signal.getsignal(n) for n in (1, 2, 10, 12, 15)],
                tempfile.tempdir, sys.stdin.read(), sys.flags, sys.exc_info(), sys.getprofile()]

        print(*state(), sep="\\n")
        print(os.getpid(), random.random(), file=sys.stderr)

        kept = open("of_a_program.txt", "w")
        os.dup2(kept.fileno(), 77)
        os.environ["OF_A_PROGRAM"] = "yes"
        os.chdir("/tmp")
        os.umask(0o77)
        builtins.of_a_program = sys.modules["of_a_program"] = sys
        sys.path.append("/of_a_program")
        sys.argv.append("of_a_program")
        sys.setrecursionlimit(500)
        sys.setswitchinterval(0.5)
        gc.disable()
        decimal.getcontext().prec = 3
        logging.basicConfig(level=logging.DEBUG)
        warnings.simplefilter("error")
        random.seed(1)
        tempfile.tempdir = "/of_a_program"
        json.dumps = lambda value: "of_a_program"
        """
            + WORK);
    List<String> seen = new ArrayList<>();
    String first = "";
    for (int run = 1; run <= 5; run++) {
      Outcome outcome = polyproc("state.py", "an argument");
      assertEquals(0, outcome.status(), outcome::errors);
      if (run == 1) {
        first = outcome.output();
      }
      assertEquals(first, outcome.output(), "run " + run);
      seen.addAll(List.of(outcome.errors().strip().split(" ", -1)));
      awaitHeir();
      assertEquals(run - 1, fromHeirs());
    }
    assertEquals(10, seen.stream().distinct().count(), () -> "ids and random numbers: " + seen);
  }

  @Test
  void shouldRunWhatTheFileSaysNow() throws Exception {
    script("changing.py", WORK + "\nprint('before')\n");
    assertEquals(new Outcome(0, "before\n", ""), polyproc("changing.py"));
    awaitHeir();
    script("changing.py", "import changed\nprint('after', changed.VALUE)\n");
    script("changed.py", "VALUE = 1\n");
    assertEquals(new Outcome(0, "after 1\n", ""), polyproc("changing.py"));
    assertEquals(0, fromHeirs());
  }

  @Test
  void shouldRunNativeModulesAndProcessesFromAnHeir() throws Exception {
    script(
        "native.py",
        """
        import sys
        def f(n):
            return n + 1
        if __name__ == "__main__":
            if len(sys.argv) > 1:
                import multiprocessing, sqlite3, termios
                import xml.etree.ElementTree as tree
                print(tree.fromstring("<a b='c'/>").attrib)
                print(sqlite3.connect(":memory:").execute("select 6 * 7").fetchall())
                with multiprocessing.Pool(2) as pool:
                    print(pool.map(f, range(3)))
        """
            + WORK.indent(4));
    assertEquals(new Outcome(0, "", ""), polyproc("native.py"));
    awaitHeir();
    assertEquals(
        new Outcome(0, "{'b': 'c'}\n[(42,)]\n[1, 2, 3]\n", ""), polyproc("native.py", "all"));
    assertEquals(1, fromHeirs());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "raise SystemExit(3)",
        "import signal; signal.signal(signal.SIGUSR1, lambda *_: None)",
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)",
        "import threading; threading.Thread(target=time.sleep, args=(100,), daemon=True).start()",
        "import ctypes; ctypes.CDLL(None)",
        "import sqlite3",
        "import os; os.setpgid(0, 0)",
        "import mmap; m = mmap.mmap(open(__file__).fileno(), 0, prot=mmap.PROT_READ)",
        "import java; java.type('java.lang.System').setProperty('of.a.program', 'yes')",
      })
  void shouldLeaveNoHeirOfAProcessThatIsNoLongerAsItWas(String statement) throws Exception {
    script("dirty.py", WORK + "\n" + statement + "\n");
    List<Long> before = heirs();
    Outcome outcome = polyproc("dirty.py");
    assertEquals(statement.startsWith("raise") ? 3 : 0, outcome.status(), outcome::errors);
    await(() -> before.containsAll(heirs()), "an heir has stayed");
    assertEquals(outcome, polyproc("dirty.py"));
    assertEquals(0, fromHeirs());
  }

  @Test
  void shouldRunWithoutAnHeirThatWasKilled() throws Exception {
    script("killed.py", WORK + "\nprint('ran')\n");
    Outcome ran = polyproc("killed.py");
    assertEquals(new Outcome(0, "ran\n", ""), ran);
    awaitHeir();
    for (long heir : heirs()) {
      Processes.signal((int) heir, Processes.SIGKILL);
    }
    assertEquals(ran, polyproc("killed.py"));
  }

  @Test
  void shouldRunATextThatIsNoFilesName() throws Exception {
    int before = testDaemon.programs();
    ProcessBuilder builder = testDaemon.command(folder);
    // This JVM may have no character for those bytes.
    String command = "exec \"$0\" -c $'print(len(\"\\xc3\\xbc\") > 0)'";
    builder.command(List.of("bash", "-c", command, TestDaemon.BIN.resolve("polyproc").toString()));
    assertEquals(new Outcome(0, "True\n", ""), TestDaemon.outcome(builder.start()));
    assertEquals(before + 1, testDaemon.programs());
  }

  @Test
  void shouldKeepTheHeirsOfTheLatestScripts() throws Exception {
    for (String name : List.of("a.py", "b.py")) {
      script(name, WORK + "\nimport os\nprint(os.getpid())\n");
      Outcome first = polyproc(name);
      awaitHeir();
      assertNotEquals(first.output(), polyproc(name).output());
      awaitHeir();
      assertEquals(1, heirs().size());
    }
    assertEquals(2, fromHeirs());
    Outcome again = polyproc("a.py");
    assertEquals(0, again.status());
    assertEquals(2, fromHeirs());
  }

  private void script(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  /** Until the heir of the program that was run last can be forked; there is no other. */
  private static void awaitHeir() throws Exception {
    await(() -> number("heirs +(\\d+)") == 1 && heirs().size() == 1, "no heir was left");
  }

  private static List<Long> heirs() throws Exception {
    return children(testDaemon.pid()).stream()
        .filter(HeirIT::isHeir)
        .map(ProcessHandle::pid)
        .toList();
  }

  /** How many programs began in one since this test did. */
  private int fromHeirs() throws Exception {
    return number("(\\d+) programs begun") - begun;
  }

  private static List<ProcessHandle> children(int daemon) {
    return ProcessHandle.of(daemon).stream().flatMap(ProcessHandle::children).toList();
  }

  private static boolean isHeir(ProcessHandle process) {
    try {
      return Files.readString(
              Path.of("/proc", Long.toString(process.pid()), "cmdline"),
              StandardCharsets.ISO_8859_1)
          .startsWith("polyproc: heir");
    } catch (IOException e) {
      return false; // ended meanwhile
    }
  }

  private static int number(String pattern) throws Exception {
    int number = testDaemon.number(pattern);
    assertTrue(number >= 0, "no " + pattern);
    return number;
  }

  private Outcome polyproc(String... arguments) throws Exception {
    return testDaemon.run(folder, arguments);
  }

  private static void await(Condition condition, String otherwise) throws Exception {
    TestDaemon.await(Duration.ofSeconds(150), Duration.ofMillis(100), condition, otherwise);
  }
}
