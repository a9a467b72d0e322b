package io.polyproc.hotspot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In JVMs of their own: a fault in here would take the tests along. */
@Timeout(300)
final class JvmForkTest {
  @ParameterizedTest
  @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseG1GC", "-XX:TieredStopAtLevel=1"})
  void shouldLetEveryThreadGoOnInParentAndChild(String option)
      throws IOException, InterruptedException {
    assumeTrue(JvmFork.isSupported(), "no code to fork a JVM on this system");
    assertEquals(ForkingProgram.DONE, run(ForkingProgram.class, option, "25"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseG1GC", "-XX:TieredStopAtLevel=1"})
  void shouldLeaveTheThreadsOfTheProgramOut(String option)
      throws IOException, InterruptedException {
    assumeTrue(JvmFork.isSupported(), "no code to fork a JVM on this system");
    assertEquals(ProgramForkingProgram.DONE, run(ProgramForkingProgram.class, option, "10"));
  }

  /**
   * What is known of the JVM's objects holds for this one: another version may need another look.
   */
  @Test
  void shouldKnowTheLayoutOfThisJvm() {
    assumeTrue(JvmFork.isSupported(), "no code to fork a JVM on this system");
    assertNull(JvmFork.whyNoProgramCanBeForked());
  }

  private static String run(Class<?> program, String option, String forks)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:-UsePerfData",
                option,
                "-cp",
                System.getProperty("java.class.path"),
                program.getName(),
                forks));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertEquals(0, process.waitFor(), output);
    return output;
  }
}
