package io.polyproc.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class StandbyKeyTest {
  private static StandbyKey key(String name, String value) {
    return StandbyKey.of(List.of(), "/bin/python", Map.of(name, value));
  }

  @Test
  void shouldTellProgramsApartByWhatAWorkerBootsWith() {
    assertNotEquals(key("PYTHONPATH", "/a"), key("PYTHONPATH", "/b"));
    assertNotEquals(key("LC_ALL", "C"), key("LC_ALL", "C.UTF-8"));
    assertNotEquals(
        StandbyKey.of(List.of("-O"), "/bin/python", Map.of()),
        StandbyKey.of(List.of(), "/bin/python", Map.of()));
    assertNotEquals(
        StandbyKey.of(List.of(), "/env/bin/python", Map.of()),
        StandbyKey.of(List.of(), "/bin/python", Map.of()));
  }

  @Test
  void shouldNotTellThemApartByTheRest() {
    assertEquals(key("PWD", "/a"), key("TERM", "dumb"));
  }

  @Test
  void shouldReadTheIdleTime() {
    assertEquals(Duration.ofMinutes(10), Settings.idle(Map.of()));
    assertEquals(Duration.ofSeconds(3), Settings.idle(Map.of(Settings.IDLE, "3")));
    assertThrows(
        IllegalArgumentException.class, () -> Settings.idle(Map.of(Settings.IDLE, "soon")));
  }
}
