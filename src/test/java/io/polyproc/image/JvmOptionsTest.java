package io.polyproc.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class JvmOptionsTest {

  private static final Path HOME = Path.of("/opt/a b");

  private static final JvmOptions OPTIONS =
      JvmOptions.parse(
          List.of(
              "# a comment",
              "",
              "-Xone",
              "jit:-Xjit",
              "interpreted:-Xslow",
              "aot:-XX:AOTCache=@HOME@/lib/polyproc.aot",
              "-Dcolon:in=value"));

  @Test
  void shouldLeaveOutCommentsAndEmptyLines() {
    assertEquals(List.of("-Xone", "-Dcolon:in=value"), OPTIONS.select(HOME, Set.of()));
  }

  @Test
  void shouldKeepTheOrderOfTheLinesThatCount() {
    assertEquals(
        List.of("-Xone", "-Xjit", "-XX:AOTCache=/opt/a b/lib/polyproc.aot", "-Dcolon:in=value"),
        OPTIONS.select(HOME, EnumSet.of(JvmOptions.Condition.JIT, JvmOptions.Condition.AOT)));
  }

  @Test
  void shouldSelectThePlainJdksLinesWithoutAnImage() {
    assertEquals(
        List.of("-Xone", "-Xslow", "-Dcolon:in=value"),
        OPTIONS.select(HOME, EnumSet.of(JvmOptions.Condition.INTERPRETED)));
  }
}
