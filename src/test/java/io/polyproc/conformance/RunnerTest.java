package io.polyproc.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs shell scripts in the place of Python programs: what the runner does is the same. */
class RunnerTest {

  @TempDir Path folder;

  private ProgramRun run(String script, String... header) throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>(List.of("# conformance: it works"));
    lines.addAll(List.of(header));
    Path file = folder.resolve("name.py");
    Files.writeString(file, String.join("\n", lines) + "\n" + script);
    ConformanceProgram program =
        new ConformanceProgram("area/name", file, file, Header.parse(lines), "");
    return new Runner(new Interpreter("shell", List.of("sh"))).run(program);
  }

  @Test
  void shouldSeeOutputErrorsAndStatus() throws IOException, InterruptedException {
    ProgramRun outcome = run("echo out; echo err >&2; exit 3");

    assertEquals("out\n", outcome.stdout());
    assertEquals("err\n", outcome.stderr());
    assertEquals(3, outcome.exit());
    assertEquals(List.of(), outcome.troubles());
  }

  @Test
  void shouldGiveInputArgumentsAndEnvironment() throws IOException, InterruptedException {
    ProgramRun outcome =
        run("cat; echo \"$1/$2/$V\"", "# stdin: in\\n", "# args: a \"b c\"", "# env: V=x");

    assertEquals("in\na/b c/x\n", outcome.stdout());
  }

  @Test
  void shouldRunInACopyOfTheFolderAndHideItsPath() throws IOException, InterruptedException {
    ProgramRun outcome = run("pwd; echo $TMPDIR; touch new-file");

    assertEquals("<work>\n<tmp>\n", outcome.stdout());
    assertTrue(Files.notExists(folder.resolve("new-file")));
  }

  @Test
  void shouldSendTheSignalAfterTheLine() throws IOException, InterruptedException {
    ProgramRun outcome =
        run(
            "trap 'echo caught; exit 4' INT; echo ready; while :; do sleep 0.05; done",
            "# signal: INT to main after \"ready\"");

    assertEquals("ready\ncaught\n", outcome.stdout());
    assertEquals(4, outcome.exit());
  }

  @Test
  void shouldCloseTheOutputAfterTheLinesItReads() throws IOException, InterruptedException {
    ProgramRun outcome = run("while echo line; do :; done 2>&-; exit 5", "# lines-read: 2");

    assertEquals("line\nline\n", outcome.stdout());
    assertEquals(141, outcome.exit());
  }

  @Test
  void shouldReportAndKillWhatHangs() throws IOException, InterruptedException {
    ProgramRun outcome = run("echo before; sleep 60", "# timeout: 1");

    assertEquals("before\n", outcome.stdout());
    assertTrue(outcome.troubles().getFirst().startsWith("still runs after 1 s"));
    assertTrue(outcome.troubles().stream().anyMatch(trouble -> trouble.contains("sleep 60")));
  }

  @Test
  void shouldReportProcessesAndFilesThatAreLeft() throws IOException, InterruptedException {
    ProgramRun outcome = run("touch $TMPDIR/left; sleep 61 >/dev/null 2>&1 & exit 0");

    assertTrue(
        outcome.troubles().stream().anyMatch(trouble -> trouble.contains("sleep 61")),
        outcome::toString);
    assertTrue(
        outcome.troubles().stream().anyMatch(trouble -> trouble.endsWith("/left")),
        outcome::toString);
  }
}
