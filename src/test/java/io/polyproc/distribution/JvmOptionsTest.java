package io.polyproc.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JvmOptionsTest {

  private static final List<String> SOURCE =
      List.of("# a comment", "", "-Xone", "jit:-Xjit", "-Dhome=@HOME@/lib", "-Dcolon:in=value");

  @TempDir Path folder;

  @Test
  void shouldSelectWhatCountsInItsOrder() {
    assertEquals(
        List.of("-Xone", "-Xjit", "-Dhome=@HOME@/lib", "-Dcolon:in=value"),
        JvmOptions.select(SOURCE, true));
  }

  @Test
  void shouldLeaveOutTheCompilersOptionsWithoutARuntimeImage() {
    assertEquals(
        List.of("-Xone", "-Dhome=@HOME@/lib", "-Dcolon:in=value"),
        JvmOptions.select(SOURCE, false));
  }

  @Test
  void shouldNameTheFolderInWhichTheDistributionIs() throws IOException {
    Path file = Files.write(folder.resolve("jvm.options"), List.of("-Dhome=@HOME@/lib"));
    assertEquals(List.of("-Dhome=/opt/a b/lib"), JvmOptions.read(file, Path.of("/opt/a b")));
  }
}
