package io.polyproc.distribution;

import io.polyproc.classpath.ClassPathEntry;
import io.polyproc.classpath.UberJar;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Finds, among all that a program's classes come from, what a worker needs: our own module, and
 * those that it, GraalPy and the Graal compiler are made of.
 */
final class WorkerJars {
  private static final String OWN_MODULE = "io.polyproc";
  private static final List<String> GRAALPY = List.of("org.graalvm.py", "org.graalvm.py.resources");
  private static final List<String> ROOTS =
      List.of("org.graalvm.", "jdk.graal.", "com.oracle.truffle.", "info.picocli");

  private final Map<String, ClassPathEntry> entries = new HashMap<>();
  private final Map<String, ModuleDescriptor> modules = new HashMap<>();
  private final SortedMap<String, ClassPathEntry> selected = new TreeMap<>();

  /**
   * @throws IOException if a jar of the class path can't be read, or was merged in a way that no
   *     worker can use
   */
  WorkerJars(List<ClassPathEntry> classPath) throws IOException {
    for (ClassPathEntry entry : classPath) {
      List<ClassPathEntry> merged = UberJar.modules(entry);
      for (ClassPathEntry module : merged.isEmpty() ? List.of(entry) : merged) {
        module.module().ifPresent(descriptor -> put(descriptor, module));
      }
    }
  }

  private void put(ModuleDescriptor descriptor, ClassPathEntry entry) {
    entries.putIfAbsent(descriptor.name(), entry);
    modules.putIfAbsent(descriptor.name(), descriptor);
  }

  /** Whether a module is our own or one that only workers need. */
  static boolean isForWorkers(ModuleDescriptor module) {
    return module.name().equals(OWN_MODULE)
        || ROOTS.stream().anyMatch(root -> module.name().startsWith(root));
  }

  /** Our own module; empty if the classes are in a folder. */
  Optional<ClassPathEntry> own() {
    return Optional.ofNullable(entries.get(OWN_MODULE));
  }

  /**
   * All that our own needs, without our own, by the names of the modules: in every run the same
   * order, which a descriptor's set of requirements does not have.
   *
   * @throws IOException if GraalPy is not among them
   */
  List<ClassPathEntry> dependencies() throws IOException {
    Deque<String> open = new ArrayDeque<>();
    entries.keySet().stream()
        .filter(name -> name.equals(OWN_MODULE) || ROOTS.stream().anyMatch(name::startsWith))
        .sorted()
        .forEach(open::add);
    while (!open.isEmpty()) {
      String name = open.remove();
      ModuleDescriptor module = modules.get(name);
      if (module != null && selected.putIfAbsent(name, entries.get(name)) == null) {
        module.requires().stream()
            .filter(
                needed -> !needed.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC))
            .forEach(needed -> open.add(needed.name()));
      }
    }
    selected.remove(OWN_MODULE);
    List<String> missing = GRAALPY.stream().filter(name -> !selected.containsKey(name)).toList();
    if (!missing.isEmpty()) {
      throw new IOException(
          "modules of GraalPy are neither on the class path nor on the module path: %s; a linked"
                  .formatted(String.join(", ", missing))
              + " runtime has them only if they were named to jlink --add-modules");
    }
    return List.copyOf(selected.values());
  }
}
