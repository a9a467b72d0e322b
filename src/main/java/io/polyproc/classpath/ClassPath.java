package io.polyproc.classpath;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All places that the classes of a program come from: what its class loaders say, the class path
 * with the manifests of its jars, the module path, and modules of a linked runtime.
 */
public final class ClassPath {
  private static final System.Logger LOG = System.getLogger(ClassPath.class.getName());
  private static final Pattern SEPARATOR = Pattern.compile(File.pathSeparator, Pattern.LITERAL);
  private static final Pattern SPACES = Pattern.compile("\\s+");
  private static final String MANIFEST = "META-INF/MANIFEST.MF";
  private static final String NESTED = "jar:nested:";
  private static final String IN_JAR = "jar:file:";

  private final Map<String, ClassPathEntry> entries = new LinkedHashMap<>();
  private final Map<Path, Optional<ZipRegion>> jars = new HashMap<>();
  private final Set<String> modules = new HashSet<>();

  private ClassPath() {}

  /**
   * Of this JVM's program.
   *
   * @param anchor a class whose loader, and the parents of that, count; the calling thread's
   *     context class loader counts, too
   */
  public static List<ClassPathEntry> ofProgram(Class<?> anchor) {
    ClassPath found = new ClassPath();
    found.addLoaders(Thread.currentThread().getContextClassLoader());
    found.addLoaders(anchor.getClassLoader());
    found.addPath(System.getProperty("java.class.path", ""));
    found.addModules(ModuleLayer.boot());
    if (anchor.getModule().getLayer() != null) {
      found.addModules(anchor.getModule().getLayer());
    }
    SEPARATOR
        .splitAsStream(System.getProperty("jdk.module.path", ""))
        .filter(text -> !text.isEmpty())
        .map(Path::of)
        .forEach(found::addModulePath);
    return List.copyOf(found.entries.values());
  }

  /** What a class path names, separated as in {@code -cp}. */
  public static List<ClassPathEntry> of(String path) {
    ClassPath found = new ClassPath();
    found.addPath(path);
    return List.copyOf(found.entries.values());
  }

  /** What a class loader says that it loads from; for loaders that are {@link URLClassLoader}s. */
  static List<ClassPathEntry> of(@Nullable ClassLoader loader) {
    ClassPath found = new ClassPath();
    found.addLoaders(loader);
    return List.copyOf(found.entries.values());
  }

  private void addPath(String path) {
    SEPARATOR
        .splitAsStream(path)
        .filter(text -> !text.isEmpty())
        .map(Path::of)
        .forEach(this::addFile);
  }

  private void addLoaders(@Nullable ClassLoader innermost) {
    for (ClassLoader loader = innermost; loader != null; loader = loader.getParent()) {
      if (loader instanceof URLClassLoader urls) {
        Stream.of(urls.getURLs()).map(URL::toString).forEach(this::addUrl);
      }
    }
  }

  /** {@code file:} of a folder or jar, or what Spring Boot's loader names what is within a jar. */
  private void addUrl(String url) {
    try {
      if (url.startsWith("file:")) {
        addFile(Path.of(new URI(url)));
      } else if (url.startsWith(NESTED)) {
        int inside = url.indexOf("/!", NESTED.length());
        addWithin("file:" + url.substring(NESTED.length(), inside), url.substring(inside + 2));
      } else if (url.startsWith(IN_JAR)) {
        int inside = url.indexOf("!/", IN_JAR.length());
        addWithin(url.substring("jar:".length(), inside), url.substring(inside + 2));
      }
    } catch (URISyntaxException | IllegalArgumentException | IndexOutOfBoundsException e) {
      LOG.log(Level.DEBUG, "a class loader names " + url, e);
    }
  }

  /**
   * @param name of a jar, or of a folder, which ends with a slash
   */
  private void addWithin(String jar, String name) throws URISyntaxException {
    Path file = Path.of(new URI(jar));
    String inner = name.endsWith("!/") ? name.substring(0, name.length() - 2) : name;
    if (inner.isEmpty()) {
      addFile(file);
      return;
    }
    ZipRegion outer = zip(file).orElse(null);
    if (outer == null) {
      return;
    }
    String key = file + "!" + inner;
    if (inner.endsWith("/")) {
      entries.putIfAbsent(key, new ClassPathEntry.JarFolder(outer, inner));
      return;
    }
    try {
      String fileName = inner.substring(inner.lastIndexOf('/') + 1);
      entries.putIfAbsent(key, new ClassPathEntry.Jar(outer.nested(inner), fileName, false));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "no jar to look into: " + key, e);
    }
  }

  private void addFile(Path path) {
    Path file = path.toAbsolutePath().normalize();
    String key = file.toString();
    if (entries.containsKey(key)) {
      return;
    }
    if (Files.isDirectory(file)) {
      entries.put(key, new ClassPathEntry.Folder(file));
      return;
    }
    ZipRegion zip = zip(file).orElse(null);
    if (zip != null) {
      entries.put(key, new ClassPathEntry.Jar(zip, String.valueOf(file.getFileName()), true));
      addManifest(file, zip);
    }
  }

  private Optional<ZipRegion> zip(Path file) {
    return jars.computeIfAbsent(
        file,
        jar -> {
          try {
            return Files.isRegularFile(jar) ? Optional.of(ZipRegion.of(jar)) : Optional.empty();
          } catch (IOException e) {
            LOG.log(Level.DEBUG, "not a jar: " + jar, e);
            return Optional.empty();
          }
        });
  }

  /** What the manifest of a jar adds to the class path, relative to the jar. */
  private void addManifest(Path jar, ZipRegion zip) {
    if (!zip.has(MANIFEST)) {
      return;
    }
    try (ByteArrayInputStream content = new ByteArrayInputStream(zip.read(MANIFEST))) {
      String more = new Manifest(content).getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      if (more != null) {
        SPACES.splitAsStream(more.strip()).forEach(relative -> addRelative(jar, relative));
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "no manifest: " + jar, e);
    }
  }

  private void addRelative(Path jar, String relative) {
    try {
      URI uri = jar.toUri().resolve(relative);
      if ("file".equals(uri.getScheme())) {
        addFile(Path.of(uri));
      }
    } catch (IllegalArgumentException e) {
      LOG.log(Level.DEBUG, "the manifest of " + jar + " names " + relative, e);
    }
  }

  /** A folder of modules, a module, or a folder of its classes. */
  private void addModulePath(Path path) {
    if (!Files.isDirectory(path) || Files.exists(path.resolve("module-info.class"))) {
      addFile(path);
      return;
    }
    try (var children = Files.list(path)) {
      children.sorted().forEach(this::addFile);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "no folder of modules: " + path, e);
    }
  }

  private void addModules(ModuleLayer layer) {
    for (ResolvedModule module : layer.configuration().modules()) {
      module.reference().location().ifPresent(where -> addModule(module.reference(), where));
    }
    layer.parents().forEach(this::addModules);
  }

  private void addModule(ModuleReference module, URI where) {
    String name = module.descriptor().name();
    if ("file".equals(where.getScheme())) {
      try {
        addFile(Path.of(where));
      } catch (InvalidPathException e) {
        LOG.log(Level.DEBUG, "no place of a module: " + where, e);
      }
    } else if ("jrt".equals(where.getScheme())
        && !name.startsWith("java.")
        && !name.startsWith("jdk.")
        && modules.add(name)) {
      entries.put(where.toString(), linked(module));
    }
  }

  /** A module that was linked into this runtime. */
  private static ClassPathEntry linked(ModuleReference module) {
    ModuleDescriptor descriptor = module.descriptor();
    Path home = Path.of(System.getProperty("java.home"));
    return new ClassPathEntry.Module(
        descriptor,
        descriptor.name() + ".jar",
        ClassPathEntry.hash(descriptor.toNameAndVersion() + "\n" + identity(home)),
        new LinkedContent(module));
  }

  /** Tells linked runtimes apart without reading them whole. */
  private static String identity(Path home) {
    try {
      Path image = home.resolve("lib").resolve("modules");
      return Files.readString(home.resolve("release"), StandardCharsets.UTF_8)
          + Files.size(image)
          + Files.getLastModifiedTime(image);
    } catch (IOException e) {
      return home.toString();
    }
  }

  private record LinkedContent(ModuleReference module) implements ClassPathEntry.Content {
    @Override
    public SortedSet<String> names() throws IOException {
      try (ModuleReader reader = module.open();
          Stream<String> all = reader.list()) {
        List<String> names = new ArrayList<>(all.toList());
        names.removeIf(name -> name.endsWith("/"));
        return new TreeSet<>(names);
      }
    }

    @Override
    public byte[] read(String name) throws IOException {
      try (ModuleReader reader = module.open();
          var in =
              reader
                  .open(name)
                  .orElseThrow(() -> new IOException(name + " is in no module any more"))) {
        return in.readAllBytes();
      }
    }
  }
}
