package io.polyproc.hotspot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ResumptionTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "plain", "föö", "\uD83D\uDE00 smile"})
  void shouldReadTextAsItIs(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertEquals(text, Resumption.decode(bytes));
    assertArrayEquals(bytes, Resumption.encode(text));
  }

  @Test
  void shouldKeepBytesThatAreNoText() {
    byte[] bytes = {'a', (byte) 0xff, (byte) 0xc3, 'b', (byte) 0xc3, (byte) 0xb6, (byte) 0xe2};
    String text = Resumption.decode(bytes);
    assertEquals("a\uDCFF\uDCC3bö\uDCE2", text);
    assertArrayEquals(bytes, Resumption.encode(text));
  }
}
