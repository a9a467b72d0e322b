package io.polyproc.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polyproc.classpath.ClassPath;
import io.polyproc.classpath.ClassPathEntry;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModuleLibraryTest {

  private static final FileTime OLD = FileTime.fromMillis(1_000_000_000_000L);

  @TempDir Path folder;

  @Test
  void shouldLeaveAJarAloneThatHoldsTheSame() throws IOException {
    Path library = folder.resolve("modules");
    sync(library, jar("a.jar", Map.of("A.class", "a", "META-INF/maven/pom.properties", "monday")));
    Files.setLastModifiedTime(library.resolve("polyproc.jar"), OLD);
    sync(library, jar("a.jar", Map.of("A.class", "a", "META-INF/maven/pom.properties", "friday")));
    assertEquals(OLD, Files.getLastModifiedTime(library.resolve("polyproc.jar")));
  }

  @Test
  void shouldReplaceAJarThatHoldsSomethingElse() throws IOException {
    Path library = folder.resolve("modules");
    sync(library, jar("a.jar", Map.of("A.class", "a")));
    Path changed = jar("a.jar", Map.of("A.class", "b"));
    sync(library, changed);
    assertEquals(-1, Files.mismatch(changed, library.resolve("polyproc.jar")));
  }

  @Test
  void shouldDeleteAJarThatIsNoLongerNeeded() throws IOException {
    Path library = folder.resolve("modules");
    Path own = jar("a.jar", Map.of());
    new ModuleLibrary(library).sync(entry(own), List.of(entry(jar("old-1.jar", Map.of()))));
    new ModuleLibrary(library).sync(entry(own), List.of(entry(jar("old-2.jar", Map.of()))));
    try (var jars = Files.list(library)) {
      assertEquals(
          List.of("old-2.jar", "polyproc.jar"),
          jars.map(jar -> jar.getFileName().toString()).sorted().toList());
    }
  }

  private static ClassPathEntry entry(Path jar) {
    return ClassPath.of(jar.toString()).getFirst();
  }

  private static void sync(Path library, Path own) throws IOException {
    new ModuleLibrary(library).sync(entry(own), List.of());
  }

  private Path jar(String name, Map<String, String> entries) throws IOException {
    Path jar = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, String> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
      }
    }
    return jar;
  }
}
