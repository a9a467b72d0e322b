package io.polyproc.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedOutputTest {

  @TempDir Path folder;

  private Map<ConformanceProgram, ProgramRun> outcomes(String... printed) {
    Map<ConformanceProgram, ProgramRun> outcomes = new LinkedHashMap<>();
    Header header = Header.parse(List.of("# conformance: it works", "# variants: v0 v1 v2"));
    Path file = folder.resolve("name.py");
    for (int i = 0; i < printed.length; i++) {
      outcomes.put(
          new ConformanceProgram("area/name", file, file, header, "v" + i),
          new ProgramRun(printed[i], "", 0, Duration.ZERO, List.of()));
    }
    return outcomes;
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void shouldGiveAFileOfItsOwnToTheVariantThatDiffers() throws IOException {
    Map<ConformanceProgram, ProgramRun> outcomes = outcomes("same\n", "other\n", "same\n");
    RecordedOutput.write(outcomes);

    assertEquals(List.of("name.out", "name@v1.out"), files());
    assertEquals(
        List.of("same\n", "other\n", "same\n"),
        outcomes.keySet().stream().map(RecordedOutputTest::read).toList());
  }

  @Test
  void shouldRemoveWhatIsNoLongerNeeded() throws IOException {
    RecordedOutput.write(outcomes("same\n", "other\n", "same\n"));
    RecordedOutput.write(outcomes("", "", ""));

    assertEquals(List.of(), files());
  }

  @Test
  void shouldKeepAnEmptyFileForASilentVariant() throws IOException {
    Map<ConformanceProgram, ProgramRun> outcomes = outcomes("same\n", "", "same\n");
    RecordedOutput.write(outcomes);

    assertEquals(List.of("name.out", "name@v1.out"), files());
    assertEquals("", read(outcomes.keySet().stream().toList().get(1)));
  }

  private static String read(ConformanceProgram program) {
    try {
      return RecordedOutput.stdout(program);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
