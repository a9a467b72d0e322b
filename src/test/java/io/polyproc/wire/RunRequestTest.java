package io.polyproc.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RunRequestTest {
  private static final RunRequest REQUEST =
      new RunRequest(
          "/opt/polyproc",
          List.of("-u", "-W", "error"),
          "/opt/polyproc/bin/python",
          List.of("code", "print('ü\0')"),
          List.of("", "a b"),
          "/tmp/ä",
          022,
          Map.of("NAME", "a=b\nc", "EMPTY", ""),
          List.of(1, 2),
          List.of(3, 63));

  @Test
  void shouldReadWhatWasWritten() throws IOException {
    assertEquals(REQUEST, RunRequest.decode(REQUEST.encode()));
  }

  @Test
  void shouldRefuseACutOrPaddedRequest() {
    byte[] bytes = REQUEST.encode();
    for (int length = 0; length <= bytes.length + 1; length++) {
      byte[] other = Arrays.copyOf(bytes, length);
      if (length != bytes.length) {
        assertThrows(IOException.class, () -> RunRequest.decode(other), "length " + length);
      }
    }
  }

  @Test
  void shouldRefuseOrReadDamageButNothingElse() {
    Random random = new Random(7);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = REQUEST.encode();
      for (int i = 0; i < 3; i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        RunRequest.decode(bytes);
      } catch (IOException e) {
        // As it should be.
      }
    }
  }

  @Test
  void shouldShowTheCommandLine() {
    assertEquals(
        List.of("-u", "-W", "error", "-c", "print('ü\0')", "", "a b"), REQUEST.commandLine());
  }
}
