package io.polyproc.conformance;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;

/**
 * The programs of {@code tests-py/programs}, or those whose name matches the glob in the system
 * property {@code polyproc.programs}, such as <code>fork/*</code>.
 */
final class ConformancePrograms {

  private ConformancePrograms() {}

  /** The project's folder: the current one, unless {@code polyproc.project} names another. */
  static Path project() {
    return Path.of(System.getProperty("polyproc.project", "")).toAbsolutePath();
  }

  static List<Program> all() throws IOException {
    Path project = project();
    String glob = System.getProperty("polyproc.programs", "");
    PathMatcher wanted =
        FileSystems.getDefault().getPathMatcher("glob:" + (glob.isEmpty() ? "**" : glob));
    return Program.in(project, project.resolve("tests-py/programs")).stream()
        .filter(program -> wanted.matches(Path.of(program.name())))
        .toList();
  }
}
