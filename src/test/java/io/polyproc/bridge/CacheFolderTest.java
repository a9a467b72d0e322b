package io.polyproc.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CacheFolderTest {

  @TempDir Path home;

  @Test
  void shouldBeMadeForItsOwnerOnly() throws IOException {
    Path expected = home.resolve(".cache/polyproc");

    assertEquals(new CacheFolder.Usable(expected), CacheFolder.find(Map.of(), home));
    assertEquals(
        "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(expected)));
  }

  @Test
  void shouldObeyTheXdgSpecification() {
    assertEquals(
        new CacheFolder.Usable(home.resolve("xdg/polyproc")),
        CacheFolder.find(Map.of("XDG_CACHE_HOME", home + "/xdg"), home));
    assertEquals(
        home.resolve(".cache/polyproc"),
        CacheFolder.find(Map.of("XDG_CACHE_HOME", "relative"), home).path());
  }

  @Test
  void shouldPreferTheSetting() {
    Map<String, String> environment =
        Map.of("POLYPROC_CACHE", home + "/mine", "XDG_CACHE_HOME", home + "/xdg");

    assertEquals(new CacheFolder.Usable(home.resolve("mine")), CacheFolder.find(environment, home));
  }

  @Test
  void shouldTakeAnEmptySettingForNone() {
    assertEquals(
        home.resolve(".cache/polyproc"),
        CacheFolder.find(Map.of("POLYPROC_CACHE", "", "XDG_CACHE_HOME", ""), home).path());
  }

  @Test
  void shouldTellWhatIsInTheWay() throws IOException {
    Path file = Files.createFile(home.resolve("file"));

    assertEquals(
        new CacheFolder.Unusable(file, file + " is not a folder", true),
        CacheFolder.find(Map.of("POLYPROC_CACHE", file.toString()), home));
    CacheFolder.Unusable below =
        assertInstanceOf(
            CacheFolder.Unusable.class,
            CacheFolder.find(Map.of("POLYPROC_CACHE", file + "/below"), home));
    assertTrue(below.reason().startsWith(file.toString()), below::reason);
  }

  @Test
  void shouldTellOfAFolderThatCannotBeMade() {
    CacheFolder.Unusable unusable =
        assertInstanceOf(
            CacheFolder.Unusable.class,
            CacheFolder.find(Map.of("POLYPROC_CACHE", "/proc/polyproc"), home));

    assertTrue(unusable.reason().contains("/proc/polyproc"), unusable::reason);
  }

  @Test
  void shouldTellADefaultFromAChoice() throws IOException {
    Files.createFile(home.resolve(".cache"));

    CacheFolder.Unusable unusable =
        assertInstanceOf(CacheFolder.Unusable.class, CacheFolder.find(Map.of(), home));
    assertEquals(false, unusable.explicit());
  }
}
