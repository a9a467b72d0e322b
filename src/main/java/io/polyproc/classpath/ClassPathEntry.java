package io.polyproc.classpath;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.module.InvalidModuleDescriptorException;
import java.lang.module.ModuleDescriptor;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;

/**
 * One place that classes come from: a folder, a jar, a jar or folder within a jar, a module of a
 * linked runtime, or the part of a merged jar that was a module.
 */
public sealed interface ClassPathEntry {
  /** What its file is called, such as {@code polyglot-25.0.3.jar}. */
  String name();

  /** The module that it describes itself as; empty if it does not. */
  Optional<ModuleDescriptor> module() throws IOException;

  /** The names of its files, with {@code /} between folders. */
  SortedSet<String> names() throws IOException;

  /** The content of one of its files. */
  byte[] read(String name) throws IOException;

  /** Tells whether two entries have the same content, wherever they are: a hexadecimal number. */
  String fingerprint() throws IOException;

  /** The file or folder that it is; empty if a JVM can't have it as it is on its class path. */
  default Optional<Path> file() {
    return Optional.empty();
  }

  /**
   * One of its folders, as an entry of its own.
   *
   * @param prefix the folder's name with a {@code /} at the end
   * @return empty if there is nothing in it
   */
  Optional<ClassPathEntry> folder(String prefix) throws IOException;

  /** Writes it as a jar; the same content gives the same bytes. */
  default void copyTo(Path target) throws IOException {
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(target))) {
      for (String name : names()) {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(LocalDateTime.of(1980, 1, 1, 0, 0));
        jar.putNextEntry(entry);
        jar.write(read(name));
        jar.closeEntry();
      }
    }
  }

  /** A folder of classes. */
  record Folder(Path path) implements ClassPathEntry {
    @Override
    public String name() {
      return String.valueOf(path.getFileName());
    }

    @Override
    public Optional<ModuleDescriptor> module() {
      return Optional.empty();
    }

    @Override
    public SortedSet<String> names() throws IOException {
      SortedSet<String> names = new TreeSet<>();
      try (var files = Files.walk(path)) {
        files
            .filter(Files::isRegularFile)
            .forEach(file -> names.add(path.relativize(file).toString()));
      }
      return names;
    }

    @Override
    public byte[] read(String name) throws IOException {
      return Files.readAllBytes(path.resolve(name));
    }

    @Override
    public String fingerprint() {
      return hash(path.toString());
    }

    @Override
    public Optional<Path> file() {
      return Optional.of(path);
    }

    @Override
    public Optional<ClassPathEntry> folder(String prefix) {
      Path inner = path.resolve(prefix);
      return Files.isDirectory(inner) ? Optional.of(new Folder(inner)) : Optional.empty();
    }
  }

  /**
   * A jar.
   *
   * @param name of the file, also within another one
   * @param whole whether it is a file of its own
   */
  record Jar(ZipRegion zip, String name, boolean whole) implements ClassPathEntry {
    private static final String DESCRIPTOR = "module-info.class";
    private static final String VERSIONS = "META-INF/versions/";

    @Override
    public Optional<ModuleDescriptor> module() throws IOException {
      String descriptor = null;
      if (zip.has(DESCRIPTOR)) {
        descriptor = DESCRIPTOR;
      }
      for (int version = Runtime.version().feature();
          descriptor == null && version > 8;
          version--) {
        String versioned = VERSIONS + version + "/" + DESCRIPTOR;
        if (zip.has(versioned)) {
          descriptor = versioned;
        }
      }
      return descriptor == null ? Optional.empty() : describe(zip.read(descriptor));
    }

    @Override
    public SortedSet<String> names() {
      SortedSet<String> names = new TreeSet<>(zip.checksums().keySet());
      names.removeIf(name -> name.endsWith("/"));
      return names;
    }

    @Override
    public byte[] read(String name) throws IOException {
      return zip.read(name);
    }

    @Override
    public String fingerprint() {
      return hash(checksums(zip.checksums(), ""));
    }

    @Override
    public Optional<Path> file() {
      return whole ? Optional.of(zip.file()) : Optional.empty();
    }

    @Override
    public Optional<ClassPathEntry> folder(String prefix) {
      return new JarFolder(zip, "").folder(prefix);
    }

    @Override
    public void copyTo(Path target) throws IOException {
      try (FileChannel channel =
          FileChannel.open(
              target,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        zip.copyTo(channel);
      }
    }
  }

  /**
   * A folder within a jar.
   *
   * @param prefix its name with a {@code /} at the end
   */
  record JarFolder(ZipRegion zip, String prefix) implements ClassPathEntry {
    @Override
    public String name() {
      return "classes.jar";
    }

    @Override
    public Optional<ModuleDescriptor> module() {
      return Optional.empty();
    }

    @Override
    public SortedSet<String> names() {
      SortedSet<String> names = new TreeSet<>();
      for (String name : zip.checksums().keySet()) {
        if (name.startsWith(prefix) && !name.endsWith("/")) {
          names.add(name.substring(prefix.length()));
        }
      }
      return names;
    }

    @Override
    public byte[] read(String name) throws IOException {
      return zip.read(prefix + name);
    }

    @Override
    public String fingerprint() {
      return hash(checksums(zip.checksums(), prefix));
    }

    @Override
    public Optional<ClassPathEntry> folder(String inner) {
      JarFolder folder = new JarFolder(zip, prefix + inner);
      return folder.names().isEmpty() ? Optional.empty() : Optional.of(folder);
    }
  }

  /** A module of which its maker knows all: of a linked runtime, or within a merged jar. */
  record Module(ModuleDescriptor descriptor, String name, String fingerprint, Content content)
      implements ClassPathEntry {
    @Override
    public Optional<ModuleDescriptor> module() {
      return Optional.of(descriptor);
    }

    @Override
    public SortedSet<String> names() throws IOException {
      return content.names();
    }

    @Override
    public byte[] read(String name) throws IOException {
      return content.read(name);
    }

    @Override
    public Optional<ClassPathEntry> folder(String prefix) throws IOException {
      FolderContent folder = new FolderContent(content, prefix);
      return folder.names().isEmpty()
          ? Optional.empty()
          : Optional.of(new Module(descriptor, name, hash(fingerprint + "\n" + prefix), folder));
    }
  }

  /** What is in a folder of something else. */
  record FolderContent(Content all, String prefix) implements Content {
    @Override
    public SortedSet<String> names() throws IOException {
      SortedSet<String> names = new TreeSet<>();
      for (String name : all.names()) {
        if (name.startsWith(prefix)) {
          names.add(name.substring(prefix.length()));
        }
      }
      return names;
    }

    @Override
    public byte[] read(String name) throws IOException {
      return all.read(prefix + name);
    }
  }

  /** Files by their names. */
  interface Content {
    /** The names, with {@code /} between folders. */
    SortedSet<String> names() throws IOException;

    /** The content of one of them. */
    byte[] read(String name) throws IOException;
  }

  private static Optional<ModuleDescriptor> describe(byte[] moduleInfo) {
    try (ByteArrayInputStream in = new ByteArrayInputStream(moduleInfo)) {
      return Optional.of(ModuleDescriptor.read(in));
    } catch (IOException | InvalidModuleDescriptorException e) {
      // Of a later Java, say: then it is none of those that are looked for.
      return Optional.empty();
    }
  }

  /** Maven's own files have the time of the build in them. */
  private static String checksums(Map<String, Long> checksums, String prefix) {
    StringBuilder text = new StringBuilder();
    checksums.forEach(
        (name, crc) -> {
          if (name.startsWith(prefix)
              && !name.endsWith("/")
              && !name.startsWith("META-INF/maven/")) {
            text.append(name.substring(prefix.length())).append(' ').append(crc).append('\n');
          }
        });
    return text.toString();
  }

  /** A short digest of a text. */
  static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
