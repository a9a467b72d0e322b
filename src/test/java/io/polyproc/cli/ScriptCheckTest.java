package io.polyproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The messages and statuses are CPython 3.12's. */
final class ScriptCheckTest {

  @TempDir Path folder;

  @BeforeEach
  void makeFiles() throws IOException {
    Files.writeString(folder.resolve("x.py"), "pass");
    Files.writeString(Files.createDirectory(folder.resolve("app")).resolve("__main__.py"), "");
    Files.createDirectory(folder.resolve("empty"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x.py", "./x.py", "app", "app/", "app/../x.py"})
  void shouldLetThroughWhatCanRun(String script) {
    assertEquals(Optional.empty(), check(script));
    assertEquals(Optional.empty(), check(folder + "/" + script));
  }

  @Test
  void shouldLetThroughAPipe() {
    assertEquals(Optional.empty(), check("/dev/null"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"y.py", "./y.py", "../y.py", "none/y.py"})
  void shouldNameTheWholePathOfAMissingFileAsItWasGiven(String script) {
    assertEquals(
        problem(
            ExitCode.USAGE,
            "can't open file '%s/%s': [Errno 2] No such file or directory"
                .formatted(folder, script)),
        check(script));
  }

  @Test
  void shouldTellOfAFileInThePlaceOfAFolder() {
    assertEquals(
        problem(
            ExitCode.USAGE,
            "can't open file '%s/x.py/y.py': [Errno 20] Not a directory".formatted(folder)),
        check("x.py/y.py"));
  }

  @Test
  void shouldTellOfANameThatIsTooLong() {
    String name = "a".repeat(300);
    assertEquals(
        problem(
            ExitCode.USAGE,
            "can't open file '%s/%s': [Errno 36] File name too long".formatted(folder, name)),
        check(name));
  }

  @Test
  void shouldTellOfAFileThatMayNotBeRead() {
    assumeFalse(System.getProperty("user.name").equals("root"), "root may read everything");
    assertEquals(true, folder.resolve("x.py").toFile().setReadable(false));
    assertEquals(
        problem(
            ExitCode.USAGE,
            "can't open file '%s/x.py': [Errno 13] Permission denied".formatted(folder)),
        check("x.py"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"empty", "empty/", "./empty"})
  void shouldTellOfAFolderWithoutMain(String script) {
    assertEquals(
        problem(
            ExitCode.FAILED, "can't find '__main__' module in '%s/%s'".formatted(folder, script)),
        check(script));
  }

  @Test
  void shouldTakeAnEmptyNameForTheWorkingDirectory() {
    assertEquals(
        problem(ExitCode.FAILED, "can't find '__main__' module in '%s'".formatted(folder)),
        check(""));
  }

  private Optional<Problem> check(String script) {
    return ScriptCheck.problem(script, folder.toString());
  }

  private static Optional<Problem> problem(ExitCode code, String message) {
    return Optional.of(new Problem(code, message));
  }
}
