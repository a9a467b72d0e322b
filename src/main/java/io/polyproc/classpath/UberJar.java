package io.polyproc.classpath;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.classfile.attribute.ModuleRequireInfo;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A jar into which our own, and maybe others, were merged, as {@code maven-shade-plugin} does:
 * takes it apart again into the modules that workers run as, by the {@link ModuleIndex} in it.
 *
 * <p>A library that only we need may have been given another name ("relocated"): its classes then
 * become part of our own module, which names them by that name.
 */
public final class UberJar {
  /** The module of this project. */
  static final String OWN = "io.polyproc";

  /** The modules that only our own uses, by names that are changed along with them. */
  private static final Set<String> RENAMEABLE = Set.of("info.picocli", "org.jspecify");

  private static final String OWN_FOLDER = "io/polyproc/";
  private static final String RESOURCES = "META-INF/polyproc/";
  private static final String DESCRIPTOR = "module-info.class";
  private static final String MANIFEST = "META-INF/MANIFEST.MF";

  private final ClassPathEntry.Jar jar;
  private final Map<String, SortedSet<String>> namesByFolder = new TreeMap<>();

  private UberJar(ClassPathEntry.Jar jar) {
    this.jar = jar;
    for (String name : jar.names()) {
      namesByFolder
          .computeIfAbsent(name.substring(0, name.lastIndexOf('/') + 1), _ -> new TreeSet<>())
          .add(name);
    }
  }

  /**
   * The modules that were merged into a jar, our own among them; empty for every other jar, our own
   * as it is published included.
   *
   * @throws IOException if it can't be read, or what can't have another name has been given one
   */
  public static List<ClassPathEntry> modules(ClassPathEntry entry) throws IOException {
    if (!(entry instanceof ClassPathEntry.Jar jar) || !jar.zip().has(ModuleIndex.FILE)) {
      return List.of();
    }
    List<ModuleIndex.Member> members = ModuleIndex.read(jar.zip());
    UberJar uber = new UberJar(jar);
    boolean merged =
        jar.module().filter(module -> module.name().equals(OWN)).isEmpty()
            || members.stream().anyMatch(uber::holds);
    return merged ? uber.split(members) : List.of();
  }

  private boolean holds(ModuleIndex.Member member) {
    return member.places().stream().anyMatch(namesByFolder::containsKey);
  }

  private List<ClassPathEntry> split(List<ModuleIndex.Member> members) throws IOException {
    List<ClassPathEntry> modules = new ArrayList<>();
    Set<String> own = new TreeSet<>();
    Set<String> dropped = new HashSet<>();
    for (ModuleIndex.Member member : members) {
      Optional<String> relocation = relocation(member);
      if (holds(member)) {
        modules.add(module(member));
      } else if (relocation.isPresent()) {
        checkRenamed(member, relocation.get());
        for (String place : member.places()) {
          own.addAll(at(relocation.get() + place));
        }
        dropped.add(member.name());
      }
    }
    for (String name : jar.names()) {
      if (name.startsWith(OWN_FOLDER) || name.startsWith(RESOURCES)) {
        own.add(name);
      }
    }
    modules.add(own(own, dropped));
    return modules;
  }

  /** What stands before the folders of a module that was given another name. */
  private Optional<String> relocation(ModuleIndex.Member member) {
    // The shortest name of a folder of classes is that of all others' parent.
    String first =
        member.places().stream()
            .filter(place -> place.endsWith("/") && !place.startsWith("META-INF/"))
            .findFirst()
            .orElse("META-INF/");
    return namesByFolder.keySet().stream()
        .filter(folder -> folder.endsWith("/" + first))
        .map(folder -> folder.substring(0, folder.length() - first.length()))
        .findFirst();
  }

  /** GraalPy finds its languages and native parts by the names of their classes. */
  private void checkRenamed(ModuleIndex.Member member, String relocation) throws IOException {
    if (!RENAMEABLE.contains(member.name())) {
      throw new IOException(
          "%s was renamed to %s in %s, where it can't be used: leave it out of the relocation"
              .formatted(member.name(), relocation.replace('/', '.'), jar.zip().file()));
    }
  }

  private ClassPathEntry module(ModuleIndex.Member member) throws IOException {
    SortedSet<String> names = new TreeSet<>();
    for (String place : member.places()) {
      names.addAll(at(place));
    }
    byte[] moduleInfo = jar.read(member.descriptor());
    return entry(member.jar(), names, moduleInfo);
  }

  /** The files of a folder, or the one of that name. */
  private SortedSet<String> at(String place) {
    if (place.endsWith("/")) {
      return namesByFolder.getOrDefault(place, new TreeSet<>());
    }
    return new TreeSet<>(jar.zip().has(place) ? Set.of(place) : Set.of());
  }

  private ClassPathEntry own(Set<String> names, Set<String> dropped) throws IOException {
    byte[] moduleInfo = jar.read(new ModuleIndex.Member(OWN, "", new TreeSet<>()).descriptor());
    return entry(
        "polyproc.jar",
        names,
        dropped.isEmpty() ? moduleInfo : withoutRequirements(moduleInfo, dropped));
  }

  private ClassPathEntry entry(String fileName, Set<String> names, byte[] moduleInfo)
      throws IOException {
    Content content = new Content(jar, new TreeSet<>(names), moduleInfo);
    Map<String, Long> checksums = jar.zip().checksums();
    StringBuilder text = new StringBuilder();
    for (String name : content.files()) {
      text.append(name).append(' ').append(checksums.get(name)).append('\n');
    }
    return new ClassPathEntry.Module(
        ModuleIndex.describe(moduleInfo), fileName, ClassPathEntry.hash(text.toString()), content);
  }

  private static byte[] withoutRequirements(byte[] moduleInfo, Set<String> dropped) {
    ClassFile file = ClassFile.of();
    ClassTransform transform =
        (builder, element) -> {
          if (element instanceof ModuleAttribute module) {
            List<ModuleRequireInfo> kept =
                module.requires().stream()
                    .filter(needed -> !dropped.contains(needed.requires().name().stringValue()))
                    .toList();
            List<java.lang.classfile.attribute.ModuleOpenInfo> opened =
                module.opens().stream()
                    .filter(
                        open ->
                            open.opensTo().stream()
                                .noneMatch(to -> dropped.contains(to.name().stringValue())))
                    .toList();
            builder.with(
                ModuleAttribute.of(
                    module.moduleName(),
                    module.moduleFlagsMask(),
                    module.moduleVersion().orElse(null),
                    kept,
                    module.exports(),
                    opened,
                    module.uses(),
                    module.provides()));
          } else {
            builder.with(element);
          }
        };
    return file.transformClass(file.parse(moduleInfo), transform);
  }

  /** Some files of the jar, as a module of its own. */
  @SuppressWarnings("ArrayRecordComponent") // records are not compared
  private record Content(ClassPathEntry.Jar jar, SortedSet<String> files, byte[] moduleInfo)
      implements ClassPathEntry.Content {
    @Override
    public SortedSet<String> names() {
      SortedSet<String> names = new TreeSet<>(files);
      names.add(DESCRIPTOR);
      names.add(MANIFEST);
      return names;
    }

    @Override
    public byte[] read(String name) throws IOException {
      return switch (name) {
        case DESCRIPTOR -> moduleInfo.clone();
        case MANIFEST ->
            "Manifest-Version: 1.0\r\nMulti-Release: true\r\n\r\n".getBytes(StandardCharsets.UTF_8);
        default -> jar.read(name);
      };
    }
  }
}
