package io.polyproc.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The unit tests of the Python side, which no program can see. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShimUnitIT {
  private static final Path FOLDER = Path.of("tests-py", "unit");

  /** All that are there. */
  private static Stream<String> tests() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith("_test.py"))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("tests")
  void shouldPass(String tests) throws IOException, InterruptedException {
    run(Interpreter.polyproc(), tests);
  }

  /** What a snapshot holds: all the same to any Python, and CPython is the quickest. */
  @Test
  void shouldTakeSnapshots() throws IOException, InterruptedException {
    Optional<Interpreter> cpython = CPythonFinder.find();
    assumeTrue(cpython.isPresent(), "no CPython 3.12 found; see CPythonFinder");
    run(cpython.orElseThrow(), "-m", "unittest");
  }

  private static void run(Interpreter interpreter, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        Stream.concat(interpreter.command().stream(), Stream.of(arguments)).toList();
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(FOLDER.toFile()).redirectErrorStream(true);
    builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), output);
  }
}
