package io.polyproc.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BuildPropertiesTest {

  @TempDir Path folder;

  @Test
  void shouldReadBackWhatItWrote() throws IOException {
    Path file = folder.resolve("lib/image.properties");
    BuildProperties written = BuildProperties.read(file);
    written.on(BuildProperties.JIT);
    written.off(BuildProperties.AOT, "exit status 1:\n no space = none");
    written.put(BuildProperties.AOT_HOME, "/a b\\c:d");
    written.putFingerprint("runtime", "12ab");
    written.write(file);

    BuildProperties read = BuildProperties.read(file);
    assertTrue(read.isOn(BuildProperties.JIT));
    assertFalse(read.isOn(BuildProperties.AOT));
    assertTrue(read.hasFingerprint("runtime", "12ab"));
    assertEquals("exit status 1: no space = none", read.toProperties().get("aot.reason"));
    assertEquals("/a b\\c:d", read.toProperties().get("aot.home"));
  }

  @Test
  void shouldForgetTheReasonOnceAFeatureIsOn() throws IOException {
    BuildProperties properties = BuildProperties.read(folder.resolve("none"));
    properties.off(BuildProperties.JIT, "no jlink");
    properties.on(BuildProperties.JIT);
    assertEquals("{jit=on}", properties.toProperties().toString());
  }

  @Test
  void shouldNotTouchAFileThatSaysTheSame() throws IOException {
    Path file = folder.resolve("image.properties");
    Files.write(file, List.of("jit=on"));
    Object before = Files.readAttributes(file, "unix:ino").get("ino");
    BuildProperties.read(file).write(file);
    assertEquals(before, Files.readAttributes(file, "unix:ino").get("ino"));
  }
}
