package io.polyproc.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CPythonFinderTest {

  @TempDir Path folder;

  /** An executable that answers the finder's question as an interpreter of this version would. */
  private Path fake(String path, String answer) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\necho " + answer + "\n");
    assertEquals(true, file.toFile().setExecutable(true));
    return file;
  }

  private static Optional<List<String>> search(Map<String, String> environment, String property)
      throws IOException {
    Properties properties = new Properties();
    properties.setProperty("polyproc.cpython", property);
    return new CPythonFinder(environment, properties).search().map(Interpreter::command);
  }

  @Test
  void shouldPreferTheOneThatIsNamed() throws IOException {
    Path named = fake("named", "cpython 3 12");
    fake("pyenv/versions/3.12.1/bin/python3.12", "cpython 3 12");
    Map<String, String> pyenv = Map.of("PYENV_ROOT", folder.resolve("pyenv").toString());

    assertEquals(Optional.of(List.of(named.toString())), search(pyenv, named.toString()));
  }

  @Test
  void shouldFindPyenvsAndThePaths() throws IOException {
    Path pyenvs = fake("pyenv/versions/3.12.1/bin/python3.12", "cpython 3 12");
    Path onPath = fake("bin/python3.12", "cpython 3 12");
    String root = folder.resolve("pyenv").toString();
    String path = "/nowhere:" + folder.resolve("bin");

    assertEquals(
        Optional.of(List.of(pyenvs.toString())),
        search(Map.of("PYENV_ROOT", root, "PATH", path), ""));
    assertEquals(
        Optional.of(List.of(onPath.toString())),
        search(Map.of("PYENV_ROOT", "/nowhere", "PATH", path), ""));
  }

  @Test
  void shouldPassOverOtherPythons() throws IOException {
    fake("bin/python3.12", "graalpy 3 12");
    Map<String, String> path =
        Map.of("PYENV_ROOT", "/nowhere", "PATH", folder.resolve("bin").toString());

    assertEquals(Optional.empty(), search(path, ""));
  }

  @Test
  void shouldFindNoneWhereNoneIsWanted() throws IOException {
    fake("bin/python3.12", "cpython 3 12");
    Map<String, String> path =
        Map.of("PYENV_ROOT", "/nowhere", "PATH", folder.resolve("bin").toString());

    assertEquals(Optional.empty(), search(path, CPythonFinder.NONE));
  }
}
