package io.polyproc.value;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What {@code textwrap.dedent} of CPython 3.12 makes of these; a dot is a space, an arrow a tab.
 */
final class DedentTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'a\\n..b\\n'|'a\\n..b\\n'",
        "'..a\\n....b\\n'|'a\\n..b\\n'",
        "'....a\\n..b\\n'|'..a\\nb\\n'",
        "'\\n..a\\n\\n..b'|'\\na\\n\\nb'",
        "'..a\\n.\\n......\\n..b\\n'|'a\\n\\n\\nb\\n'",
        "'>a\\n>>b\\n'|'a\\n>b\\n'",
        "'>a\\n..b\\n'|'>a\\n..b\\n'",
        "'..>a\\n...b\\n'|'>a\\n.b\\n'",
        "'..\"\"\"a\\nb\"\"\"\\n'|'..\"\"\"a\\nb\"\"\"\\n'",
        "'..a\\r\\n....b\\r\\n\\r\\n'|'a\\r\\n..b\\r\\n\\r\\n'",
        "'..#.ä\\n..a'|'#.ä\\na'",
        "''|''",
      })
  void shouldRemoveWhatAllLinesBeginWith(String text, String expected) {
    assertEquals(plain(expected), Dedent.dedent(plain(text)));
  }

  private static String plain(String text) {
    return text.replace('.', ' ').replace('>', '\t').replace("\\n", "\n").replace("\\r", "\r");
  }
}
