package io.polyproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.Language;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VersionTest {

  @Test
  void shouldBeThatOfTheBuild() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));

    assertTrue(
        pom.contains(
            "<artifactId>polyproc</artifactId>\n  <version>" + Version.POLYPROC + "</version>"));
    assertTrue(pom.contains("<graalpy.version>" + Version.GRAALPY + "</graalpy.version>"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "maven-plugin/pom.xml",
        "spring-boot-starter/pom.xml",
        "samples/graalpy/pom.xml",
        "samples/java/pom.xml",
        "samples/modules/pom.xml",
        "samples/spring-boot/pom.xml",
        "docs/embedding.md"
      })
  void shouldBeThatOfAllParts(String file) throws IOException {
    String text = Files.readString(Path.of(file));
    assertTrue(text.contains("ersion>" + Version.POLYPROC + "</"), file);
  }

  @Test
  void shouldBeThatOfGraalPy() {
    try (Engine engine =
        Engine.newBuilder("python").option("engine.WarnInterpreterOnly", "false").build()) {
      Language python = Objects.requireNonNull(engine.getLanguages().get("python"));

      assertEquals(Version.PYTHON, python.getVersion());
    }
  }

  @Test
  void shouldBeginAsCPythonsForToolsThatReadIt() {
    assertTrue(Version.line().startsWith("Python " + Version.PYTHON + " "), Version::line);
    assertTrue(Version.details().startsWith(Version.line()), Version::details);
  }
}
