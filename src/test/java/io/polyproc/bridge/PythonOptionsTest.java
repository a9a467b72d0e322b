package io.polyproc.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

final class PythonOptionsTest {

  @Test
  void shouldReadBackEveryOption() {
    PythonOptions all =
        new PythonOptions(
            2,
            true,
            List.of("error", "-E"),
            List.of("dev"),
            true,
            true,
            true,
            true,
            true,
            true,
            true,
            true,
            true,
            "always");
    assertEquals(all, PythonOptions.fromArguments(all.toArguments()));
    assertEquals(
        PythonOptions.DEFAULT, PythonOptions.fromArguments(PythonOptions.DEFAULT.toArguments()));
  }

  @Test
  void shouldRefuseWhatItDidNotWrite() {
    assertThrows(IllegalArgumentException.class, () -> PythonOptions.fromArguments(List.of("-Bs")));
  }
}
