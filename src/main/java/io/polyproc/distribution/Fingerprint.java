package io.polyproc.distribution;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Tells whether the inputs of a step are those of its last run. Large files count by name, size and
 * modification time, which is also how the JVM tells whether its AOT cache fits a jar.
 */
final class Fingerprint {

  private static final int DIGITS = 32;

  private final MessageDigest digest;

  Fingerprint() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  Fingerprint text(String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
    return this;
  }

  Fingerprint texts(List<String> texts) {
    texts.forEach(this::text);
    return this;
  }

  /** A small file's content; one that is not there counts as empty. */
  Fingerprint content(Path file) throws IOException {
    return text(Files.exists(file) ? Files.readString(file) : "");
  }

  /**
   * The files of a folder and below, by name, size and modification time. A folder that is not
   * there counts as empty.
   */
  Fingerprint folder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return text("");
    }
    try (var paths = Files.walk(folder)) {
      for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
        file(folder.relativize(path).toString(), path);
      }
    }
    return this;
  }

  /** A file that exists, by its path, size and modification time. */
  Fingerprint file(Path file) throws IOException {
    return file(file.toString(), file);
  }

  private Fingerprint file(String name, Path file) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return text(name + " " + attributes.size() + " " + attributes.lastModifiedTime());
  }

  String value() {
    return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
  }
}
