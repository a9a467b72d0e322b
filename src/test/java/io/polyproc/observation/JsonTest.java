package io.polyproc.observation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {

  @Test
  void shouldReadWhatItWrites() {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("text", "a \"b\" \\ \n \ud800 ü 😀");
    value.put("numbers", Arrays.asList(0L, -12L, 1.5, 123456789012L));
    value.put("others", Arrays.asList(true, false, null, List.of(), Map.of()));

    assertEquals(value, Json.parse(Json.write(value)));
  }

  @Test
  void shouldReadWhatOthersWrite() {
    assertEquals(
        Map.of("a", List.of(1L, 1000.0, "é/\t")),
        Json.parse(" { \"a\" : [ 1 , 1e3 , \"\\u00e9\\/\\t\" ] }\n"));
  }

  @Test
  void shouldWriteOneLine() {
    assertEquals("[\"\\u000a\",null,2]", Json.write(Arrays.asList("\n", Double.NaN, 2)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[1,",
        "[1 2]",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "tru",
        "{1:2}",
        "1 1",
        "-"
      })
  void shouldRefuseWhatIsNotJson(String text) {
    assertThrows(IllegalArgumentException.class, () -> Json.parse(text));
  }

  @Test
  void shouldRefuseWhatIsNestedTooDeeply() {
    assertThrows(IllegalArgumentException.class, () -> Json.parse("[".repeat(100_000)));
  }

  @Test
  void shouldRefuseOtherClasses() {
    assertThrows(IllegalArgumentException.class, () -> Json.write(new Object()));
  }
}
