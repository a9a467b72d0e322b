package io.polyproc.hotspot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine code that is checked in is what its source compiles to. */
final class ForkCodeTest {
  private static final Path LISTING =
      Path.of("src", "main", "resources", "io", "polyproc", "hotspot", "fork-x86_64.lst");

  @TempDir private Path folder;

  @Test
  void shouldBeWhatItsSourceCompilesTo() throws IOException, InterruptedException {
    List<String> checkedIn = Files.readAllLines(LISTING, StandardCharsets.US_ASCII);
    String compiler = checkedIn.get(1);
    assumeTrue(
        compiler.equals("# " + firstLine("gcc", "--version")),
        "this machine does not have the compiler that made it: " + compiler);
    Path made = folder.resolve("made.lst");
    Process build =
        new ProcessBuilder("sh", "src/main/native/build.sh", made.toString()).inheritIO().start();
    assertEquals(0, build.waitFor());
    assertEquals(checkedIn, Files.readAllLines(made, StandardCharsets.US_ASCII));
  }

  private static String firstLine(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return output.lines().findFirst().orElse("");
    } catch (IOException e) {
      return "no " + command[0];
    }
  }
}
