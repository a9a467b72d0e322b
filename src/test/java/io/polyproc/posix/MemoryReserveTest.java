package io.polyproc.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class MemoryReserveTest {

  @Test
  void shouldAllowAProcessWhileThereIsEnough() {
    assertNull(new MemoryReserve(256, () -> 256L << 20).objection());
  }

  @Test
  void shouldNameTheFigureAndTheSetting() {
    assertEquals(
        "only 255 MB of memory are available, and 256 MB must be for another process to start;"
            + " POLYPROC_MEMORY_RESERVE sets that",
        new MemoryReserve(256, () -> 255L << 20).objection());
  }

  @Test
  void shouldBeSet() {
    assertEquals(0, MemoryReserve.of(Map.of("POLYPROC_MEMORY_RESERVE", "0")).megabytes());
    assertEquals(256, MemoryReserve.of(Map.of()).megabytes());
    assertThrows(
        IllegalArgumentException.class,
        () -> MemoryReserve.of(Map.of("POLYPROC_MEMORY_RESERVE", "much")));
  }
}
