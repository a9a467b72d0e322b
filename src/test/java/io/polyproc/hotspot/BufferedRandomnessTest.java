package io.polyproc.hotspot;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

final class BufferedRandomnessTest {

  @Test
  void shouldKnowTheRandomSourcesOfThisJdk() {
    new SecureRandom().nextBytes(new byte[1]);
    assertTrue(BufferedRandomness.tryForget());
  }

  @Test
  void shouldLeaveAWorkingSource() {
    byte[] bytes = new byte[1000];
    BufferedRandomness.forget();
    new SecureRandom().nextBytes(bytes);
    BufferedRandomness.useUp();
    long different =
        java.util.stream.IntStream.range(0, 1000).map(i -> bytes[i]).distinct().count();
    assertTrue(different > 200, "different bytes: " + different);
  }
}
