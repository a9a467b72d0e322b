package io.polyproc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.polyproc.hotspot.ImageWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The workers of a Java program are restored from the image that was made ahead. */
@Timeout(900) // a worker takes minutes to boot on a machine that is busy enough
@NullUnmarked // a null fails the test anyhow
final class WorkerImageIT {
  private static final Path HOME = Path.of(System.getProperty("polyproc.home"));
  private static final Path BIN = Path.of(System.getProperty("java.home"), "bin");

  @TempDir private static Path folder;

  /** Run in a JVM of its own, as the cache folder is the environment's. */
  static final class Program {
    public static void main(String[] workerOptions) {
      PythonFunction tell =
          PythonFunction.ofSource(
              """
              import os, sys, java

              def tell(word):
                  print("printed", word)
                  twice = java.type("io.polyproc.WorkerImageIT$Twice").of(21)
                  return os.readlink("/proc/self/exe"), twice, os.environ["OF_THIS_PROGRAM"], os.getcwd()
              """,
              "tell");
      PythonFunction fork =
          PythonFunction.ofSource(
              """
              import multiprocessing

              def fork(x):
                  with multiprocessing.Pool(2) as pool:
                      return sum(pool.map(abs, range(-x, 0)))
              """,
              "fork");
      try (Polyproc polyproc =
              Polyproc.builder()
                  .environment("OF_THIS_PROGRAM", "here")
                  .cwd(Path.of("/"))
                  .workerOptions(workerOptions)
                  .build();
          PythonPool pool = polyproc.pool(2)) {
        System.out.println(pool.submit(List.class, tell, "in a worker").join());
        System.out.println(pool.submit(Long.class, fork, 4).join());
        try {
          System.out.println(pool.submit(Object.class, PythonFunction.of("os", "_exit"), 3).join());
        } catch (java.util.concurrent.CompletionException e) {
          System.out.println(e.getCause().getClass().getSimpleName());
        }
        System.out.println(pool.map(Long.class, fork, List.of(1, 2, 3)));
      }
    }
  }

  /** On the class path of the workers. */
  public static final class Twice {
    private Twice() {}

    public static int of(int number) {
      return 2 * number;
    }
  }

  @BeforeAll
  static void makeImageAhead() throws Exception {
    assumeTrue(ImageWriter.isSupported(), "no code to write an image on this system");
    assertEquals(
        "",
        run(Map.of(), HOME.resolve("bin/polyproc").toString(), "warm", "--quick")
            .replaceAll("^.*[.]img [(].* MiB[)]\n$", ""));
  }

  private static String run(Map<String, String> environment, String... command) throws Exception {
    Path errors = Files.createTempFile(folder, "errors", "");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    builder.environment().put("POLYPROC_CACHE", folder.resolve("cache").toString());
    builder.environment().remove("POLYPROC_IMAGE");
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output + Files.readString(errors));
    return output;
  }

  private static List<String> program(Map<String, String> environment, String... workerOptions)
      throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                BIN.resolve("java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dpolyproc.home=" + HOME,
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName()));
    command.addAll(List.of(workerOptions));
    return run(environment, command.toArray(String[]::new)).lines().toList();
  }

  private static void assertRan(String executable, List<String> lines) {
    // What a worker prints may come a little later.
    List<String> results = new ArrayList<>(lines);
    assertTrue(results.remove("printed in a worker"), lines::toString);
    assertTrue(results.getFirst().contains(executable + ", 42, here, /"), lines::toString);
    assertEquals(List.of("10", "WorkerLostException", "[1, 3, 6]"), results.subList(1, 4));
  }

  @Test
  void shouldRestoreWorkers() throws Exception {
    assertRan("/lib/restore", program(Map.of()));
  }

  @Test
  void shouldBootWorkersThatAreToBeOtherwise() throws Exception {
    assertRan("/runtime/bin/java", program(Map.of("POLYPROC_IMAGE", "off")));
    assertRan("/runtime/bin/java", program(Map.of(), "-Xmx600m"));
  }

  @Test
  void shouldBootWorkersThatTheImageDoesNotFit() throws Exception {
    assertRan("/runtime/bin/java", program(Map.of("LANG", "xx_XX")));
  }
}
