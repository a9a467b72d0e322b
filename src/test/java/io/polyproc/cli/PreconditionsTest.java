package io.polyproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polyproc.bridge.CacheFolder;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PreconditionsTest {

  private static final Path FOLDER = Path.of("/x");

  @Test
  void shouldInsistOnACacheFolderThatTheUserChose() {
    assertEquals(
        Optional.of(
            new Problem(
                ExitCode.CACHE,
                "the cache folder POLYPROC_CACHE=/x is not writable: /x: permission denied;"
                    + " set it to a folder you can write to or unset it")),
        Preconditions.cache(new CacheFolder.Unusable(FOLDER, "/x: permission denied", true)));
  }

  @Test
  void shouldDoWithoutADefaultCacheFolder() {
    assertEquals(
        Optional.empty(),
        Preconditions.cache(new CacheFolder.Unusable(FOLDER, "/x: permission denied", false)));
    assertEquals(Optional.empty(), Preconditions.cache(new CacheFolder.Usable(FOLDER)));
  }
}
