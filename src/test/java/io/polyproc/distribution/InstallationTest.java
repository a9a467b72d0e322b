package io.polyproc.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InstallationTest {

  @TempDir Path home;

  @BeforeEach
  void makeADistribution() throws IOException {
    Files.createDirectories(home.resolve("lib"));
    Files.write(home.resolve("lib/jvm.options"), List.of("-Xone", "-Dhome=@HOME@"));
  }

  @Test
  void shouldRunOnThisJdkWithoutARuntimeImage() {
    assertEquals(
        List.of(System.getProperty("java.home") + "/bin/java", "-Xone", "-Dhome=" + home),
        Installation.of(home).javaCommand());
  }

  @Test
  void shouldRunOnItsRuntimeImage() throws IOException {
    Path java = Files.createDirectories(home.resolve("runtime/bin")).resolve("java");
    Files.createFile(java);
    assertTrue(java.toFile().setExecutable(true));
    assertEquals(
        List.of(java.toString(), "-Xone", "-Dhome=" + home), Installation.of(home).javaCommand());
  }

  @Test
  void shouldUseAnAotCacheThatWasMadeHere() throws IOException {
    Path cache = makeAotCache();
    describe("aot=on", "aot.home=" + home);
    assertEquals(Optional.of(cache), Installation.of(home).aotCache());
    assertTrue(
        Installation.of(home).javaCommand().contains("-XX:AOTCache=" + home + "/lib/polyproc.aot"));
  }

  @Test
  void shouldNotUseAnAotCacheThatWasMovedHere() throws IOException {
    makeAotCache();
    describe("aot=on", "aot.home=/elsewhere");
    assertEquals(Optional.empty(), Installation.of(home).aotCache());
    assertFalse(
        Installation.of(home).javaCommand().contains("-XX:AOTCache=" + home + "/lib/polyproc.aot"));
  }

  @Test
  void shouldNotUseAnAotCacheThatIsGone() throws IOException {
    describe("aot=on", "aot.home=" + home);
    assertEquals(Optional.empty(), Installation.of(home).aotCache());
  }

  @Test
  void shouldNotUseAnAotCacheThatWasChangedSinceItWasMade() throws IOException {
    Path cache = makeAotCache();
    describe("aot=on", "aot.home=" + home);
    Files.setLastModifiedTime(
        cache, FileTime.fromMillis(System.currentTimeMillis() + Duration.ofMinutes(1).toMillis()));
    assertEquals(Optional.empty(), Installation.of(home).aotCache());
    assertFalse(
        Installation.of(home).javaCommand().contains("-XX:AOTCache=" + home + "/lib/polyproc.aot"));
  }

  private Path makeAotCache() throws IOException {
    return Files.createFile(home.resolve("lib/polyproc.aot"));
  }

  private void describe(String... lines) throws IOException {
    Files.write(home.resolve("lib/image.properties"), List.of(lines));
  }
}
