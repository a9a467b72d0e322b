package io.polyproc.image;

import java.io.IOException;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Finds, among the jars of a class path, those that a worker needs: our own, and the modules that
 * it, GraalPy and the Graal compiler are made of.
 */
final class WorkerJars {
  private static final String OWN_MODULE = "io.polyproc";
  private static final List<String> ROOTS =
      List.of("org.graalvm.", "jdk.graal.", "com.oracle.truffle.", "info.picocli");

  private final Map<String, Path> jars = new HashMap<>();
  private final Map<String, ModuleDescriptor> modules = new HashMap<>();
  private final SortedMap<String, Path> selected = new TreeMap<>();

  WorkerJars(List<Path> classPath) {
    classPath.stream()
        .filter(path -> path.toString().endsWith(".jar") && Files.isRegularFile(path))
        .forEach(this::look);
  }

  private void look(Path jar) {
    try {
      for (ModuleReference module : ModuleFinder.of(jar).findAll()) {
        ModuleDescriptor descriptor = module.descriptor();
        if (!descriptor.isAutomatic()) {
          jars.putIfAbsent(descriptor.name(), jar);
          modules.putIfAbsent(descriptor.name(), descriptor);
        }
      }
    } catch (FindException e) {
      // A jar that can be no module is none of ours.
    }
  }

  /** Our own jar; empty if the classes are not in one. */
  Optional<Path> own() {
    return Optional.ofNullable(jars.get(OWN_MODULE));
  }

  /**
   * All that our own needs, without our own, by the names of the modules: in every run the same
   * order, which a descriptor's set of requirements does not have.
   */
  List<Path> dependencies() throws IOException {
    Deque<String> open = new ArrayDeque<>();
    jars.keySet().stream()
        .filter(name -> name.equals(OWN_MODULE) || ROOTS.stream().anyMatch(name::startsWith))
        .sorted()
        .forEach(open::add);
    while (!open.isEmpty()) {
      String name = open.remove();
      ModuleDescriptor module = modules.get(name);
      if (module != null && selected.putIfAbsent(name, jars.get(name)) == null) {
        module.requires().stream()
            .filter(
                needed -> !needed.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
            .forEach(needed -> open.add(needed.name()));
      }
    }
    selected.remove(OWN_MODULE);
    if (selected.isEmpty()) {
      throw new IOException("GraalPy's jars are not on the class path");
    }
    return List.copyOf(selected.values());
  }
}
