package io.polyproc.observation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JavaCommandLineTest {
  @ParameterizedTest
  @CsvSource({
    "java -Xmx1g -cp a:b com.example.Main one, com.example.Main one",
    "/opt/jdk/bin/java --module-path lib -m app/com.example.Main, app/com.example.Main",
    "java -jar server.jar --port 1, server.jar --port 1",
    "java Main.java, Main.java",
    "launcher, launcher"
  })
  void shouldNameAJavaProgramByWhatItRuns(String commandLine, String title) {
    assertEquals(title, JavaCommandLine.title(commandLine.replace(' ', '\0') + '\0'));
  }
}
