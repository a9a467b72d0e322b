package io.polyproc.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The file {@code lib/jvm.options}, the one home of the JVM's flags.
 *
 * <p>One option a line; {@code #} begins a comment line; {@code @HOME@} stands for the path of the
 * distribution. A line {@code jit:OPTION}, {@code interpreted:OPTION} or {@code aot:OPTION} counts
 * only under that {@link Condition}. The bash launcher reads the same format: change both.
 */
record JvmOptions(List<Line> lines) {

  /** When a line counts. */
  enum Condition {
    /** The distribution has its runtime image, so there is a compiler. */
    JIT,
    /** It has none, and runs on a plain JDK. */
    INTERPRETED,
    /** There is an AOT cache made for this place. */
    AOT;

    private String prefix() {
      return name().toLowerCase(Locale.ROOT) + ":";
    }
  }

  record Line(Optional<Condition> condition, String option) {

    static Line parse(String text) {
      for (Condition condition : Condition.values()) {
        if (text.startsWith(condition.prefix())) {
          return new Line(
              Optional.of(condition), text.substring(condition.prefix().length()).strip());
        }
      }
      return new Line(Optional.empty(), text);
    }
  }

  static JvmOptions read(Path file) throws IOException {
    return parse(Files.readAllLines(file));
  }

  static JvmOptions parse(List<String> text) {
    return new JvmOptions(
        text.stream()
            .map(String::strip)
            .filter(line -> !line.isEmpty() && !line.startsWith("#"))
            .map(Line::parse)
            .toList());
  }

  /** The options that count under these conditions, in the file's order. */
  List<String> select(Path home, Set<Condition> conditions) {
    List<String> selected = new ArrayList<>();
    for (Line line : lines) {
      if (line.condition().map(conditions::contains).orElse(true)) {
        selected.add(line.option().replace("@HOME@", home.toString()));
      }
    }
    return selected;
  }
}
