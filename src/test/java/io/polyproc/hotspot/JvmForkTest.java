package io.polyproc.hotspot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
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
  private static final int SMALLEST_CODE = 1000;

  @Test
  void shouldReadTheWholeListing() {
    byte[] code = JvmFork.listing();
    assertTrue(code.length > SMALLEST_CODE && code.length < 0x2000, "bytes: " + code.length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-XX:+UseSerialGC", "-XX:+UseG1GC", "-XX:TieredStopAtLevel=1"})
  void shouldLetEveryThreadGoOnInParentAndChild(String option)
      throws IOException, InterruptedException {
    assumeTrue(JvmFork.isSupported(), "no code to fork a JVM on this system");
    assertEquals(ForkingProgram.DONE, run(option, "25"));
  }

  private static String run(String option, String forks) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:-UsePerfData",
                option,
                "-cp",
                System.getProperty("java.class.path"),
                ForkingProgram.class.getName(),
                forks));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertEquals(0, process.waitFor(), output);
    return output;
  }
}
