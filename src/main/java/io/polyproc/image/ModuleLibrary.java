package io.polyproc.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The jars of {@code lib/modules}. A jar that is there with the same content is left alone, time
 * and all, because a touched jar invalidates the AOT cache; the project's own jar is packed anew by
 * every build, so it is compared by what it holds.
 */
final class ModuleLibrary {

  private static final String OWN_JAR = "polyproc.jar";

  private final Path folder;

  ModuleLibrary(Path folder) {
    this.folder = folder;
  }

  void sync(Path ownJar, List<Path> dependencies) throws IOException {
    Files.createDirectories(folder);
    Path own = folder.resolve(OWN_JAR);
    if (!Files.exists(own) || !content(own).equals(content(ownJar))) {
      copy(ownJar, own);
    }
    for (Path dependency : dependencies) {
      Path target = folder.resolve(dependency.getFileName());
      if (!Files.exists(target) || Files.size(target) != Files.size(dependency)) {
        copy(dependency, target);
      }
    }
    deleteOthers(dependencies);
  }

  private void deleteOthers(List<Path> dependencies) throws IOException {
    Set<String> wanted =
        dependencies.stream()
            .map(path -> path.getFileName().toString())
            .collect(Collectors.toSet());
    wanted.add(OWN_JAR);
    try (var jars = Files.list(folder)) {
      for (Path jar : (Iterable<Path>) jars::iterator) {
        if (!wanted.contains(jar.getFileName().toString())) {
          Files.delete(jar);
        }
      }
    }
  }

  private static void copy(Path source, Path target) throws IOException {
    Replace.<RuntimeException>file(
        target, temporary -> Files.copy(source, temporary, StandardCopyOption.COPY_ATTRIBUTES));
  }

  /**
   * Names and checksums, without Maven's files, which hold the time of the build, and without those
   * that only {@link SelfInstallation} reads.
   */
  private static Map<String, Long> content(Path jar) throws IOException {
    Map<String, Long> content = new HashMap<>();
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      zip.stream()
          .filter(entry -> !entry.getName().startsWith("META-INF/maven/"))
          .filter(entry -> !entry.getName().startsWith("META-INF/polyproc/"))
          .filter(entry -> !entry.isDirectory())
          .forEach((ZipEntry entry) -> content.put(entry.getName(), entry.getCrc()));
    }
    return content;
  }
}
