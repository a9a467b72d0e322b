package io.polyproc.cluster;

import io.polyproc.distribution.Installation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** What a distribution is made of, in a few digits: nodes of a cluster must have the same. */
final class Build {
  private static final int DIGITS = 12;

  private Build() {}

  static String of(Installation installation) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      add(digest, installation.modules(), true);
      add(digest, installation.pythonShim(), false);
      return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Large files count by their names and sizes, except our own jar. */
  private static void add(MessageDigest digest, Path folder, boolean jars) throws IOException {
    List<Path> files;
    try (var paths = Files.walk(folder)) {
      files =
          paths
              .filter(Files::isRegularFile)
              .filter(file -> !file.toString().contains("__pycache__"))
              .sorted()
              .toList();
    }
    for (Path file : files) {
      String name = folder.relativize(file).toString();
      digest.update((name + " " + Files.size(file) + "\n").getBytes(StandardCharsets.UTF_8));
      if (!jars || name.startsWith("polyproc")) {
        digest.update(Files.readAllBytes(file));
      }
    }
  }
}
