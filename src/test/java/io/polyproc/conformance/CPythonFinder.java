package io.polyproc.conformance;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Looks for a CPython 3.12: {@code POLYPROC_CPYTHON}, the system property {@code polyproc.cpython},
 * pyenv's versions, {@code python3.12} on the path. The value {@code none} for one of the first two
 * means that there shall be none.
 */
final class CPythonFinder {

  static final String NONE = "none";

  private static final String EXECUTABLE = "python3.12";
  private static final String QUESTION =
      "import sys; print(sys.implementation.name, sys.version_info.major, sys.version_info.minor)";

  private final Map<String, String> environment;
  private final Properties properties;

  CPythonFinder(Map<String, String> environment, Properties properties) {
    this.environment = Map.copyOf(environment);
    this.properties = properties;
  }

  static Optional<Interpreter> find() throws IOException {
    return new CPythonFinder(System.getenv(), System.getProperties()).search();
  }

  Optional<Interpreter> search() throws IOException {
    List<String> named = named();
    if (named.contains(NONE)) {
      return Optional.empty();
    }
    return Stream.of(named, pyenv(), onPath())
        .flatMap(List::stream)
        .filter(CPythonFinder::isCPython312)
        .findFirst()
        .map(executable -> new Interpreter("CPython", List.of(executable)));
  }

  private List<String> named() {
    return Stream.of(
            environment.getOrDefault("POLYPROC_CPYTHON", ""),
            properties.getProperty("polyproc.cpython", ""))
        .filter(value -> !value.isBlank())
        .toList();
  }

  private List<String> pyenv() throws IOException {
    String home = environment.getOrDefault("HOME", "/");
    Path root = Path.of(environment.getOrDefault("PYENV_ROOT", home + "/.pyenv"));
    Path versions = root.resolve("versions");
    List<String> found = new ArrayList<>();
    if (Files.isDirectory(versions)) {
      try (var folders = Files.newDirectoryStream(versions, "3.12*")) {
        folders.forEach(folder -> found.add(folder.resolve("bin/" + EXECUTABLE).toString()));
      }
    }
    return found.stream().sorted().toList();
  }

  private List<String> onPath() {
    return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(folder -> !folder.isBlank())
        .map(folder -> Path.of(folder, EXECUTABLE).toString())
        .toList();
  }

  private static boolean isCPython312(String executable) {
    if (!Files.isExecutable(Path.of(executable))) {
      return false;
    }
    try {
      Process process =
          new ProcessBuilder(executable, "-I", "-c", QUESTION)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      byte[] answer = process.getInputStream().readAllBytes();
      return new String(answer, StandardCharsets.UTF_8).strip().equals("cpython 3 12");
    } catch (IOException e) {
      return false; // a shim that leads nowhere: the next candidate may be better
    }
  }
}
