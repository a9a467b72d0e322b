package io.polyproc.distribution;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** The files that a distribution takes from the source tree as they are. */
final class Distribution {

  private static final String LAUNCHER = "polyproc";

  private final Path sources;
  private final Installation installation;

  Distribution(Path sources, Installation installation) {
    this.sources = sources;
    this.installation = installation;
  }

  void copyFiles() throws IOException {
    Files.createDirectories(installation.bin());
    Files.createDirectories(installation.lib());
    copy(source(LAUNCHER), installation.bin().resolve(LAUNCHER));
    copy(source("find-jdk-25"), installation.jdkFinder());
    for (String name : List.of("python", "python3")) {
      link(installation.bin().resolve(name));
    }
    writeRestorer();
    copy(sources.resolve("LICENSE"), installation.home().resolve("LICENSE"));
    copyFolder(sources.resolve("python-shim"), installation.pythonShim());
    copyFolder(sources.resolve("tests-py/bench"), installation.benchmarkFolder());
    copyFolder(sources.resolve("samples"), installation.samples());
    copyFolder(sources.resolve("tests-py/programs"), installation.conformancePrograms());
  }

  /** The options of the JVM that count, depending on whether there is a runtime image now. */
  void writeJvmOptions() throws IOException {
    List<String> options =
        JvmOptions.select(Files.readAllLines(source("jvm.options")), installation.jit());
    Replace.<RuntimeException>file(
        installation.jvmOptionsFile(), temporary -> Files.write(temporary, options));
  }

  private Path source(String name) {
    return sources.resolve("src/main/distribution").resolve(name);
  }

  private static void copyFolder(Path source, Path target) throws IOException {
    if (Files.isDirectory(source)) {
      Replace.<RuntimeException>folder(target, temporary -> Replace.copyFolder(source, temporary));
    }
  }

  /** The program that restores a process: it is kept as the digits of its bytes. */
  private void writeRestorer() throws IOException {
    try (InputStream resource = Distribution.class.getResourceAsStream("restore-x86_64.hex")) {
      if (resource == null) {
        throw new IOException("the resource restore-x86_64.hex is missing");
      }
      String digits =
          new String(resource.readAllBytes(), StandardCharsets.US_ASCII)
              .lines()
              .filter(line -> !line.startsWith("#"))
              .collect(Collectors.joining());
      Replace.<RuntimeException>file(
          installation.restorer(),
          temporary -> {
            Files.write(temporary, HexFormat.of().parseHex(digits));
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
          });
    }
  }

  private static void copy(Path source, Path target) throws IOException {
    Replace.<RuntimeException>file(
        target, temporary -> Files.copy(source, temporary, StandardCopyOption.COPY_ATTRIBUTES));
  }

  /** The launcher sees by its name that it is to be python. */
  private static void link(Path link) throws IOException {
    if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
      Files.createSymbolicLink(link, Path.of(LAUNCHER));
    }
  }
}
