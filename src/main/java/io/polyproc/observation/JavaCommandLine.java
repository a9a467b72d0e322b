package io.polyproc.observation;

import java.util.List;
import java.util.Set;

/** The command line of a JVM. */
final class JavaCommandLine {
  // Options of `java` that take the next word as their argument; of those, RUNS name the program.
  private static final Set<String> TAKES_ARGUMENT =
      Set.of(
          "-cp",
          "-classpath",
          "--class-path",
          "-p",
          "--module-path",
          "--upgrade-module-path",
          "--add-modules",
          "--add-reads",
          "--add-exports",
          "--add-opens",
          "--patch-module",
          "--enable-native-access",
          "--limit-modules");
  private static final Set<String> RUNS = Set.of("-jar", "-m", "--module");

  private JavaCommandLine() {}

  /** What {@code java} was told to run: a class, a module or a jar, and its arguments. */
  static String title(String commandLine) {
    List<String> words = List.of(commandLine.replaceAll("\0+$", "").split("\0", -1));
    int at = 1;
    while (at < words.size() && words.get(at).startsWith("-")) {
      String option = words.get(at);
      if (RUNS.contains(option)) {
        at++;
        break;
      }
      at += TAKES_ARGUMENT.contains(option) ? 2 : 1;
    }
    List<String> shown = at < words.size() ? words.subList(at, words.size()) : words.subList(0, 1);
    return String.join(" ", shown).replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
  }
}
