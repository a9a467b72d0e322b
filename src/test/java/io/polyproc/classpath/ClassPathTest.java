package io.polyproc.classpath;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.ZipException;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@NullUnmarked // a null fails the test anyhow
final class ClassPathTest {
  @TempDir private Path folder;

  private Path jar(String name, Map<String, String> files) throws IOException {
    Path jar = Files.createDirectories(folder.resolve(name).resolveSibling("")).resolve(name);
    Map<String, byte[]> content = new TreeMap<>();
    files.forEach((file, text) -> content.put(file, text.getBytes(UTF_8)));
    Jars.write(folder.resolve(name), content);
    return jar.getFileName().equals(Path.of(name)) ? jar : folder.resolve(name);
  }

  private static List<String> names(List<ClassPathEntry> entries) {
    return entries.stream().map(ClassPathEntry::name).toList();
  }

  @Test
  void shouldFollowManifests() throws IOException {
    jar("lib/b.jar", Map.of("META-INF/MANIFEST.MF", "Class-Path: c.jar ../classes/\n"));
    jar("lib/c.jar", Map.of("C.class", "c"));
    Files.createDirectory(folder.resolve("classes"));
    Path thin =
        jar(
            "thin.jar",
            Map.of("META-INF/MANIFEST.MF", "Class-Path: lib/b.jar thin.jar gone.jar\n"));
    assertEquals(
        List.of("thin.jar", "b.jar", "c.jar", "classes"), names(ClassPath.of(thin.toString())));
  }

  @Test
  void shouldLeaveOutWhatIsNotThere() throws IOException {
    Path noJar = Files.writeString(folder.resolve("a.jar"), "no archive");
    assertEquals(List.of(), ClassPath.of(noJar + ":" + folder.resolve("gone.jar") + "::"));
  }

  /** As Spring Boot's class loader names them, and as earlier ones of it did. */
  @ParameterizedTest
  @ValueSource(strings = {"jar:nested:%s/!%s!/", "jar:file:%s!/%s!/"})
  void shouldLookIntoJarsWithinAJar(String form) throws Exception {
    Path inner = jar("inner.jar", Map.of("A.class", "class A"));
    Path fat = folder.resolve("a fat.jar");
    Jars.writeStored(
        fat,
        Map.of(
            "BOOT-INF/lib/inner.jar",
            Files.readAllBytes(inner),
            "BOOT-INF/classes/B.class",
            "class B".getBytes(UTF_8)));
    String path = fat.toUri().getRawPath();
    List<ClassPathEntry> entries;
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {
              url(form.formatted(path, "BOOT-INF/classes/")),
              url(form.formatted(path, "BOOT-INF/lib/inner.jar")),
              url("http://example.org/far.jar")
            })) {
      entries = ClassPath.of(loader);
    }
    assertEquals(List.of("classes.jar", "inner.jar"), names(entries));
    assertArrayEquals("class B".getBytes(UTF_8), entries.get(0).read("B.class"));
    assertArrayEquals("class A".getBytes(UTF_8), entries.get(1).read("A.class"));
    assertEquals(Optional.empty(), entries.get(1).file());

    JarStore store = new JarStore(folder.resolve("store"));
    assertEquals(-1, Files.mismatch(inner, store.file(entries.get(1))));
    Path classes = store.file(entries.get(0));
    assertArrayEquals("class B".getBytes(UTF_8), ZipRegion.of(classes).read("B.class"));
    assertEquals(classes, store.file(entries.get(0)));
  }

  private static URL url(String text) throws IOException {
    return URL.of(
        URI.create(text),
        new URLStreamHandler() {
          @Override
          protected @Nullable URLConnection openConnection(URL url) {
            return null;
          }
        });
  }

  @Test
  void shouldCallTheSameContentTheSame() throws IOException {
    String first = fingerprint(jar("one/a.jar", Map.of("A.class", "a")));
    assertEquals(first, fingerprint(jar("two/b.jar", Map.of("A.class", "a"))));
    assertEquals(
        first, fingerprint(jar("c.jar", Map.of("A.class", "a", "META-INF/maven/x", "today"))));
    assertNotEquals(first, fingerprint(jar("d.jar", Map.of("A.class", "b"))));
    assertNotEquals(first, fingerprint(jar("e.jar", Map.of("B.class", "a"))));
  }

  private static String fingerprint(Path jar) throws IOException {
    return ClassPath.of(jar.toString()).getFirst().fingerprint();
  }

  @Test
  void shouldReadAnArchiveBehindAScript() throws IOException {
    Path jar = jar("a.jar", Map.of("A.class", "a"));
    Path script = folder.resolve("script.jar");
    Files.writeString(script, "#!/bin/sh\nexec java -jar \"$0\"\n");
    Files.write(script, Files.readAllBytes(jar), java.nio.file.StandardOpenOption.APPEND);
    assertArrayEquals("a".getBytes(UTF_8), ZipRegion.of(script).read("A.class"));
  }

  @Test
  void shouldRefuseADamagedArchive() throws IOException {
    byte[] jar = Files.readAllBytes(jar("a.jar", Map.of("A.class", "a")));
    for (int cut : new int[] {0, 1, 21, jar.length - 1}) {
      Path damaged = folder.resolve("damaged.jar");
      Files.write(damaged, java.util.Arrays.copyOf(jar, cut));
      assertThrows(ZipException.class, () -> ZipRegion.of(damaged));
    }
  }
}
