package io.polyproc.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImagePropertiesTest {

  @TempDir Path folder;

  @Test
  void shouldReadBackWhatItWrote() throws IOException {
    Path file = folder.resolve("lib/image.properties");
    ImageProperties written = ImageProperties.read(file);
    written.on(ImageProperties.JIT);
    written.off(ImageProperties.AOT, "exit status 1:\n no space = none");
    written.put(ImageProperties.AOT_HOME, "/a b\\c:d");
    written.putFingerprint("runtime", "12ab");
    written.write(file);

    ImageProperties read = ImageProperties.read(file);
    assertTrue(read.isOn(ImageProperties.JIT));
    assertFalse(read.isOn(ImageProperties.AOT));
    assertTrue(read.hasFingerprint("runtime", "12ab"));
    assertEquals("exit status 1: no space = none", read.toProperties().get("aot.reason"));
    assertEquals("/a b\\c:d", read.toProperties().get("aot.home"));
  }

  @Test
  void shouldForgetTheReasonOnceAFeatureIsOn() throws IOException {
    ImageProperties properties = ImageProperties.read(folder.resolve("none"));
    properties.off(ImageProperties.JIT, "no jlink");
    properties.on(ImageProperties.JIT);
    assertEquals("{jit=on}", properties.toProperties().toString());
  }

  @Test
  void shouldNotTouchAFileThatSaysTheSame() throws IOException {
    Path file = folder.resolve("image.properties");
    Files.write(file, List.of("jit=on"));
    Object before = Files.readAttributes(file, "unix:ino").get("ino");
    ImageProperties.read(file).write(file);
    assertEquals(before, Files.readAttributes(file, "unix:ino").get("ino"));
  }
}
