package io.polyproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the launchers of the distribution. */
final class CommandIT {

  private static final Path BIN = Path.of(System.getProperty("polyproc.home"), "bin");
  private static final String PRINT_ARGUMENTS = "import sys; print(sys.argv)";
  private static final int TIMEOUT_SECONDS = 60;

  @TempDir Path folder;

  @Test
  void shouldPassEverythingAfterTheScriptToIt() throws Exception {
    Files.writeString(folder.resolve("doctor"), PRINT_ARGUMENTS);

    CompletedCommand expected = new CompletedCommand(0, "['doctor', '-c', '--', '', 'a  b']\n", "");
    assertEquals(expected, run("python", "doctor", "-c", "--", "", "a  b"));
    assertEquals(expected, run("polyproc", "run", "-u", "doctor", "-c", "--", "", "a  b"));
  }

  @Test
  void shouldTakeClusteredOptionsAndExitAsTheProgramDoes() throws Exception {
    assertEquals(
        new CompletedCommand(7, "['-c', '-h'] 1\n", ""),
        run(
            "polyproc",
            "-OBsc",
            "import sys; print(sys.argv, sys.flags.optimize); sys.exit(7)",
            "-h"));
  }

  @Test
  void shouldHaveAllThatTheShellGives() throws Exception {
    Files.writeString(
        folder.resolve("tell.py"),
        """
        import os, sys
        print(sys.argv, sys.orig_argv[1], os.getcwd(), os.environ["GIVEN"], oct(os.umask(0)))
        print(sys.stdin.read(), os.getsid(0) == os.getpid() == os.getpgid(0))
        print(open("/proc/self/stat").read().rpartition(")")[2].split()[16])
        os.write(5, b"through 5")
        """);
    assertEquals(
        new CompletedCommand(
            0,
            "['tell.py', 'a'] tell.py %s a b 0o27\ninput True\n3\n".formatted(folder.toRealPath()),
            ""),
        shell(
            "umask 027; export GIVEN='a b';"
                + " exec setsid -w nice -n 3 \"$0\" tell.py a 5>out < <(printf input)"));
    assertEquals("through 5", Files.readString(folder.resolve("out")));
  }

  @Test
  void shouldRunWithMoreDescriptorsThanAProgramHasNumbers() throws Exception {
    assertEquals(
        new CompletedCommand(0, "1\n", ""),
        shell("for i in {1..300}; do exec {fd}</dev/null; done; exec \"$0\" -c 'print(1)'"));
  }

  @Test
  void shouldRunATextThatIsNoFilesName() throws Exception {
    // This JVM may have no character for those bytes.
    assertEquals(
        new CompletedCommand(0, "True\n", ""),
        shell("LC_ALL=C exec \"$0\" -c $'print(len(\"\\xc3\\xbc\") > 0)'"));
  }

  @Test
  void shouldFindRelativeFoldersOfThePath() throws Exception {
    Files.createDirectory(folder.resolve("lib"));
    Files.writeString(folder.resolve("lib/found.py"), "print('found')");
    assertEquals(
        new CompletedCommand(0, "found\n", ""),
        run(Map.of("PYTHONPATH", "lib"), "polyproc", "-c", "import found"));
  }

  @Test
  void shouldStopAndGoOnAsAJobOfTheShell() throws Exception {
    String code =
        """
        import multiprocessing as mp, time
        process = mp.Process(target=time.sleep, args=(1,))
        process.start()
        print("up")
        process.join()
        print(process.exitcode)
        """;
    CompletedCommand outcome =
        shell(
            """
            set -m
            "$0" -uc "$1" >out &
            until [[ -s out ]]; do sleep 0.1; done
            kill -TSTP -$!
            until grep -q 'State:.T' /proc/$!/status; do sleep 0.1; done
            kill -CONT -$!
            wait $!
            cat out
            """,
            code);
    // Bash tells of its job, too.
    assertEquals("up\n0\n", outcome.output(), outcome::errors);
  }

  @Test
  void shouldRejectAnUnknownOption() throws Exception {
    assertEquals(
        new CompletedCommand(
            2,
            "",
            """
            unknown option --foo
            usage: polyproc [run] [option] ... [-c cmd | -m mod | file | -] [arg] ...
            Try `polyproc -h' for more information.
            """),
        run("polyproc", "--foo", "x.py"));
  }

  @Test
  void shouldHaveABenchmarkThatAnswersForItself() throws Exception {
    CompletedCommand outcome = run("polyproc", "bench", "--help");

    assertEquals(0, outcome.status(), outcome.errors());
    assertTrue(outcome.output().startsWith("usage: polyproc bench"), outcome.output());
    assertEquals(2, run("polyproc", "bench", "nonsense").status());
    assertEquals(2, run("polyproc", "bench", "everyday", "--programs", "nonsense").status());
  }

  @Test
  void shouldMeasureAnEverydayProgram() throws Exception {
    CompletedCommand outcome =
        run(
            "polyproc",
            "bench",
            "everyday",
            "--programs=primes",
            "--lengths=0.1",
            "--modes=none",
            "--rounds=1",
            "--json=figures.json");

    assertEquals(0, outcome.status(), outcome::toString);
    assertTrue(outcome.output().contains("| primes | 0.1 | "), outcome::output);
    String figures = Files.readString(folder.resolve("figures.json"));
    assertTrue(
        figures
            .replaceAll("\\s", "")
            .contains("\"program\":\"primes\",\"length\":0.1,\"mode\":\"none\",\"first\":"),
        figures);
  }

  @Test
  void shouldVerifyItself() throws Exception {
    CompletedCommand outcome = run("polyproc", "verify", "samples/2*");

    assertEquals(0, outcome.status(), outcome.output() + outcome.errors());
    assertTrue(outcome.output().contains("1 of 1 runs"), outcome.output());
    assertEquals(
        new CompletedCommand(2, "", "polyproc verify: no program is named like nonsense/*\n"),
        run("polyproc", "verify", "nonsense/*"));
  }

  @Test
  void shouldTellOfAMissingScript() throws Exception {
    for (String name : List.of("polyproc", "python")) {
      String message =
          "%s: can't open file '%s/x.py': [Errno 2] No such file or directory\n"
              .formatted(name, folder.toRealPath());
      assertEquals(new CompletedCommand(2, "", message), run(name, "x.py"));
    }
  }

  @Test
  void shouldTellOfACacheThatCannotBeWritten() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    assertEquals(
        new CompletedCommand(
            73,
            "",
            ("polyproc: the cache folder POLYPROC_CACHE=%1$s is not writable: %1$s is not a folder;"
                    + " set it to a folder you can write to or unset it\n")
                .formatted(file)),
        run(Map.of("POLYPROC_CACHE", file.toString()), "polyproc", "-c", "pass"));
  }

  @Test
  void shouldTellOfASettingThatIsNoNumber() throws Exception {
    CompletedCommand outcome = run(Map.of("POLYPROC_STANDBY", "many"), "polyproc", "-c", "pass");
    assertEquals(2, outcome.status());
    assertTrue(outcome.errors().matches("polyproc: POLYPROC_STANDBY .*'many'\n"), outcome::errors);
  }

  @Test
  void shouldReportAnErrorOfItsOwnInOneLine() throws Exception {
    Map<String, String> broken =
        Map.of("POLYPROC_JAVA_OPTS", "-Dpolyproc.home=/none", "POLYPROC_DEBUG", "0");
    CompletedCommand outcome = run(broken, "polyproc", "-c", "pass");
    assertEquals(70, outcome.status());
    assertEquals(1, outcome.errors().lines().count(), outcome::errors);
    assertTrue(outcome.errors().startsWith("polyproc: internal error: "), outcome::errors);
  }

  @Test
  void shouldPrintItsVersion() throws Exception {
    CompletedCommand outcome = run("python", "-V");
    assertEquals(0, outcome.status());
    assertTrue(outcome.output().startsWith("Python " + Version.PYTHON + " (polyproc "));
  }

  @Test
  void shouldDiagnoseForAReader() throws Exception {
    CompletedCommand outcome = run("polyproc", "doctor");
    assertEquals(0, outcome.status(), outcome::toString);
    assertTrue(outcome.output().contains("POSIX backend    native\n"), outcome::output);
    assertEquals("", outcome.errors());
  }

  @Test
  void shouldDiagnoseForAProgram() throws Exception {
    CompletedCommand outcome = run("polyproc", "doctor", "--json");
    assertEquals(0, outcome.status(), outcome::toString);
    assertTrue(
        outcome
            .output()
            .contains("{\"level\": \"ok\", \"subject\": \"POSIX backend\", \"text\": \"native\"}"),
        outcome::output);
  }

  @Test
  void shouldFailToDiagnoseWhereProgramsCannotRun() throws Exception {
    CompletedCommand outcome = run(Map.of("POLYPROC_CACHE", "/dev/null"), "polyproc", "doctor");
    assertEquals(1, outcome.status());
    assertTrue(
        outcome.output().lines().anyMatch(line -> line.matches("!!  cache folder .*/dev/null.*")),
        outcome::output);
  }

  @Test
  void shouldEndByASignalThatTheJvmHandlesWithoutAWord() throws Exception {
    Files.writeString(
        folder.resolve("killed.py"),
        """
        import multiprocessing as mp, os, signal, time

        def wait(connection):
            connection.send("there")
            time.sleep(600)

        if __name__ == "__main__":
            for number in signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT:
                here, there = mp.Pipe()
                process = mp.Process(target=wait, args=(there,))
                process.start()
                here.recv()
                os.kill(process.pid, number)
                process.join()
                print(process.exitcode)
        """);
    assertEquals(new CompletedCommand(0, "-11\n-7\n-6\n", ""), run("polyproc", "killed.py"));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(), files.filter(file -> file.toString().contains("hs_err")).toList());
    }
  }

  @Test
  void shouldTellOfAResultThatCanBeNeitherSentNorShown() throws Exception {
    Files.writeString(
        folder.resolve("deep.py"),
        """
        import multiprocessing as mp
        from multiprocessing.pool import MaybeEncodingError

        def nested(depth):
            value = []
            for _ in range(depth):
                value = [value]
            return value

        if __name__ == "__main__":
            with mp.Pool(1) as pool:
                try:
                    pool.apply(nested, (100_000,))
                except MaybeEncodingError as e:
                    print("<list object" in e.value, "RecursionError" in e.exc)
                print(pool.apply(len, ([1, 2],)))
        """);
    assertEquals(new CompletedCommand(0, "True True\n2\n", ""), run("polyproc", "deep.py"));
  }

  @Test
  void shouldRaiseMemoryErrorWhereTheHeapIsFull() throws Exception {
    Files.writeString(
        folder.resolve("full.py"),
        """
        import multiprocessing as mp, os

        def fill(count):
            return len([0] * count), os.getpid()

        if __name__ == "__main__":
            with mp.Pool(1) as pool:
                count, pid = pool.apply(fill, (10,))
                try:
                    pool.apply(fill, (10 ** 9,))
                except MemoryError as e:
                    print(type(e).__name__)
                print(count, pool.apply(fill, (20,)) == (20, pid))
        """);
    assertEquals(
        new CompletedCommand(0, "MemoryError\n10 True\n", ""),
        run(Map.of("POLYPROC_JAVA_OPTS", "-Xmx400m"), "polyproc", "full.py"));
  }

  private CompletedCommand run(String launcher, String... arguments)
      throws IOException, InterruptedException {
    return run(Map.of(), launcher, arguments);
  }

  private CompletedCommand run(
      Map<String, String> environment, String launcher, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(BIN.resolve(launcher).toString()));
    command.addAll(List.of(arguments));
    return outcome(environment, command);
  }

  /** Runs a command of bash, in which {@code $0} is polyproc, with the usual actions of signals. */
  private CompletedCommand shell(String script, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("env", "--default-signal"));
    command.addAll(
        List.of("timeout", "--foreground", "-k", "1", Integer.toString(TIMEOUT_SECONDS)));
    command.addAll(List.of("bash", "-c", script, BIN.resolve("polyproc").toString()));
    command.addAll(List.of(arguments));
    return outcome(Map.of(), command);
  }

  private CompletedCommand outcome(Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path errors = Files.createTempFile(folder, "errors", null);
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectError(errors.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("POLYPROC_"));
    builder.environment().put("POLYPROC_IMAGE", "kept");
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS));
    return new CompletedCommand(process.exitValue(), output, Files.readString(errors));
  }
}
