package io.polyproc.classpath;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which folders of the class path belong to which module. It is made when this project is built,
 * and is a file of our jar: a jar into which all others were merged has lost what the modules were.
 *
 * <pre>
 *   module info.picocli picocli-4.7.7.jar
 *   picocli/
 * </pre>
 *
 * Beside it is each module's descriptor, as a file of its own.
 */
final class ModuleIndex {
  /** Where it is in a jar. */
  static final String FILE = "META-INF/polyproc/modules/index";

  private static final String FOLDER = "META-INF/polyproc/modules/";

  /** What most jars have in the folders that are all jars'. */
  private static final Pattern USUAL =
      Pattern.compile(
          "module-info\\.class|META-INF/(MANIFEST\\.MF|.*(LICENSE|NOTICE|DEPENDENCIES).*|.*\\.(SF|DSA|RSA))");

  private static final String MODULE = "module ";
  private static final Pattern SPACE = Pattern.compile(" ");

  /** What a merged jar has of all jars together, or what no module needs. */
  private static final List<String> SHARED =
      List.of(
          "META-INF/services/", "META-INF/maven/", "META-INF/native-image/", "META-INF/licenses/");

  /**
   * A module of the index.
   *
   * @param name of the module
   * @param jar the name of its file
   * @param places its own folders, each with a slash at the end, and files
   */
  record Member(String name, String jar, SortedSet<String> places) {
    /** Where its descriptor is in our jar. */
    String descriptor() {
      return FOLDER + name + ".module-info";
    }
  }

  private ModuleIndex() {}

  /**
   * {@code CLASSES}: writes the index of the class path into a folder of classes, for the build.
   */
  public static void main(String[] arguments) throws IOException {
    Path classes = Path.of(arguments[0]);
    Map<String, Member> members = new TreeMap<>();
    Files.createDirectories(classes.resolve(FOLDER));
    for (ClassPathEntry entry : ClassPath.of(System.getProperty("java.class.path"))) {
      Optional<ModuleDescriptor> module = entry.module();
      if (module.isPresent() && entry instanceof ClassPathEntry.Jar jar) {
        Member member = new Member(module.get().name(), jar.name(), folders(jar));
        members.put(member.name(), member);
        Files.write(classes.resolve(member.descriptor()), moduleInfo(jar));
      }
    }
    StringBuilder text = new StringBuilder();
    for (Member member : members.values()) {
      text.append(MODULE).append(member.name()).append(' ').append(member.jar()).append('\n');
      member.places().forEach(folder -> text.append(folder).append('\n'));
    }
    Files.writeString(classes.resolve(FILE), text);
    Path own = classes.resolve("module-info.class");
    Files.copy(
        own,
        classes.resolve(new Member(UberJar.OWN, "", new TreeSet<>()).descriptor()),
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** Its folders, and by their own names the files that it has in a folder of all jars. */
  private static SortedSet<String> folders(ClassPathEntry.Jar jar) {
    SortedSet<String> folders = new TreeSet<>();
    for (String name : jar.names()) {
      String folder = name.substring(0, name.lastIndexOf('/') + 1);
      boolean own =
          !folder.isEmpty()
              && !folder.equals("META-INF/")
              && !folder.matches("META-INF/versions/[0-9]+/")
              && SHARED.stream().noneMatch(folder::startsWith);
      if (own) {
        folders.add(folder);
      } else if ((folder.isEmpty() || folder.equals("META-INF/"))
          && !USUAL.matcher(name).matches()) {
        folders.add(name);
      }
    }
    return folders;
  }

  private static byte[] moduleInfo(ClassPathEntry.Jar jar) throws IOException {
    String name =
        jar.names().stream()
            .filter(each -> each.equals("module-info.class") || each.endsWith("/module-info.class"))
            .max((a, b) -> Integer.compare(b.length(), a.length()))
            .orElseThrow(() -> new IOException(jar.name() + " is no module"));
    return jar.read(name);
  }

  /** Reads the index that a jar has. */
  static List<Member> read(ZipRegion zip) throws IOException {
    Map<String, Member> members = new LinkedHashMap<>();
    SortedSet<String> folders = new TreeSet<>();
    for (String line : new String(zip.read(FILE), StandardCharsets.UTF_8).lines().toList()) {
      if (line.startsWith(MODULE)) {
        List<String> words = SPACE.splitAsStream(line).toList();
        folders = new TreeSet<>();
        members.put(words.get(1), new Member(words.get(1), words.get(2), folders));
      } else {
        folders.add(line);
      }
    }
    return new ArrayList<>(members.values());
  }

  /** A module's descriptor as {@link ModuleDescriptor} reads it. */
  static ModuleDescriptor describe(byte[] moduleInfo) throws IOException {
    try (ByteArrayInputStream in = new ByteArrayInputStream(moduleInfo)) {
      return ModuleDescriptor.read(in);
    }
  }
}
