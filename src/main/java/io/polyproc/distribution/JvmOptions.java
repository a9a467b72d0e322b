package io.polyproc.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The file {@code jvm.options}, the one home of the JVM's flags: the source tree's has the reason
 * of each, a distribution's only the options that count there.
 *
 * <p>One option a line; {@code #} begins a comment line; {@code @HOME@} stands for the path of the
 * distribution, which can be moved. A line {@code jit:OPTION} of the source counts only where there
 * is a runtime image, and so a compiler. The launcher reads a distribution's file, too.
 */
final class JvmOptions {

  private static final String WITH_JIT = "jit:";
  private static final String HOME = "@HOME@";

  private JvmOptions() {}

  /**
   * The options of a source file that count, in its order.
   *
   * @param lines of the source file
   * @param jit whether there is a runtime image
   */
  static List<String> select(List<String> lines, boolean jit) {
    return lines.stream()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .filter(line -> jit || !line.startsWith(WITH_JIT))
        .map(line -> line.startsWith(WITH_JIT) ? line.substring(WITH_JIT.length()) : line)
        .toList();
  }

  /** The options of a distribution's file, for the folder in which the distribution is now. */
  static List<String> read(Path file, Path home) throws IOException {
    return Files.readAllLines(file).stream()
        .map(option -> option.replace(HOME, home.toString()))
        .toList();
  }
}
