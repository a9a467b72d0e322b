package io.polyproc.host;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.bridge.CacheFolder;
import io.polyproc.classpath.ClassPath;
import io.polyproc.classpath.ClassPathEntry;
import io.polyproc.classpath.Jars;
import io.polyproc.classpath.ZipRegion;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked // a null fails the test anyhow
final class HostResourcesTest {
  private static final String GRAALPY = "GRAALPY-VFS/com.acme/shop/";

  @TempDir private Path folder;

  private Path jar(String name, Map<String, String> files) throws IOException {
    Map<String, byte[]> content = new TreeMap<>();
    files.forEach((file, text) -> content.put(file, text.getBytes(UTF_8)));
    Jars.write(folder.resolve(name), content);
    return folder.resolve(name);
  }

  private HostResources of(Path... path) {
    return of(new CacheFolder.Usable(folder.resolve("cache")), path);
  }

  private static HostResources of(CacheFolder cache, Path... path) {
    String entries = String.join(File.pathSeparator, Stream.of(path).map(Path::toString).toList());
    return new HostResources(ClassPath.of(entries), () -> cache);
  }

  private CacheFolder readOnly() {
    return new CacheFolder.Unusable(folder, "it is read-only", false);
  }

  @Test
  void shouldUseFoldersAsTheyAre() throws IOException {
    Path python = Files.createDirectories(folder.resolve("classes/python"));
    assertEquals(List.of(python), of(folder.resolve("classes")).folders("/python"));
  }

  @Test
  void shouldCopyWhatIsInAJarOnceForEachContent() throws IOException {
    Map<String, String> files = Map.of("python/a.py", "a = 1", "python/b/__init__.py", "");
    Path copy = of(jar("shop-1.jar", files)).folders("python/").getFirst();
    assertEquals("a = 1", Files.readString(copy.resolve("a.py")));
    assertTrue(Files.exists(copy.resolve("b/__init__.py")));

    Map<String, String> later = new TreeMap<>(files);
    later.put("Shop.class", "changed");
    assertEquals(List.of(copy), of(jar("shop-2.jar", later)).folders("python"));

    later.put("python/a.py", "a = 2");
    Path other = of(jar("shop-3.jar", later)).folders("python").getFirst();
    assertEquals("a = 2", Files.readString(other.resolve("a.py")));
    try (Stream<Path> left = Files.list(folder.resolve("cache/resources"))) {
      assertEquals(List.of(), left.filter(each -> each.toString().endsWith(".new")).toList());
    }
  }

  @Test
  void shouldReplaceWhatAKilledProgramHasLeft() throws IOException {
    Path jar = jar("shop.jar", Map.of("python/a.py", "a = 1"));
    Path copy = of(jar).folders("python").getFirst();
    Path unfinished = copy.resolveSibling(copy.getFileName() + ".new");
    Files.delete(copy.resolve("a.py"));
    Files.move(copy, unfinished);
    Files.writeString(unfinished.resolve("half.py"), "a = ");
    assertEquals(List.of(copy), of(jar).folders("python"));
    try (Stream<Path> files = Files.list(copy)) {
      assertEquals(List.of(copy.resolve("a.py")), files.toList());
    }
  }

  @Test
  void shouldFindEachPlaceInTheOrderOfTheClassPath() throws IOException {
    Path none = jar("none.jar", Map.of("A.class", "a"));
    Path one = jar("one.jar", Map.of("python/a.py", "a = 1"));
    Path two = Files.createDirectories(folder.resolve("two/python"));
    List<Path> found = of(none, one, folder.resolve("two")).folders("python");
    assertEquals(2, found.size());
    assertEquals(two, found.get(1));
  }

  @Test
  void shouldNameWhereItHasLooked() throws IOException {
    HostResources resources = of(jar("shop.jar", Map.of("python/a.py", "a = 1")));
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> resources.folders("pyhton"));
    assertEquals("there are no resources in pyhton/: looked in [shop.jar]", e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> resources.folders("/"));
  }

  @Test
  void shouldLeaveThemInTheJarWhereNothingCanBeCopied() throws IOException {
    Path jar = jar("shop.jar", Map.of("python/a.py", "a = 1"));
    assertEquals(List.of(jar.resolve("python")), of(readOnly(), jar).folders("python"));
  }

  @Test
  void shouldSayWhyNestedResourcesCannotBeUsed() throws IOException {
    Path inner = jar("inner.jar", Map.of("python/a.py", "a = 1"));
    Path fat = folder.resolve("fat.jar");
    Jars.writeStored(fat, Map.of("lib/inner.jar", Files.readAllBytes(inner)));
    ClassPathEntry nested =
        new ClassPathEntry.Jar(ZipRegion.of(fat).nested("lib/inner.jar"), "inner.jar", false);
    HostResources resources = new HostResources(List.of(nested), this::readOnly);
    UncheckedIOException e =
        assertThrows(UncheckedIOException.class, () -> resources.folders("python"));
    assertTrue(e.getMessage().contains("it is read-only"), e::getMessage);
    assertTrue(e.getMessage().contains("POLYPROC_CACHE"), e::getMessage);
  }

  @Test
  void shouldFindSourcesAndPackagesOfGraalPy() throws IOException {
    HostResources resources =
        of(
            jar(
                "shop.jar",
                Map.of(
                    GRAALPY + "src/shop.py",
                    "import tea",
                    GRAALPY + "venv/lib/python3.12/site-packages/tea/__init__.py",
                    "",
                    GRAALPY + "venv/bin/activate",
                    "",
                    GRAALPY + "fileslist.txt",
                    "")));
    HostResources.Folders found = resources.graalpy("GRAALPY-VFS/com.acme/shop");
    assertTrue(Files.exists(found.path().getFirst().resolve("shop.py")));
    assertTrue(Files.exists(found.sites().getFirst().resolve("tea/__init__.py")));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> resources.graalpy("org.graalvm.python.vfs"));
    assertEquals(
        "there are neither sources nor packages in the resources org.graalvm.python.vfs/:"
            + " those of graalpy-maven-plugin are in GRAALPY-VFS/com.acme/shop/",
        e.getMessage());
  }

  @Test
  void shouldFindSourcesAndPackagesInAnExternalDirectory() throws IOException {
    Path packages =
        Files.createDirectories(folder.resolve("ext/venv/lib/python3.12/site-packages"));
    HostResources.Folders found = HostResources.graalpy(folder.resolve("ext"));
    assertEquals(List.of(), found.path());
    assertEquals(List.of(packages), found.sites());
    assertThrows(IllegalArgumentException.class, () -> HostResources.graalpy(folder));
  }
}
