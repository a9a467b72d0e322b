package io.polyproc.maven;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.logging.SystemStreamLog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InstallMojoTest {
  private final InstallMojo mojo = new InstallMojo();
  private final List<String> logged = new ArrayList<>();

  @BeforeEach
  void log() {
    mojo.setLog(
        new SystemStreamLog() {
          @Override
          public void info(CharSequence line) {
            logged.add(line.toString());
          }
        });
  }

  @Test
  void shouldNameTheClassPathAndTheFolder() {
    List<String> command =
        InstallMojo.command(
            "java", List.of("a.jar", "b.jar"), new File("/opt/polyproc"), InstallMojo.Image.none);
    assertEquals("a.jar" + File.pathSeparator + "b.jar", command.get(command.indexOf("-cp") + 1));
    assertEquals(
        List.of("io.polyproc.MakeInstallation", "/opt/polyproc"),
        command.subList(command.size() - 2, command.size()));
  }

  @Test
  void shouldAskForTheImageThatThePomNames() {
    File home = new File("/opt/polyproc");
    List<String> quick = InstallMojo.command("java", List.of(), home, InstallMojo.Image.quick);
    assertEquals(
        List.of("--warm=quick", "/opt/polyproc"), quick.subList(quick.size() - 2, quick.size()));
    List<String> full = InstallMojo.command("java", List.of(), home, InstallMojo.Image.full);
    assertEquals(List.of("--warm", "/opt/polyproc"), full.subList(full.size() - 2, full.size()));
  }

  @Test
  void shouldLogWhatTheCommandSays() throws Exception {
    mojo.run(List.of("sh", "-c", "echo one; echo two >&2"));
    assertEquals(List.of("one", "two"), logged);
  }

  @Test
  void shouldFailWithTheCommand() {
    MojoExecutionException e =
        assertThrows(
            MojoExecutionException.class, () -> mojo.run(List.of("sh", "-c", "echo why; exit 3")));
    assertTrue(e.getMessage().contains("status 3"), e::getMessage);
    assertEquals(List.of("why"), logged);
    assertThrows(MojoExecutionException.class, () -> mojo.run(List.of("/no/such/java")));
  }
}
