package io.polyproc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers that can't start are an exception for the caller that waits for them. */
@Timeout(300) // each of these waited for ever
@NullUnmarked // a null fails the test anyhow
final class BootFailureIT {
  private static final PythonFunction INT = PythonFunction.of("builtins", "int");
  private static final Path BIN = Path.of(System.getProperty("java.home"), "bin");

  private static Polyproc unbootable(int standby) {
    return Polyproc.builder().standby(standby).workerOptions("-XX:NoSuchFlag").build();
  }

  private static void assertSaysWhy(Throwable failure) {
    assertInstanceOf(IllegalStateException.class, failure);
    assertTrue(
        failure.getMessage().startsWith("workers can't start: Unrecognized VM option 'NoSuchFlag'"),
        failure::getMessage);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void shouldFailTheTasksOfAPool(int standby) {
    try (Polyproc polyproc = unbootable(standby);
        PythonPool pool = polyproc.pool(2)) {
      ExecutionException e =
          assertThrows(
              ExecutionException.class,
              () -> pool.submit(Long.class, INT, "7").get(120, TimeUnit.SECONDS));
      assertSaysWhy(e.getCause());
      assertSaysWhy(
          assertThrows(
              IllegalStateException.class,
              () -> pool.map(Long.class, INT, List.of("1", "2", "3", "4"))));
    }
  }

  @Test
  void shouldRefuseToStartAProcessAfterThree() throws Exception {
    try (Polyproc polyproc = unbootable(0)) {
      for (int i = 0; i < 3; i++) {
        PythonProcess process = polyproc.process(INT, "7").start();
        process.join();
        assertEquals(OptionalInt.of(1), process.exitCode());
      }
      assertSaysWhy(
          assertThrows(IllegalStateException.class, () -> polyproc.process(INT, "7").start()));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void shouldNotBecomeReady(int standby) {
    try (Polyproc polyproc = unbootable(standby)) {
      assertSaysWhy(
          assertThrows(
              IllegalStateException.class, () -> polyproc.awaitReady(Duration.ofMinutes(2))));
      assertSaysWhy(assertThrows(IllegalStateException.class, polyproc::manager));
    }
  }

  @Test
  void shouldBecomeReady() throws Exception {
    try (Polyproc polyproc = Polyproc.builder().standby(0).build()) {
      TimeoutException e =
          assertThrows(TimeoutException.class, () -> polyproc.awaitReady(Duration.ofMillis(1)));
      assertEquals("no worker was ready within 0.001 s", e.getMessage());
      polyproc.awaitReady(Duration.ofMinutes(4));
    }
  }

  @Test
  void shouldSayThatMemoryIsShort() {
    try (Polyproc polyproc =
            Polyproc.builder()
                .standby(0)
                .environment("POLYPROC_MEMORY_RESERVE", "100000000")
                .build();
        PythonPool pool = polyproc.pool(1)) {
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> pool.map(Long.class, INT, List.of("7")));
      assertTrue(e.getMessage().startsWith("workers can't start: only "), e::getMessage);
    }
  }

  /**
   * Numbers of open files: too few for any worker, then so few that something else is refused, and
   * then about as many as are needed, which depends on the machine.
   */
  @ParameterizedTest
  @CsvSource({"200, 1000", "500, 5", "500, 12", "500, 17"})
  void shouldSayThatNoFileCanBeOpened(int limit, int spare, @TempDir Path folder) throws Exception {
    Path source =
        Files.writeString(
            folder.resolve("Greedy.java"),
            """
            import io.polyproc.*;
            import java.io.*;
            import java.util.*;

            class Greedy {
              static void main(String[] spare) throws Exception {
                try (Polyproc polyproc = Polyproc.builder().standby(0).build()) {
                  Deque<InputStream> files = new ArrayDeque<>();
                  try {
                    while (files.size() < 1000) {
                      files.add(new FileInputStream("/dev/null"));
                    }
                  } catch (FileNotFoundException e) {
                    // The limit.
                  }
                  for (int i = Integer.parseInt(spare[0]); i > 0 && !files.isEmpty(); i--) {
                    files.remove().close();
                  }
                  try (PythonPool pool = polyproc.pool(2)) {
                    pool.map(Long.class, PythonFunction.of("builtins", "int"), List.of("7"));
                    System.out.println("enough");
                  }
                } catch (IllegalStateException e) {
                  System.out.println(e.getMessage());
                }
              }
            }
            """);
    String java =
        "ulimit -n %d && exec '%s' --enable-native-access=ALL-UNNAMED -cp '%s' %s %d"
            .formatted(limit, BIN.resolve("java"), classPath(), source, spare);
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", java);
    builder.environment().put("POLYPROC_HOME", System.getProperty("polyproc.home"));
    Process process =
        builder.directory(folder.toFile()).redirectError(folder.resolve("errors").toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertTrue(
        output.startsWith("workers can't start: ") || (spare == 17 && output.equals("enough\n")),
        () -> "printed: " + output);
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }
}
