package io.polyproc.graalpy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Value;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each file of {@code _polyproc/compat} says what it replaces, and is still needed.
 *
 * <p>A line {@code # Needed while: statement; …; expression} is tried in GraalPy without the shim:
 * once the expression is false there, the file, or what it does, can go. {@code raises} and {@code
 * failure} call a function and say whether, or how, it failed. A file with {@code # Serves:} in its
 * place replaces nothing that could be tried.
 */
final class CompatTest {
  private static final Path FOLDER = Path.of("python-shim", "_polyproc", "compat");
  private static final Pattern LINE =
      Pattern.compile("^# (Needed while|Serves): (.+)$", Pattern.MULTILINE);
  private static final String VERSION = "GraalPy 25.0.3";

  private static Context context;
  private static Value isNeeded;

  @BeforeAll
  static void startGraalPy() {
    context =
        Context.newBuilder("python")
            .allowAllAccess(true)
            .allowExperimentalOptions(true)
            .option("python.PosixModuleBackend", "native")
            .option("engine.WarnInterpreterOnly", "false")
            .build();
    isNeeded =
        context.eval(
            "python",
            """
            def failure(call):
                try:
                    call()
                except BaseException as e:
                    return e

            def is_needed(line):
                *statements, expression = line.split("; ")
                names = {"failure": failure, "raises": lambda call: failure(call) is not None}
                exec("\\n".join(statements), names)
                return bool(eval(expression, names))

            is_needed
            """);
  }

  @AfterAll
  static void endGraalPy() {
    context.close(true);
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .filter(file -> file.toString().endsWith(".py") && !file.endsWith("__init__.py"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void shouldSayWhatItReplacesAndBeNeeded(Path file) throws IOException {
    String source = Files.readString(file);
    Matcher line = LINE.matcher(source);
    assertTrue(line.find(), file + " has no line \"# Needed while:\" after its docstring");
    if (line.group(1).equals("Needed while")) {
      String docstring = source.substring(0, line.start());
      assertTrue(docstring.contains(VERSION), file + " does not say which GraalPy it is for");
      assertTrue(
          isNeeded.execute(line.group(2)).asBoolean(),
          file + " is not needed any more: this GraalPy has what it replaces");
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void shouldBeLoadedByAnotherFile(Path file) throws IOException {
    String name = file.getFileName().toString().replace(".py", "");
    Pattern use = Pattern.compile("\\b" + name + "\\b");
    try (Stream<Path> all = Files.walk(FOLDER.resolveSibling(""))) {
      List<Path> users =
          all.filter(each -> each.toString().endsWith(".py") && !each.equals(file))
              .filter(each -> use.matcher(read(each)).find())
              .toList();
      assertTrue(!users.isEmpty(), file + " is loaded by no other file");
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
