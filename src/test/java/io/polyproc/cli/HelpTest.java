package io.polyproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class HelpTest {

  @Test
  void shouldBeginWithTheLineThatComplaintsEndWith() {
    for (CommandName name : CommandName.values()) {
      assertTrue(Help.text(name).startsWith(name.usage() + "\n"), () -> Help.text(name));
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldTellEveryExitStatus(ExitCode code) {
    for (CommandName name : CommandName.values()) {
      assertTrue(
          Help.text(name)
              .lines()
              .anyMatch(
                  line -> line.matches(" *%d +\\Q%s\\E".formatted(code.status(), code.meaning()))),
          code::meaning);
    }
  }

  @Test
  void shouldTellOfSubcommandsOnlyWhereThereAreAny() {
    assertTrue(Help.text(CommandName.POLYPROC).contains("doctor"));
    assertFalse(
        Help.text(CommandName.PYTHON).lines().anyMatch(line -> line.startsWith("  doctor")));
  }

  @Test
  void shouldFitATerminal() {
    for (CommandName name : CommandName.values()) {
      List<String> tooLong = Help.text(name).lines().filter(line -> line.length() > 80).toList();
      assertEquals(List.of(), tooLong);
      List<String> wrapped =
          Help.text(name)
              .lines()
              .filter(line -> line.matches("[a-z-].*") && !line.startsWith("usage: "))
              .toList();
      assertEquals(List.of(), wrapped);
    }
  }
}
