package io.polyproc.distribution;

import io.polyproc.classpath.ClassPathEntry;
import io.polyproc.classpath.ZipRegion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  void sync(ClassPathEntry ownJar, List<ClassPathEntry> dependencies) throws IOException {
    Files.createDirectories(folder);
    Path own = folder.resolve(OWN_JAR);
    if (!Files.exists(own) || isAnother(ownJar, own)) {
      copy(ownJar, own);
    }
    sync(dependencies);
  }

  /** Without a jar of our own. */
  void sync(List<ClassPathEntry> dependencies) throws IOException {
    Files.createDirectories(folder);
    for (ClassPathEntry dependency : dependencies) {
      Path target = folder.resolve(dependency.name());
      if (!Files.exists(target) || !fingerprint(target).equals(dependency.fingerprint())) {
        copy(dependency, target);
      }
    }
    deleteOthers(dependencies);
  }

  private static boolean isAnother(ClassPathEntry jar, Path copy) throws IOException {
    Path file = jar.file().orElse(null);
    return file == null || !content(copy).equals(content(file));
  }

  private static String fingerprint(Path jar) throws IOException {
    return new ClassPathEntry.Jar(ZipRegion.of(jar), String.valueOf(jar.getFileName()), true)
        .fingerprint();
  }

  private void deleteOthers(List<ClassPathEntry> dependencies) throws IOException {
    Set<String> wanted =
        dependencies.stream().map(ClassPathEntry::name).collect(Collectors.toSet());
    wanted.add(OWN_JAR);
    try (var jars = Files.list(folder)) {
      for (Path jar : (Iterable<Path>) jars::iterator) {
        if (!wanted.contains(jar.getFileName().toString())) {
          Files.delete(jar);
        }
      }
    }
  }

  private static void copy(ClassPathEntry source, Path target) throws IOException {
    Replace.<RuntimeException>file(target, source::copyTo);
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
