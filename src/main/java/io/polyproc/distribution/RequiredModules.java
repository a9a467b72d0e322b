package io.polyproc.distribution;

import java.io.IOException;
import java.io.Reader;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * The modules of a Java runtime that workers need where they have no runtime image of their own. A
 * runtime that was linked for one application may lack some, and a JVM names only the first.
 */
final class RequiredModules {
  private RequiredModules() {}

  /**
   * Those that a runtime lacks, in alphabetical order; none if it does not say which it has.
   *
   * @param jdk the runtime, whose file {@code release} lists its modules
   * @param library a folder of modules, whose requirements count
   */
  static List<String> missing(Path jdk, Path library) throws IOException {
    return missing(
        jdk, ModuleFinder.of(library).findAll().stream().map(ModuleReference::descriptor).toList());
  }

  /** As above, with modules that are in no folder yet. */
  static List<String> missing(Path jdk, List<ModuleDescriptor> library) throws IOException {
    Set<String> available = of(jdk);
    if (available.isEmpty()) {
      return List.of();
    }
    Set<String> missing = new TreeSet<>();
    library.stream()
        // The runtime's module of the same name hides one of the library.
        .filter(module -> !available.contains(module.name()))
        .flatMap(module -> module.requires().stream())
        .filter(needed -> !needed.modifiers().contains(Requires.Modifier.STATIC))
        .map(Requires::name)
        .filter(name -> !available.contains(name))
        .forEach(missing::add);
    library.stream().map(ModuleDescriptor::name).forEach(missing::remove);
    return List.copyOf(missing);
  }

  private static Set<String> of(Path jdk) throws IOException {
    Path release = jdk.resolve("release");
    if (!Files.isReadable(release)) {
      return Set.of();
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(release, StandardCharsets.UTF_8)) {
      properties.load(reader);
    }
    String modules = properties.getProperty("MODULES", "").replace("\"", "").strip();
    return modules.isEmpty() ? Set.of() : new HashSet<>(List.of(modules.split("\\s+")));
  }
}
