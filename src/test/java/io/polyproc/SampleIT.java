package io.polyproc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The programs that the documentation shows, compiled against the artifact's classes and run. */
@Timeout(900) // a worker takes minutes to boot on a machine that is busy enough
@NullUnmarked // a null fails the test anyhow
final class SampleIT {
  private static final Path SAMPLE = Path.of("samples/java").toAbsolutePath();
  private static final Path BIN = Path.of(System.getProperty("java.home"), "bin");

  @TempDir private Path folder;

  @Test
  void shouldScoreTheCorpus() throws Exception {
    try (Stream<Path> sources = Files.walk(SAMPLE.resolve("src/main/java"))) {
      List<String> files = sources.filter(Files::isRegularFile).map(Path::toString).toList();
      run(
          SAMPLE,
          Stream.concat(
                  Stream.of(
                      BIN.resolve("javac").toString(), "-cp", classPath(), "-d", folder.toString()),
                  files.stream())
              .toList());
    }
    String output =
        java(
            SAMPLE,
            folder + File.pathSeparator + classPath(),
            "io.polyproc.sample.ReadingEase",
            "corpus");
    assertTrue(output.contains("12 paragraphs scored, 4 of 4 texts"), output);
    assertTrue(ease(output, "recipe") > 80, output);
    assertTrue(ease(output, "statute") < 0, output);
  }

  private static double ease(String output, String text) {
    Matcher line = Pattern.compile(text + ".* (-?[0-9.]+)\\R").matcher(output);
    assertTrue(line.find(), output);
    return Double.parseDouble(line.group(1));
  }

  @Test
  void shouldDependOnThisVersion() throws IOException {
    String version = version(Path.of("pom.xml"), "<version>([^<]+)</version>");
    assertEquals(
        version,
        version(SAMPLE.resolve("pom.xml"), "<polyproc.version>([^<]+)</polyproc.version>"));
    assertTrue(
        Files.readString(Path.of("docs/embedding.md")).contains("<version>" + version + "<"));
  }

  private static String version(Path file, String pattern) throws IOException {
    Matcher version = Pattern.compile(pattern).matcher(Files.readString(file));
    assertTrue(version.find());
    return version.group(1);
  }

  /** The first program of docs/embedding.md, as a single file. */
  @Test
  void shouldRunTheFirstProgram() throws Exception {
    String program = block("java", Files.readString(Path.of("docs/embedding.md")));
    Path file = Files.writeString(folder.resolve("Sample.java"), program.stripIndent());
    String output = java(folder, classPath(), file.toString());
    assertEquals("[6765, 17711, 46368]", output.strip());
  }

  /** The second program of the tutorial, with its module among the resources. */
  @Test
  void shouldRunTheProgramWithAModule() throws Exception {
    String page = Files.readString(Path.of("docs/embedding.md"));
    String part =
        page.substring(page.indexOf("### A module of the program"), page.indexOf("## How to"));
    Files.createDirectory(folder.resolve("python"));
    Files.writeString(folder.resolve("python/scoring.py"), block("python", part).stripIndent());
    Path file =
        Files.writeString(
            folder.resolve("Sample.java"),
            "import io.polyproc.*; import java.util.List; class Sample { static void main() {"
                + block("java", part)
                + "}}");
    String output = java(folder, folder + File.pathSeparator + classPath(), file.toString());
    for (String line : output.lines().toList()) {
      assertTrue(part.contains("`" + line + "`"), line);
    }
    assertEquals(2, output.lines().count(), output);
  }

  /** The first block of a language. */
  private static String block(String language, String text) {
    Matcher block = Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL).matcher(text);
    assertTrue(block.find());
    return block.group(1);
  }

  private static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  private static String java(Path where, String classPath, String... program) throws Exception {
    List<String> command =
        List.of(
            BIN.resolve("java").toString(), "--enable-native-access=ALL-UNNAMED", "-cp", classPath);
    return run(where, Stream.concat(command.stream(), Stream.of(program)).toList());
  }

  private static String run(Path where, List<String> command) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(where.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("POLYPROC_HOME", System.getProperty("polyproc.home"));
    Process process = builder.start();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), output);
    return output;
  }
}
