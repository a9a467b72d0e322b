package io.polyproc.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One conformance program and one of its variants.
 *
 * @param name of the area and the file, such as {@code fork/closures}
 * @param declaration the file with the header
 * @param script the Python file
 * @param header what the program declares
 * @param variant its first argument, or empty
 */
record ConformanceProgram(
    String name, Path declaration, Path script, Header header, String variant) {

  /** All programs below a folder, by name, each of their variants on its own. */
  static List<ConformanceProgram> in(Path project, Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      List<ConformanceProgram> programs = new ArrayList<>();
      for (Path file : files.filter(ConformanceProgram::mayBeOne).sorted().toList()) {
        List<String> lines = Files.readAllLines(file);
        if (Header.opens(lines)) {
          programs.addAll(read(project, folder, file, lines));
        }
      }
      return programs;
    }
  }

  private static boolean mayBeOne(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".py") || name.endsWith(".header");
  }

  private static List<ConformanceProgram> read(
      Path project, Path folder, Path file, List<String> lines) {
    Header header;
    try {
      header = Header.parse(lines);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
    Path script = header.script().map(project::resolve).orElse(file);
    String name = folder.relativize(file).toString().replaceFirst("\\.[a-z]+$", "");
    return header.variants().stream()
        .map(variant -> new ConformanceProgram(name, file, script, header, variant))
        .toList();
  }

  /** What a test report shows: name, variant and promise. */
  String title() {
    return name + (variant.isEmpty() ? "" : " [" + variant + "]") + ": " + header.promise();
  }

  boolean isOnlyForPolyproc() {
    return header.onlyPolyproc().isPresent();
  }

  /** What follows the interpreter on its command line. */
  List<String> commandLine() throws IOException {
    List<String> line = new ArrayList<>(header.options());
    String own = script.getFileName().toString();
    for (String word : header.run().orElse(List.of(own))) {
      line.add(expand(word));
    }
    if (!variant.isEmpty()) {
      line.add(variant);
    }
    line.addAll(header.arguments());
    return line;
  }

  /** The bytes of standard input; none means that there is no input. */
  String stdin() throws IOException {
    return expand(header.stdin().orElse(""));
  }

  private String expand(String text) throws IOException {
    return text.equals(Header.SOURCE) ? Files.readString(script) : text;
  }

  @Override
  public String toString() {
    return title();
  }
}
