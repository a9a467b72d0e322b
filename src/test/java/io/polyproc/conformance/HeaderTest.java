package io.polyproc.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HeaderTest {

  private static final String FIRST = "# conformance: it works";

  private static Header parse(String... lines) {
    return Header.parse(List.of(lines));
  }

  @Test
  void shouldTakeAFileWithoutTheFirstLineForAModule() {
    assertFalse(Header.opens(List.of("import os")));
    assertFalse(Header.opens(List.of()));
    assertTrue(Header.opens(List.of(FIRST)));
  }

  @Test
  void shouldRunOnceAndExpectSilenceByDefault() {
    Header header = parse(FIRST, "import os", "# exit: 3");

    assertEquals("it works", header.promise());
    assertEquals(List.of(""), header.variants());
    assertEquals(0, header.exit(""));
    assertEquals(new StderrRule.Empty(), header.stderr());
    assertEquals(Optional.empty(), header.run());
  }

  @Test
  void shouldReadWhatMayDiffer() {
    Header header =
        parse(FIRST, "# compare: sorted pids", "# mask: a+ => b", "# timeout: 5", "# within: 2");

    assertEquals(Set.of(Mask.SORTED, Mask.PIDS), header.masks());
    assertEquals("cb\nb", header.replacements().getFirst().apply("caa\na"));
    assertEquals(Duration.ofSeconds(5), header.timeout());
    assertEquals(Optional.of(Duration.ofSeconds(2)), header.within());
  }

  @Test
  void shouldReadTheCommandLine() {
    Header header =
        parse(
            FIRST,
            "# options: -O -X a=b",
            "# run: -c {source}",
            "# args: one \"two words\" \"\"",
            "# stdin: a\\nb",
            "# env: NAME=a=b");

    assertEquals(List.of("-O", "-X", "a=b"), header.options());
    assertEquals(Optional.of(List.of("-c", Header.SOURCE)), header.run());
    assertEquals(List.of("one", "two words", ""), header.arguments());
    assertEquals(Optional.of("a\nb"), header.stdin());
    assertEquals(Map.of("NAME", "a=b"), header.environment());
  }

  @Test
  void shouldTellAnEmptyCommandLineFromTheScriptsOwn() {
    assertEquals(Optional.of(List.of()), parse(FIRST, "# run:").run());
  }

  @Test
  void shouldReadAnExitStatusForEachVariant() {
    Header header = parse(FIRST, "# variants: a b", "# exit: a=2 1");

    assertEquals(List.of("a", "b"), header.variants());
    assertEquals(2, header.exit("a"));
    assertEquals(1, header.exit("b"));
  }

  @Test
  void shouldCollectWhatStderrContains() {
    Header header = parse(FIRST, "# stderr: contains one", "# stderr: contains two words");

    assertEquals(new StderrRule.Contains(List.of("one", "two words")), header.stderr());
  }

  @Test
  void shouldReadASignal() {
    assertEquals(
        Optional.of(new SignalRule("INT", true, "all ready")),
        parse(FIRST, "# signal: INT to group after \"all ready\"").signal());
  }

  @Test
  void shouldRefuseWhatItDoesNotKnow() {
    assertThrows(IllegalArgumentException.class, () -> parse(FIRST, "# colour: red"));
    assertThrows(IllegalArgumentException.class, () -> parse(FIRST, "# compare: colours"));
    assertThrows(IllegalArgumentException.class, () -> parse(FIRST, "# stderr: some"));
    assertThrows(IllegalArgumentException.class, () -> parse(FIRST, "# signal: INT"));
    assertThrows(IllegalArgumentException.class, () -> parse(FIRST, "# mask: a"));
    assertThrows(IllegalArgumentException.class, () -> parse("print()"));
  }
}
