package io.polyproc.hotspot;

import io.polyproc.posix.Memory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What an image is valid for, as far as Java knows it; the kernel, the processor, the user and
 * every file that the process has mapped or open are found by the code that writes the image. The
 * program that restores it compares all of it ({@code restore-x86_64.c}).
 *
 * @param names of the variables that the JVM, the C library or Python read when they start; one
 *     that ends with {@code *} stands for all that begin so
 * @param variables those that are set, as {@code NAME=value}, in the system's bytes
 * @param files others that must be as they were, or still not be there
 * @param memory in bytes: the heap's limit depends on it
 */
record ImageKey(List<String> names, List<byte[]> variables, List<Path> files, long memory) {
  private static final List<String> NAMES =
      List.of(
          "PYTHON*",
          "LC_*",
          "LD_*",
          "MALLOC_*",
          "GLIBC_TUNABLES",
          "LANG",
          "LANGUAGE",
          "LOCPATH",
          "TZ",
          "TZDIR",
          "HOME",
          "XDG_CACHE_HOME",
          "JAVA_TOOL_OPTIONS",
          "JDK_JAVA_OPTIONS",
          "_JAVA_OPTIONS",
          "POLYPROC_CACHE",
          "POLYPROC_DEBUG",
          "POLYPROC_JAVA_OPTS",
          "POLYPROC_SITE");

  /** What the C library's time functions and Java's read, where no variable names a zone. */
  private static final List<Path> ZONE =
      List.of(Path.of("/etc/localtime"), Path.of("/etc/timezone"));

  /** Ends the value of a variable in the text that is written; no text has it in practice. */
  private static final byte VALUE_END = 1;

  /**
   * That of this process.
   *
   * @param files beside those of the time zone
   * @throws IOException if {@code /proc} can't be read
   */
  static ImageKey ofThisProcess(List<Path> files) throws IOException {
    List<Path> all = new ArrayList<>(ZONE);
    all.addAll(files);
    List<byte[]> variables =
        split(Files.readAllBytes(Path.of("/proc/self/environ"))).stream()
            .filter(ImageKey::matters)
            .toList();
    for (byte[] variable : variables) {
      for (byte part : variable) {
        if (part == VALUE_END) {
          throw new ImageException(
              "a variable has a control character: "
                  + new String(variable, StandardCharsets.UTF_8));
        }
      }
    }
    return new ImageKey(NAMES, variables, all, Memory.read(Path.of("/")).total());
  }

  private static List<byte[]> split(byte[] text) {
    List<byte[]> parts = new ArrayList<>();
    ByteArrayOutputStream part = new ByteArrayOutputStream();
    for (byte next : text) {
      if (next == 0) {
        parts.add(part.toByteArray());
        part.reset();
      } else {
        part.write(next);
      }
    }
    return parts;
  }

  private static boolean matters(byte[] variable) {
    String text = new String(variable, StandardCharsets.ISO_8859_1);
    return NAMES.stream()
        .anyMatch(
            name ->
                name.endsWith("*")
                    ? text.startsWith(name.substring(0, name.length() - 1))
                    : text.startsWith(name + "="));
  }

  /** The names as the image has them: each ended by a newline. */
  byte[] encodedNames() {
    return (String.join("\n", names) + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** The variables as the image has them. */
  byte[] encodedVariables() {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (byte[] variable : variables) {
      text.writeBytes(variable);
      text.write(VALUE_END);
    }
    return text.toByteArray();
  }

  /** The paths of the files, each ended by a zero byte. */
  byte[] encodedFiles() {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (Path file : files) {
      text.writeBytes(file.toString().getBytes(StandardCharsets.UTF_8));
      text.write(0);
    }
    return text.toByteArray();
  }
}
