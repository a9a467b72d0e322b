package io.polyproc.conformance;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;

/** The programs of {@code tests-py/programs}. */
final class ConformancePrograms {

  private ConformancePrograms() {}

  /** The project's folder: the current one, unless {@code polyproc.project} names another. */
  static Path project() {
    return Path.of(System.getProperty("polyproc.project", "")).toAbsolutePath();
  }

  /** All, or those that the system property {@code polyproc.programs} chooses. */
  static List<ConformanceProgram> all() throws IOException {
    Path project = project();
    String glob = System.getProperty("polyproc.programs", "");
    return in(
        project, project.resolve("tests-py/programs"), glob.isEmpty() ? List.of() : List.of(glob));
  }

  /**
   * Those in a folder.
   *
   * @param project where the scripts are that a header names
   * @param globs which names to choose, such as <code>fork/*</code>; all if empty
   */
  static List<ConformanceProgram> in(Path project, Path folder, List<String> globs)
      throws IOException {
    List<PathMatcher> wanted =
        globs.stream()
            .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob))
            .toList();
    return ConformanceProgram.in(project, folder).stream()
        .filter(program -> wanted.isEmpty() || matches(wanted, Path.of(program.name())))
        .toList();
  }

  private static boolean matches(List<PathMatcher> wanted, Path name) {
    return wanted.stream().anyMatch(it -> it.matches(name));
  }
}
