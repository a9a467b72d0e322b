package io.polyproc.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RunRequestTest {
  @Test
  void shouldShowTheCommandLine() {
    assertEquals(
        List.of("-u", "-W", "error", "-c", "print('ü\0')", "", "a b"),
        request("code", "print('ü\0')", "", "a b").commandLine());
    assertEquals(List.of("-u", "-W", "error", "-m", "m"), request("module", "m").commandLine());
    assertEquals(List.of("-u", "-W", "error"), request("stdin", "").commandLine());
  }

  private static RunRequest request(String kind, String what, String... arguments) {
    return new RunRequest(
        List.of("-u", "-W", "error"),
        kind,
        what,
        List.of(arguments),
        "/tmp",
        022,
        Map.of(),
        List.of(),
        List.of(),
        Recording.NONE);
  }
}
