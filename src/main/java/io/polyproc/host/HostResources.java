package io.polyproc.host;

import io.polyproc.bridge.CacheFolder;
import io.polyproc.classpath.ClassPathEntry;
import io.polyproc.classpath.JarStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Python code among the program's resources, as folders that workers can import from. A folder of
 * the class path is used as it is; what is in a jar is copied into the cache folder, once for each
 * content.
 */
public final class HostResources {
  private static final String COPIES = "resources";
  private static final String SOURCES = "src/";
  private static final String LIBRARIES = "venv/lib/";
  private static final String PACKAGES = "/site-packages/";
  private static final Pattern PYTHON = Pattern.compile("python3\\.[0-9]+");

  /** GraalPy's names of the folders that its Maven and Gradle plugins fill. */
  private static final Pattern GRAALPY_FOLDER =
      Pattern.compile("(GRAALPY-VFS/[^/]+/[^/]+/|org\\.graalvm\\.python\\.vfs/).*");

  /**
   * Where Python finds modules.
   *
   * @param path comes first on {@code sys.path}
   * @param sites folders of packages, whose {@code .pth} files count
   */
  public record Folders(List<Path> path, List<Path> sites) {}

  private final List<ClassPathEntry> program;
  private final Supplier<CacheFolder> cache;

  /**
   * Of a program.
   *
   * @param cache finds where the copies are to be, if there is anything to copy
   */
  public HostResources(List<ClassPathEntry> program, Supplier<CacheFolder> cache) {
    this.program = program;
    this.cache = cache;
  }

  /**
   * A folder of resources: one for each place of the class path that has it, in its order.
   *
   * @param name with {@code /} between folders
   * @throws IllegalArgumentException if there is none
   * @throws UncheckedIOException if it can't be copied
   */
  public List<Path> folders(String name) {
    String prefix = prefix(name);
    List<Path> found = find(prefix);
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "there are no resources in %s: looked in %s".formatted(prefix, names()));
    }
    return found;
  }

  /**
   * What GraalPy's plugins have put into a folder of resources: sources, and the packages of a
   * virtual environment.
   *
   * @throws IllegalArgumentException if there is neither
   * @throws UncheckedIOException if it can't be copied
   */
  public Folders graalpy(String name) {
    String prefix = prefix(name);
    List<Path> path = find(prefix + SOURCES);
    List<Path> sites = new ArrayList<>();
    for (String python : pythons(prefix + LIBRARIES)) {
      sites.addAll(find(prefix + LIBRARIES + python + PACKAGES));
    }
    if (path.isEmpty() && sites.isEmpty()) {
      Set<String> others = graalpyFolders();
      throw new IllegalArgumentException(
          "there are neither sources nor packages in the resources %s: %s"
              .formatted(
                  prefix,
                  others.isEmpty()
                      ? "looked in " + names()
                      : "those of graalpy-maven-plugin are in " + String.join(", ", others)));
    }
    return new Folders(path, sites);
  }

  /**
   * The same in a folder of its own: GraalPy's external directory.
   *
   * @throws IllegalArgumentException if there is neither
   */
  public static Folders graalpy(Path directory) {
    Path sources = directory.resolve(SOURCES);
    List<Path> sites = new ArrayList<>();
    try (Stream<Path> pythons =
        Files.isDirectory(directory.resolve(LIBRARIES))
            ? Files.list(directory.resolve(LIBRARIES))
            : Stream.empty()) {
      pythons
          .filter(each -> PYTHON.matcher(String.valueOf(each.getFileName())).matches())
          .map(each -> each.resolve("site-packages"))
          .filter(Files::isDirectory)
          .forEach(sites::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Path> path = Files.isDirectory(sources) ? List.of(sources) : List.of();
    if (path.isEmpty() && sites.isEmpty()) {
      throw new IllegalArgumentException(
          "%s has neither sources in src nor packages in venv".formatted(directory));
    }
    return new Folders(path, sites);
  }

  private static String prefix(String name) {
    String prefix = name.replaceAll("^/+|/+$", "");
    if (prefix.isEmpty()) {
      throw new IllegalArgumentException(
          "resources need a folder of their own: '%s' is the whole class path".formatted(name));
    }
    return prefix + "/";
  }

  private List<Path> find(String prefix) {
    return List.copyOf(inEach(prefix, folder -> Set.of(path(folder))));
  }

  /** What is seen of a folder of the resources. */
  private interface View<T> {
    Set<T> of(ClassPathEntry folder) throws IOException;
  }

  /** What is seen of a folder in each place that has it, in the order of the class path. */
  private <T> Set<T> inEach(String prefix, View<T> view) {
    Set<T> found = new LinkedHashSet<>();
    for (ClassPathEntry entry : program) {
      try {
        ClassPathEntry folder = entry.folder(prefix).orElse(null);
        if (folder != null) {
          found.addAll(view.of(folder));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(
            "the resources in %s of %s can't be used: %s"
                .formatted(prefix, entry.name(), e.getMessage()),
            e);
      }
    }
    return found;
  }

  private Path path(ClassPathEntry folder) throws IOException {
    Path own = folder.file().orElse(null);
    if (own != null) {
      return own;
    }
    return switch (cache.get()) {
      case CacheFolder.Usable usable ->
          new JarStore(usable.path().resolve(COPIES)).unpacked(folder);
      case CacheFolder.Unusable unusable -> inJar(folder, unusable.reason());
    };
  }

  /** Python itself imports from a jar that is a file, though no native modules and slower. */
  private static Path inJar(ClassPathEntry folder, String reason) throws IOException {
    if (folder instanceof ClassPathEntry.JarFolder part && part.zip().isFile()) {
      return part.zip().file().resolve(part.prefix());
    }
    throw new IOException(
        "they have to be copied, and %s; name another folder by %s"
            .formatted(reason, CacheFolder.SETTING));
  }

  /** The folders in a folder that are named as those of Python's versions. */
  private Set<String> pythons(String prefix) {
    Set<String> found = new LinkedHashSet<>();
    for (String name : inEach(prefix, ClassPathEntry::names)) {
      String first = name.substring(0, Math.max(0, name.indexOf('/')));
      if (PYTHON.matcher(first).matches()) {
        found.add(first);
      }
    }
    return found;
  }

  private Set<String> graalpyFolders() {
    Set<String> found = new TreeSet<>();
    for (String root : List.of("GRAALPY-VFS/", "org.graalvm.python.vfs/")) {
      for (String name : inEach(root, ClassPathEntry::names)) {
        var matcher = GRAALPY_FOLDER.matcher(root + name);
        if (matcher.matches()) {
          found.add(matcher.group(1));
        }
      }
    }
    return found;
  }

  private List<String> names() {
    return program.stream().map(ClassPathEntry::name).toList();
  }
}
