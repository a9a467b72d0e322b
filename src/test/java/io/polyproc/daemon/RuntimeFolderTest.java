package io.polyproc.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.image.Installation;
import io.polyproc.posix.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RuntimeFolderTest {
  @TempDir Path temporary;

  private Installation installation() {
    return Installation.of(temporary);
  }

  @BeforeEach
  void nameBuild() throws IOException {
    Files.createDirectory(temporary.resolve("lib"));
    Files.writeString(temporary.resolve("lib/build"), "b1\n");
  }

  @Test
  void shouldNameSocketsAfterUserAndBuild() {
    assertEquals(
        Path.of("/tmp/polyproc-" + Processes.user() + "/b1.sock"),
        RuntimeFolder.of(installation(), Map.of()).socket());
    assertEquals(
        Path.of("/run/user/1/polyproc-" + Processes.user() + "/b1.sock"),
        RuntimeFolder.of(installation(), Map.of("XDG_RUNTIME_DIR", "/run/user/1")).socket());
    assertEquals(
        Path.of("/x/b1.sock"),
        RuntimeFolder.of(installation(), Map.of(RuntimeFolder.SETTING, "/x")).socket());
  }

  @Test
  void shouldMakeAFolderThatIsPrivate() throws IOException {
    Path folder = temporary.resolve("run");
    RuntimeFolder runtime = runtime(folder);
    runtime.create();
    runtime.create();
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
  }

  @Test
  void shouldRefuseAFolderThatOthersCanEnter() throws IOException {
    Path folder = Files.createDirectory(temporary.resolve("open"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    IOException e = assertThrows(IOException.class, runtime(folder)::create);
    assertTrue(String.valueOf(e.getMessage()).contains(folder.toString()), e::toString);
  }

  @Test
  void shouldRefuseALinkToAFolder() throws IOException {
    Path folder =
        Files.createDirectory(
            temporary.resolve("own"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path link = Files.createSymbolicLink(temporary.resolve("link"), folder);
    assertThrows(IOException.class, runtime(link)::create);
  }

  private RuntimeFolder runtime(Path folder) {
    return RuntimeFolder.of(installation(), Map.of(RuntimeFolder.SETTING, folder.toString()));
  }
}
