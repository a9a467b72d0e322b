package io.polyproc.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.polyproc.distribution.Installation;
import io.polyproc.hotspot.ImageWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Writes an image, restores programs from it, and has images refused. */
@Timeout(600)
final class ImageIT {
  private static final Path HOME = Path.of(System.getProperty("polyproc.home"));
  private static final int TIMEOUT_SECONDS = 120;

  /** Evaluates to whether the process was restored and did not boot. */
  private static final String IS_RESTORED =
      "os.readlink('/proc/self/exe').endswith('/lib/restore')";

  // The offsets of image-layout.h.
  private static final int HEADER_BYTES = 8192;
  private static final int USED_HEADER_BYTES = 12;
  private static final int CHECKSUM = 16;
  private static final int MODIFIED = 32;
  private static final int TABLES_FROM = 40;
  private static final int USER = 152;
  private static final int CLOCK = 168;
  private static final int MEMORY = 176;
  private static final int CODE_HASH = 184;
  private static final int CPU = 240;
  private static final int KERNEL_RELEASE = 304 + 65;

  @TempDir static Path cache;
  @TempDir Path folder;

  @BeforeAll
  static void writeImage() throws IOException, InterruptedException {
    assumeTrue(ImageWriter.isSupported(), "no code to write an image on this system");
    CompletedCommand outcome = run(cache, Map.of(), launcher(), "warm", "--quick");
    assertEquals(0, outcome.status(), outcome::errors);
  }

  private static String launcher() {
    return HOME.resolve("bin/polyproc").toString();
  }

  private static Path image() throws IOException, InterruptedException {
    return image(cache);
  }

  private static Path image(Path cacheFolder) throws IOException, InterruptedException {
    Path stem = cacheFolder.resolve("images").resolve(Installation.of(HOME).build());
    CompletedCommand path =
        run(
            cacheFolder,
            Map.of(),
            HOME.resolve("lib/restore").toString(),
            "--path",
            stem.toString());
    return Path.of(path.output().strip());
  }

  // --- A restored process is what its shell has started ----------------------------------------

  @Test
  void shouldRunAProgramAndExitAsItDoes() throws Exception {
    assertEquals(
        new CompletedCommand(7, "True ['-c', 'a', ' b ']\n", ""),
        program("print(" + IS_RESTORED + ", sys.argv); sys.exit(7)", "a", " b "));
  }

  @Test
  void shouldRunAScriptAModuleAndStandardInput() throws Exception {
    Path script = folder.resolve("script.py");
    Files.writeString(script, "import os, sys; print(__name__, sys.argv, " + IS_RESTORED + ")");
    assertEquals(
        new CompletedCommand(0, "__main__ ['" + script + "', '-u'] True\n", ""),
        restore(script.toString(), "-u"));
    assertEquals(
        new CompletedCommand(0, "__main__ ['script.py'] True\n", ""),
        in(folder, launcher(), "script.py"));
    assertEquals(0, in(folder, launcher(), "-m", "script").status());
    assertEquals(
        new CompletedCommand(0, "__main__ ['-'] True\n", ""),
        shell("exec \"$0\" - < " + script, launcher()));
  }

  @Test
  void shouldBeTheProcessThatWasStarted() throws Exception {
    Process process =
        builder(cache, launcher(), "-c", "import os; print(os.getpid(), os.getppid())").start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor());
    assertEquals(process.pid() + " " + ProcessHandle.current().pid() + "\n", output);
  }

  @Test
  void shouldKeepSessionFolderMaskAndDescriptors() throws Exception {
    String code =
        """
        import os
        print(os.getsid(0) == os.getpid() == os.getpgid(0), os.getcwd(), oct(os.umask(0)))
        print(os.read(7, 100), os.isatty(0))
        os.write(8, b'out')
        """;
    Path file = Files.writeString(folder.resolve("in"), "content");
    CompletedCommand outcome =
        shell(
            "cd \"$1\" && umask 027 && exec setsid -w \"$0\" -c \"$2\" 7<in 8>out",
            launcher(),
            folder.toString(),
            code);
    assertEquals(
        new CompletedCommand(0, "True " + folder.toRealPath() + " 0o27\nb'content' False\n", ""),
        outcome);
    assertEquals("out", Files.readString(folder.resolve("out")));
    assertEquals("content", Files.readString(file));
  }

  @Test
  void shouldHaveTheVariablesOfItsShell() throws Exception {
    String code =
        "import os, java.lang; print(os.environ['FOO'], 'BAR' in os.environ, os.environb[b'RAW'],"
            + " os.getenv('FOO'), java.lang.System.getenv('FOO'))\n"
            + "import subprocess; print(subprocess.check_output('echo $FOO', shell=True))";
    assertEquals(
        new CompletedCommand(0, "föö False b'\\xff' föö föö\nb'f\\xc3\\xb6\\xc3\\xb6\\n'\n", ""),
        shell("FOO=föö RAW=$(printf '\\377') exec \"$0\" -c \"$1\"", launcher(), code));
  }

  @Test
  void shouldImportInAFolderThatWasRemoved() throws Exception {
    CompletedCommand outcome =
        shell(
            "mkdir removed && cd removed && rmdir ../removed && exec \"$0\" -c \"$1\"",
            launcher(),
            "import bz2, json, xml.dom; print(json.dumps([1]))");
    assertEquals("[1]\n", outcome.output(), outcome::errors);
  }

  @Test
  void shouldShowItsCommandLine() throws Exception {
    String code =
        "print(open('/proc/self/cmdline').read().rstrip(chr(0)), open('/proc/self/comm').read())";
    CompletedCommand outcome = program(code, "argument");
    assertTrue(outcome.output().startsWith("polyproc -c import os, sys\n"), outcome::output);
    assertTrue(outcome.output().contains(" argument polyproc -c imp"), outcome::output);
  }

  // --- Signals ---------------------------------------------------------------------------------

  @Test
  void shouldEndByASignalAsTheKernelHasIt() throws Exception {
    assertEquals(128 + 15, program("os.kill(os.getpid(), 15)").status());
    assertEquals(128 + 1, program("os.kill(os.getpid(), 1)").status());
    assertEquals(128 + 9, program("os.kill(os.getpid(), 9)").status());
  }

  @Test
  void shouldRaiseKeyboardInterrupt() throws Exception {
    CompletedCommand outcome = program("import time\nos.kill(os.getpid(), 2)\ntime.sleep(60)");
    assertEquals(128 + 2, outcome.status());
    assertTrue(outcome.errors().endsWith("KeyboardInterrupt\n"), outcome::errors);
  }

  @Test
  void shouldGoOnIgnoringWhatItsShellIgnores() throws Exception {
    String code =
        "import os, signal; print(signal.getsignal(1), signal.getsignal(2), "
            + IS_RESTORED
            + "); os.kill(os.getpid(), 1); os.kill(os.getpid(), 2); print('alive')";
    CompletedCommand outcome = shell("trap '' HUP INT; exec \"$0\" -c \"$1\"", launcher(), code);
    assertEquals(0, outcome.status(), outcome::errors);
    assertTrue(outcome.output().endsWith("True\nalive\n"), outcome::output);
  }

  @Test
  void shouldCallHandlersOfThePrograms() throws Exception {
    String code =
        """
        import signal, time
        signal.signal(10, lambda number, frame: print('handled', number))
        os.kill(os.getpid(), 10)
        time.sleep(0.2)
        """;
    assertEquals(new CompletedCommand(0, "handled 10\n", ""), program(code));
  }

  @Test
  void shouldGetASignalThatIsForTheGroup() throws Exception {
    CompletedCommand outcome =
        shell(
            "exec timeout 5 \"$0\" -c 'import time; print(1, flush=True); time.sleep(60)'",
            launcher());
    assertEquals(124, outcome.status(), outcome::errors);
    assertEquals("1\n", outcome.output());
  }

  // --- Nothing is another process's ------------------------------------------------------------

  // What a shell may put around it: a tool that must be there, the command, with the launcher as
  // $0 and the code as $1, and what the code prints.
  static Stream<Arguments> surroundings() {
    return Stream.of(
        Arguments.of(
            "",
            "exec \"$0\" -c \"$1\"",
            "os.getppid() == " + ProcessHandle.current().pid(),
            "True"),
        Arguments.of("taskset", "taskset -c 0 \"$0\" -c \"$1\"", "os.sched_getaffinity(0)", "{0}"),
        Arguments.of("nice", "nice -n 4 \"$0\" -c \"$1\"", "os.nice(0) - " + nice(), "4"),
        Arguments.of(
            "",
            "ulimit -S -f 100; ulimit -S -t 77; ulimit -S -s 4096; ulimit -S -n 800; ulimit -H -n 900; exec \"$0\" -c \"$1\"",
            "[resource.getrlimit(n)[0] for n in (resource.RLIMIT_FSIZE, resource.RLIMIT_CPU, resource.RLIMIT_STACK)]"
                + " + [resource.getrlimit(resource.RLIMIT_NOFILE)[1]]",
            "[51200, 77, 4194304, 900]"),
        Arguments.of("", "ulimit -v 20000000; \"$0\" -c \"$1\"", "1", "1"),
        Arguments.of(
            "setpriv",
            "setpriv --no-new-privs \"$0\" -c \"$1\"",
            "'NoNewPrivs:\\t1\\n' in open('/proc/self/status')",
            "True"),
        Arguments.of(
            "nohup", "nohup \"$0\" -c \"$1\"", "signal.getsignal(1) == signal.SIG_IGN", "True"),
        Arguments.of(
            "",
            "trap '' QUIT; \"$0\" -c \"$1\"",
            "signal.getsignal(3) == signal.SIG_IGN, subprocess.call(['kill', '-3', str(os.getpid())])",
            "True 0"),
        Arguments.of(
            "script",
            "L=\"$0\" C=\"$1\" script -qec '\"$L\" -c \"$C\"' /dev/null </dev/null",
            "os.isatty(0) and open('/dev/tty').isatty() and os.tcgetpgrp(0) == os.getpgid(0)",
            "True"),
        Arguments.of("", "\"$0\" -c \"$1\" <&-", "(sys.stdin, sys.__stdin__)", "(None, None)"),
        Arguments.of("", "\"$0\" -c \"$1\" 0</dev/null 2>/dev/full", "os.isatty(2)", "False"),
        Arguments.of(
            "",
            "\"$0\" -c \"$1\"",
            "open('/proc/self/cgroup').read() == open(f'/proc/{os.getppid()}/cgroup').read()",
            "True"),
        // Namespaces: the first process of a container, without a network …
        Arguments.of(
            "unshare",
            "unshare -rpf --mount-proc \"$0\" -c \"$1\"",
            "os.getpid(), os.getppid()",
            "1 0"),
        // … which finds the C library's place for a thread's id, though other numbers are 1, too.
        Arguments.of(
            "unshare",
            "unshare -rpf --mount-proc \"$0\" -c \"$1\"",
            "os.waitpid(p, 0)[1] >> 8 if (p := os.fork()) else os._exit(3)",
            "3"),
        Arguments.of(
            "unshare", "unshare -runiCm \"$0\" -c \"$1\"", "socket.if_nameindex()", "[(1, 'lo')]"),
        Arguments.of(
            "unshare",
            "unshare -rT --monotonic 1000000 -f \"$0\" -c \"$1\"",
            "time.monotonic() > 1000000",
            "True"));
  }

  private static int nice() {
    try {
      String stat = Files.readString(Path.of("/proc/self/stat"));
      return Integer.parseInt(stat.substring(stat.lastIndexOf(')')).split(" ", -1)[17]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("surroundings")
  void shouldRunInWhatIsAroundIt(String tool, String command, String expression, String printed)
      throws Exception {
    String code =
        "import os, resource, signal, socket, subprocess, sys, time; print("
            + IS_RESTORED
            + ", "
            + expression
            + ")";
    assumeTrue(
        tool.isEmpty() || run(cache, Map.of(), "sh", "-c", "command -v " + tool).status() == 0,
        tool + " is not there");
    assumeTrue(
        !tool.equals("unshare") || run(cache, Map.of(), "unshare", "-rpfT", "true").status() == 0,
        "namespaces are not allowed");
    CompletedCommand outcome = run(cache, Map.of(), "sh", "-c", command, launcher(), code);
    assertEquals("True " + printed, outcome.output().strip(), outcome::errors);
    assertEquals(0, outcome.status());
  }

  @Test
  void shouldEndWhenItsTimeIsUp() throws Exception {
    CompletedCommand outcome =
        run(cache, Map.of(), "timeout", "1", launcher(), "-c", "import time; time.sleep(100)");
    assertEquals(new CompletedCommand(124, "", ""), outcome);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-u", "-Bq", "-I", "-P -s -E", "-Wignore -W error::UserWarning"})
  void shouldHaveOptionsAsABootedProgramHas(String options) throws Exception {
    String code =
        "import os, sys, warnings, site; print("
            + IS_RESTORED
            + ", tuple(sys.flags), sys.warnoptions, warnings.filters[:2], sys.dont_write_bytecode,"
            + " site.ENABLE_USER_SITE, sys.path, sys.stdout.write_through,"
            + " type(sys.stdout.buffer), sys.stdout.name, sys.stdout.mode, sys.stderr.line_buffering)";
    List<String> command = new ArrayList<>(List.of(launcher()));
    command.addAll(List.of(options.split(" ", -1)));
    command.addAll(List.of("-c", code));
    String[] words = command.toArray(String[]::new);
    String restored = run(cache, Map.of(), words).output();
    String booted = run(cache, Map.of("POLYPROC_IMAGE", "off"), words).output();
    assertTrue(restored.startsWith("True "), restored);
    assertEquals(booted.replaceFirst("^False ", "True "), restored);
  }

  @Test
  void shouldBootForOptionsThatComeTooLate() throws Exception {
    String code = "import os; print(" + IS_RESTORED + ", __debug__)";
    assertEquals("False False\n", run(cache, Map.of(), launcher(), "-uO", "-c", code).output());
  }

  @Test
  void shouldEndByQuitFromOutside() throws Exception {
    String code =
        "import os, subprocess, time; subprocess.call(['kill', '-3', str(os.getpid())]); time.sleep(100)";
    CompletedCommand outcome = run(cache, Map.of(), launcher(), "-c", code);
    assertEquals(new CompletedCommand(128 + 3, "", ""), outcome);
  }

  @Test
  void shouldDrawItsOwnRandomNumbers() throws Exception {
    String code =
        "import random, secrets, uuid, multiprocessing, java.util\n"
            + "print(random.random(), secrets.token_hex(), uuid.uuid4(),"
            + " multiprocessing.current_process().authkey.hex(),"
            + " java.util.concurrent.ThreadLocalRandom.current().nextLong(),"
            + " java.util.UUID.randomUUID())";
    String[] first = program(code).output().strip().split(" ", -1);
    String[] second = program(code).output().strip().split(" ", -1);
    assertEquals(6, first.length);
    assertEquals(6, second.length);
    for (int i = 0; i < first.length; i++) {
      assertNotEquals(first[i], second[i], "number " + i);
    }
  }

  /**
   * Modules are in the image, and the warm-up has used them: a program must find them as an import
   * makes them. What differs in each process is left out, and memories that show in time alone.
   */
  @Test
  void shouldFindModulesAsABootedProgramDoes() throws Exception {
    String code =
        """
        import re, sys, types
        left_out = re.compile("_abc_|os.environ|authkey|_lastpid|_ident|_native_id|_handle|_addr|"
                              "_cache|_counter|_dangling|_index_iter|_startTime|pythonapi|__slotnames__|"
                              "_afterfork_registry|_extra_reducers|spawning_popen|path_importer|_CAPI|"
                              r"sys\\.(modules|flags|argv|orig_argv|_)|Lock|lock|weakref at")
        def show(path, value, depth):
            kind = type(value).__name__
            if isinstance(value, (types.ModuleType, types.FunctionType, types.MethodType,
                                  types.BuiltinFunctionType)):
                return
            if isinstance(value, (list, tuple, set, dict)):
                line = f"{path} {kind} {len(value)}"
            elif isinstance(value, type):
                line = path
            else:
                line = f"{path} {kind} " + re.sub("0x[0-9a-f]+", "", repr(value))
            if left_out.search(line):
                return
            print(line)
            if depth:
                for name, attribute in sorted(getattr(value, "__dict__", {}).items()):
                    show(f"{path}.{name}", attribute, depth - 1)
        for name in sys.argv[1:]:
            __import__(name)
            for attribute, value in sorted(vars(sys.modules[name]).items()):
                if not attribute.startswith("__"):
                    show(f"{name}.{attribute}", value, 2)
        """;
    List<String> modules =
        List.of(
            "asyncio",
            "collections",
            "concurrent.futures.thread",
            "contextlib",
            "datetime",
            "decimal",
            "functools",
            "io",
            "json",
            "logging",
            "multiprocessing.context",
            "multiprocessing.heap",
            "multiprocessing.pool",
            "multiprocessing.process",
            "multiprocessing.resource_sharer",
            "multiprocessing.resource_tracker",
            "multiprocessing.spawn",
            "multiprocessing.util",
            "os",
            "platform",
            "queue",
            "random",
            "re",
            "shutil",
            "signal",
            "site",
            "socket",
            "subprocess",
            "sys",
            "tempfile",
            "threading",
            "uuid",
            "warnings",
            "weakref");
    List<String> command = new ArrayList<>(List.of(launcher(), "-c", code));
    command.addAll(modules);
    CompletedCommand booted =
        run(cache, Map.of("POLYPROC_IMAGE", "off"), command.toArray(String[]::new));
    CompletedCommand restored = run(cache, Map.of(), command.toArray(String[]::new));
    assertEquals("", booted.errors());
    assertEquals(booted.output(), restored.output());
  }

  @Test
  void shouldImportTheProgramsOwnModules() throws Exception {
    Path later = Files.createDirectory(folder.resolve("later"));
    Files.writeString(folder.resolve("random.py"), "from secrets import choice, origin");
    Files.writeString(folder.resolve("queue.py"), "import queue; origin = 'beside the script'");
    Files.writeString(folder.resolve("fractions.py"), "Fraction = 'of the script'");
    Files.writeString(later.resolve("secrets.py"), "origin, choice = 'added later', max");
    Path script =
        Files.writeString(
            folder.resolve("script.py"),
            """
            import sys
            print([name for name in ("queue", "random", "secrets", "multiprocessing") if name in sys.modules])
            sys.path.insert(0, sys.argv[1])
            import queue, random, secrets
            print(queue.origin, random.origin, secrets.origin, random.choice(1, 2))
            import multiprocessing, statistics, string
            print(multiprocessing.current_process().name, statistics.Fraction, string.digits)
            """);
    assertEquals(
        new CompletedCommand(
            0,
            "[]\nbeside the script added later added later 2\nMainProcess of the script 0123456789\n",
            ""),
        restore(script.toString(), later.toString()));
  }

  /** What was hot in the image's process waits for a compiler there, and is not the program's. */
  @Test
  void shouldHaveNothingToCompileBeforeItHasRun() throws Exception {
    String code =
        """
        import json, subprocess
        ps = subprocess.run([sys.argv[1], "ps", "--json"], stdout=subprocess.PIPE, text=True)
        print([len(row["compiling"]) < 30 for row in json.loads(ps.stdout) if row["pid"] == os.getpid()])
        """;
    assertEquals(new CompletedCommand(0, "[True]\n", ""), program(code, launcher()));
  }

  @Test
  void shouldCallFinalizersAtItsEnd() throws Exception {
    assertEquals(
        new CompletedCommand(0, "registered\nfinalized\n", ""),
        program(
            """
            import weakref
            class Held: pass
            held = Held()
            weakref.finalize(held, print, 'finalized')
            print('registered')
            """));
  }

  // --- It works on -----------------------------------------------------------------------------

  @Test
  void shouldComputeCollectAndStartThreads() throws Exception {
    String code =
"""
import gc, threading, time, json, java.lang
lists = [[i] * 10 for i in range(200_000)]
java.lang.System.gc()
results = []
threads = [threading.Thread(target=lambda n=n: results.append(sum(map(len, lists)) + n))
           for n in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
begin = time.monotonic(); time.sleep(0.2); waited = time.monotonic() - begin
event = threading.Event()
print(sorted(results) == [2_000_000 + n for n in range(8)], 0.2 <= waited < 60, event.wait(0.1))
def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
try: deep(100_000)
except RecursionError: print('too deep')
print(json.loads(json.dumps({'a': [1, 2.5, None]})))
""";
    assertEquals(
        new CompletedCommand(0, "True True False\ntoo deep\n{'a': [1, 2.5, None]}\n", ""),
        program(code));
  }

  @ParameterizedTest
  @MethodSource("startMethods")
  void shouldStartProcesses(String method) throws Exception {
    Path script = folder.resolve("processes.py");
    Files.writeString(
        script,
"""
import multiprocessing, os, sys
def child(queue, n):
    queue.put((n * n, os.getppid(), os.readlink('/proc/self/exe').endswith('/restore')))
if __name__ == '__main__':
    context = multiprocessing.get_context(sys.argv[1])
    queue = context.Queue()
    processes = [context.Process(target=child, args=(queue, n)) for n in range(3)]
    for process in processes: process.start()
    print(sorted(queue.get() for _ in processes) == [(n * n, os.getpid(), True) for n in range(3)])
    for process in processes: process.join()
    print([process.exitcode for process in processes])
    with context.Pool(2) as pool: print(pool.map(abs, [-1, 2, -3]))
""");
    assertEquals(
        new CompletedCommand(0, "True\n[0, 0, 0]\n[1, 2, 3]\n", ""),
        restore(script.toString(), method));
  }

  static List<String> startMethods() {
    return List.of("fork", "spawn", "forkserver");
  }

  @Test
  void shouldRestoreManyTimesAtOnce() throws Exception {
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      processes.add(builder(cache, launcher(), "-c", "print(sum(range(1000)))").start());
    }
    for (Process process : processes) {
      assertEquals(
          "499500\n", new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
      assertEquals(0, process.waitFor());
    }
  }

  // --- What does not fit is refused, with the reason --------------------------------------------

  @Test
  void shouldBootWhereAVariableIsAnother() throws Exception {
    CompletedCommand outcome =
        run(
            cache,
            Map.of("PYTHONHASHSEED", "1"),
            launcher(),
            "-c",
            "import os, sys; print(" + IS_RESTORED + ", sys.argv)",
            "x");
    assertEquals(new CompletedCommand(0, "False ['-c', 'x']\n", ""), outcome);
    assertEquals(
        "a variable has another value than when it was made: PYTHONHASHSEED=1\n",
        run(
                cache,
                Map.of("PYTHONHASHSEED", "1"),
                HOME.resolve("lib/restore").toString(),
                "--check",
                image().toString())
            .output());
  }

  @Test
  void shouldBootWithOptionsOfTheInterpreter() throws Exception {
    assertEquals(
        new CompletedCommand(0, "1 False\n", ""),
        restore("-O", "-c", "import os, sys; print(sys.flags.optimize, " + IS_RESTORED + ")"));
  }

  @Test
  void shouldBootWhereThereAreOtherSitePackages() throws Exception {
    Path site = Files.createDirectories(folder.resolve("lib/python3.12/site-packages"));
    Path own = folder.resolve("cache");
    Map<String, String> variables = Map.of("PYTHONUSERBASE", folder.toString());
    assertEquals(0, run(own, variables, launcher(), "warm", "--quick").status());
    Files.writeString(site.resolve("added.py"), "");
    Files.writeString(site.resolve("added.pth"), "import added");
    assertEquals(
        new CompletedCommand(0, "False True\n", ""),
        run(
            own,
            variables,
            launcher(),
            "-c",
            "import os, sys; print(" + IS_RESTORED + ", 'added' in sys.modules)"));
  }

  static Stream<Arguments> changes() {
    return Stream.of(
        change("not an image", forged -> forged.header.putLong(0, 0), false),
        change("another version", forged -> forged.header.putInt(8, 99), true),
        change("was cut", forged -> forged.bytes -= 4096, true),
        change("was cut", forged -> forged.bytes += 1, true),
        change("checksum", forged -> forged.flip(KERNEL_RELEASE), false),
        change("checksum", forged -> forged.tables[100] ^= 1, false),
        change("another kernel", forged -> forged.flip(KERNEL_RELEASE), true),
        change("another processor", forged -> forged.flip(CPU + 8), true),
        change("another user's process", forged -> forged.flip(USER), true),
        change(
            "booted after it was made",
            forged -> forged.header.putLong(CLOCK, Long.MAX_VALUE),
            true),
        change(
            "more or less memory",
            forged -> forged.header.putLong(MEMORY, forged.header.getLong(MEMORY) * 2),
            true),
        change("kernel's code", forged -> forged.flip(CODE_HASH), true),
        change("mode must be 0600", forged -> forged.mode = "rw-r-----", true),
        change("changed after it was written", forged -> forged.modified = Instant.now(), true));
  }

  private static Arguments change(String reason, Consumer<Forged> change, boolean isSigned) {
    return Arguments.of(reason, change, isSigned);
  }

  @ParameterizedTest
  @MethodSource("changes")
  void shouldRefuseAnImageThatIsNotWhatItWas(
      String reason, Consumer<Forged> change, boolean isSigned) throws Exception {
    Forged forged = Forged.of(image());
    assertEquals(
        new CompletedCommand(0, "", ""), check(forged.write(folder.resolve("intact.img"))));

    change.accept(forged);
    if (isSigned) {
      forged.sign();
    }
    CompletedCommand outcome = check(forged.write(folder.resolve("changed.img")));
    // A new image would have the same memory.
    assertEquals(reason.endsWith("memory") ? 3 : 1, outcome.status());
    assertTrue(outcome.output().contains(reason), outcome::output);
  }

  @Test
  void shouldRefuseAnImageThatIsALinkOrIsNotThere() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link.img"), image());
    for (Path path : List.of(link, folder.resolve("none.img"))) {
      assertEquals(
          new CompletedCommand(1, "there is no image that can be read\n", ""),
          check(path),
          path::toString);
    }
    Files.delete(link); // or the folder's removal warns of it
  }

  /** An image without its pages, which the check does not read. */
  static final class Forged {
    final byte[] headerBytes;
    final ByteBuffer header;
    final byte[] tables;
    long bytes;
    Instant modified;
    String mode = "rw-------";

    private Forged(byte[] headerBytes, byte[] tables, long bytes) {
      this.headerBytes = headerBytes;
      this.header = ByteBuffer.wrap(headerBytes).order(ByteOrder.LITTLE_ENDIAN);
      this.tables = tables;
      this.bytes = bytes;
      this.modified = Instant.ofEpochSecond(header.getLong(MODIFIED));
    }

    static Forged of(Path image) throws IOException {
      try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "r")) {
        byte[] start = new byte[HEADER_BYTES];
        file.readFully(start);
        ByteBuffer header = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
        byte[] tables = new byte[(int) (file.length() - header.getLong(TABLES_FROM))];
        file.seek(header.getLong(TABLES_FROM));
        file.readFully(tables);
        return new Forged(start, tables, file.length());
      }
    }

    void flip(int offset) {
      header.put(offset, (byte) (header.get(offset) ^ 1));
    }

    void sign() {
      header.putLong(CHECKSUM, 0);
      int used = header.getInt(USED_HEADER_BYTES);
      long hash = hash(0xcbf29ce484222325L, ByteBuffer.wrap(tables), tables.length);
      header.putLong(CHECKSUM, hash(hash, header, used));
    }

    private static long hash(long hash, ByteBuffer words, int bytes) {
      ByteBuffer ordered = words.duplicate().order(ByteOrder.LITTLE_ENDIAN);
      long result = hash;
      for (int i = 0; i + Long.BYTES <= bytes; i += Long.BYTES) {
        result = (result ^ ordered.getLong(i)) * 0x100000001b3L;
        result ^= result >>> 29;
      }
      return result;
    }

    Path write(Path path) throws IOException {
      Files.deleteIfExists(path);
      try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
        file.write(headerBytes);
        file.seek(header.getLong(TABLES_FROM));
        file.write(tables);
        file.setLength(bytes);
      }
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
      Files.setLastModifiedTime(path, FileTime.from(modified));
      return path;
    }
  }

  @Test
  void shouldRefuseAnImageWhoseProcessesFail() throws Exception {
    Path forged = Forged.of(image()).write(folder.resolve("forged.img"));
    Path starts = folder.resolve("forged.img.starts");
    ByteBuffer count = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(starts, count.putInt(0, 15).array());
    assertEquals(0, check(forged).status());
    Files.write(starts, count.putInt(0, 16).array());
    assertEquals(
        new CompletedCommand(1, "the processes that were restored from it have failed\n", ""),
        check(forged));
  }

  @Test
  void shouldForgetFailuresWhenAProcessIsWell() throws Exception {
    Path starts = image().resolveSibling(image().getFileName() + ".starts");
    byte[] none = Files.readAllBytes(starts);
    Files.write(starts, new byte[] {5}, StandardOpenOption.WRITE);
    assertEquals(0, program("pass").status());
    assertArrayEquals(none, Files.readAllBytes(starts));
  }

  @Test
  void shouldTellWhetherItFitsAndWhatIsKept() throws Exception {
    CompletedCommand doctor = restore("doctor");
    assertTrue(doctor.output().contains("fits: " + image()), doctor::output);
    CompletedCommand list = restore("cache", "list");
    assertTrue(list.output().startsWith(image() + " ("), list::output);

    Path other = Files.createDirectories(folder.resolve("cache/images")).resolve("other.img");
    Files.writeString(other, "an image of another build");
    assertEquals(
        new CompletedCommand(0, other + " (0 MiB), of another build\n", ""),
        run(folder.resolve("cache"), Map.of(), launcher(), "cache", "list"));
    assertEquals(0, run(folder.resolve("cache"), Map.of(), launcher(), "cache", "clear").status());
    assertFalse(Files.exists(other));
  }

  // --- Writing ---------------------------------------------------------------------------------

  @Test
  void shouldKeepTheOldImageWhenItsWriterIsKilled() throws Exception {
    Path own = Files.createDirectories(folder.resolve("cache/images"));
    Path old = Files.writeString(image(folder.resolve("cache")), "the old one");
    Process warm = builder(folder.resolve("cache"), launcher(), "warm", "--quick").start();
    while (unfinished(own).isEmpty() && warm.isAlive()) {
      Thread.sleep(5);
    }
    assertFalse(unfinished(own).isEmpty(), "it was written too fast");
    warm.descendants().forEach(ProcessHandle::destroyForcibly);
    assertEquals(1, warm.waitFor());

    assertEquals("the old one", Files.readString(old));
    // A killed process left its file; two at once make one image and leave nothing.
    Process first = builder(folder.resolve("cache"), launcher(), "warm", "--quick").start();
    Process second = builder(folder.resolve("cache"), launcher(), "warm", "--quick").start();
    assertEquals(0, first.waitFor());
    assertEquals(0, second.waitFor());
    assertEquals(List.of(), unfinished(own));
    assertEquals(
        new CompletedCommand(0, "True\n", ""),
        run(
            folder.resolve("cache"),
            Map.of(),
            launcher(),
            "-c",
            "import os; print(" + IS_RESTORED + ")"));
  }

  private static List<Path> unfinished(Path images) throws IOException {
    try (Stream<Path> files = Files.list(images)) {
      return files.filter(file -> file.toString().endsWith(ImageWriter.UNFINISHED)).toList();
    }
  }

  @Test
  void shouldKeepAnImageForEachSetOfVariables() throws Exception {
    Path own = folder.resolve("cache");
    Map<String, String> others = Map.of("PYTHONHASHSEED", "7");
    assertEquals(0, run(own, Map.of(), launcher(), "warm", "--quick").status());
    assertEquals(0, run(own, others, launcher(), "warm", "--quick").status());
    String code = "import os; print(" + IS_RESTORED + ", hash('a'))";
    CompletedCommand first = run(own, others, launcher(), "-c", code);
    assertTrue(first.output().startsWith("True "), first::output);
    assertEquals(first, run(own, others, launcher(), "-c", code));
    CompletedCommand other = run(own, Map.of(), launcher(), "-c", code);
    assertTrue(other.output().startsWith("True "), other::output);
    CompletedCommand list = run(own, Map.of(), launcher(), "cache", "list");
    assertEquals(2, list.output().lines().count(), list::output);
    assertEquals(
        1, list.output().lines().filter(line -> line.endsWith(", for other variables")).count());
  }

  @Test
  void shouldRemoveTheImagesThatWereUsedTheLongestTimeAgo() throws Exception {
    Path images = Files.createDirectories(folder.resolve("cache/images"));
    for (String name : List.of("oldest.img", "older.img")) {
      try (RandomAccessFile file = new RandomAccessFile(images.resolve(name).toFile(), "rw")) {
        file.setLength(2L << 30); // without a block on the disk
      }
      Files.writeString(images.resolve(name + ".starts"), "");
      Thread.sleep(20);
    }
    assertEquals(0, run(folder.resolve("cache"), Map.of(), launcher(), "warm", "--quick").status());
    assertFalse(Files.exists(images.resolve("oldest.img")));
    assertFalse(Files.exists(images.resolve("oldest.img.starts")));
    assertTrue(Files.exists(images.resolve("older.img")));
  }

  @Test
  void shouldBeMadeInTheBackgroundAfterTheFirstProgram() throws Exception {
    Path own = folder.resolve("cache");
    String[] program = {launcher(), "-c", "import os; print(" + IS_RESTORED + ")"};
    try {
      CompletedCommand kept = run(own, Map.of("POLYPROC_IMAGE", "kept"), program);
      assertEquals("False\n", kept.output());
      assertEquals(List.of(), processesOf(own));

      assertEquals(
          new CompletedCommand(0, "False\n", ""), run(own, Map.of("POLYPROC_IMAGE", ""), program));
      Path image = image(own);
      for (int i = 0; i < TIMEOUT_SECONDS * 10 && !Files.exists(image); i++) {
        Thread.sleep(100);
      }
      for (int i = 0; i < TIMEOUT_SECONDS * 10 && processesOf(own).size() != 2; i++) {
        Thread.sleep(100);
      }
      // It goes on to warm up, at the lowest priority, and whoever comes meanwhile starts no other
      // one.
      assertEquals(
          new CompletedCommand(0, "True\n", ""), run(own, Map.of("POLYPROC_IMAGE", ""), program));
      List<ProcessHandle> makers = processesOf(own);
      assertEquals(2, makers.size(), makers::toString);
    } finally {
      for (ProcessHandle maker : processesOf(own)) {
        maker.destroyForcibly();
        maker.onExit().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      }
    }
    assertEquals(new CompletedCommand(0, "True\n", ""), run(own, Map.of(), program));
  }

  /** Those that have the folder as their cache. */
  private static List<ProcessHandle> processesOf(Path cacheFolder) {
    return ProcessHandle.allProcesses()
        .filter(process -> hasVariable(process, "POLYPROC_CACHE=" + cacheFolder))
        .toList();
  }

  private static boolean hasVariable(ProcessHandle process, String variable) {
    try {
      Path file = Path.of("/proc", Long.toString(process.pid()), "environ");
      return List.of(Files.readString(file, StandardCharsets.ISO_8859_1).split("\0", -1))
          .contains(variable);
    } catch (IOException e) {
      return false; // ended meanwhile, or another user's
    }
  }

  // --- Running ---------------------------------------------------------------------------------

  private CompletedCommand check(Path path) throws IOException, InterruptedException {
    return run(cache, Map.of(), HOME.resolve("lib/restore").toString(), "--check", path.toString());
  }

  private static CompletedCommand program(String code, String... arguments)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("-c", "import os, sys\n" + code));
    all.addAll(List.of(arguments));
    return restore(all.toArray(String[]::new));
  }

  private static CompletedCommand restore(String... arguments)
      throws IOException, InterruptedException {
    return run(
        cache,
        Map.of(),
        Stream.concat(Stream.of(launcher()), Stream.of(arguments)).toArray(String[]::new));
  }

  private static CompletedCommand in(Path directory, String... command)
      throws IOException, InterruptedException {
    return outcome(builder(cache, command).directory(directory.toFile()).start());
  }

  private static CompletedCommand shell(String script, String... arguments)
      throws IOException, InterruptedException {
    return run(
        cache,
        Map.of(),
        Stream.concat(Stream.of("/bin/sh", "-c", script), Stream.of(arguments))
            .toArray(String[]::new));
  }

  private static CompletedCommand run(
      Path cacheFolder, Map<String, String> variables, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = builder(cacheFolder, command);
    builder.environment().putAll(variables);
    return outcome(builder.start());
  }

  private static ProcessBuilder builder(Path cacheFolder, String... command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("POLYPROC_CACHE", cacheFolder.toString());
    builder.environment().put("POLYPROC_IMAGE", "kept");
    builder.environment().put("LC_ALL", "C.UTF-8");
    // The options -E and -I ignore them, which an image can't do.
    builder.environment().keySet().removeIf(name -> name.startsWith("PYTHON"));
    return builder;
  }

  private static CompletedCommand outcome(Process process)
      throws IOException, InterruptedException {
    Path errors = Files.createTempFile("errors", null);
    try (var _ = process.getOutputStream()) {
      Thread copier =
          Thread.startVirtualThread(
              () -> {
                try {
                  Files.write(errors, process.getErrorStream().readAllBytes());
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS), "it does not end");
      copier.join();
      return new CompletedCommand(process.exitValue(), output, Files.readString(errors));
    } finally {
      Files.delete(errors);
    }
  }
}
