package io.polyproc.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LineStreamTest {
  @Test
  void shouldHandLinesOn() throws IOException {
    List<String> lines = new ArrayList<>();
    try (LineStream stream = new LineStream(lines::add)) {
      stream.write("na\u00efve\r\n\nhalf".getBytes(StandardCharsets.UTF_8));
      assertEquals(List.of("na\u00efve", ""), lines);
      stream.write(" a line\nlast".getBytes(StandardCharsets.UTF_8));
    }
    assertEquals(List.of("na\u00efve", "", "half a line", "last"), lines);
  }
}
