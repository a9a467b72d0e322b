package io.polyproc.classpath;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.constant.ModuleDesc;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked // a null fails the test anyhow
final class UberJarTest {
  private static final String FOLDER = "META-INF/polyproc/modules/";

  @TempDir private Path folder;
  private final Map<String, byte[]> files = new TreeMap<>();

  /** What our own jar has. */
  @BeforeEach
  void makeOwn() {
    put("io/polyproc/Polyproc.class");
    put("META-INF/polyproc/python-shim/a.py");
    files.put(
        ModuleIndex.FILE,
        """
        module info.picocli picocli.jar
        picocli/
        module org.graalvm.py python.jar
        com/oracle/graal/python/
        graalpy_versions
        """
            .getBytes(UTF_8));
    files.put(FOLDER + "info.picocli.module-info", moduleInfo("info.picocli"));
    files.put(FOLDER + "org.graalvm.py.module-info", moduleInfo("org.graalvm.py"));
    files.put(
        FOLDER + "io.polyproc.module-info",
        moduleInfo("io.polyproc", "info.picocli", "org.graalvm.py"));
  }

  private void put(String name) {
    files.put(name, name.getBytes(UTF_8));
  }

  private static byte[] moduleInfo(String name, String... required) {
    return ClassFile.of()
        .buildModule(
            ModuleAttribute.of(
                ModuleDesc.of(name),
                module -> {
                  module.requires(ModuleDesc.of("java.base"), 0, null);
                  for (String other : required) {
                    module.requires(ModuleDesc.of(other), 0, null);
                  }
                }));
  }

  private Map<String, ClassPathEntry> modules() throws IOException {
    Path jar = folder.resolve("app.jar");
    Jars.write(jar, files);
    return UberJar.modules(ClassPath.of(jar.toString()).getFirst()).stream()
        .collect(Collectors.toMap(ClassPathEntry::name, entry -> entry));
  }

  @Test
  void shouldLeaveOurOwnJarAlone() throws IOException {
    files.put("module-info.class", moduleInfo("io.polyproc"));
    assertEquals(Map.of(), modules());
  }

  @Test
  void shouldTakeAMergedJarApart() throws IOException {
    put("com/acme/Main.class");
    put("picocli/CommandLine.class");
    put("com/oracle/graal/python/Python.class");
    put("graalpy_versions");
    Map<String, ClassPathEntry> modules = modules();
    assertEquals(Set.of("polyproc.jar", "picocli.jar", "python.jar"), modules.keySet());
    assertEquals(
        List.of(
            "META-INF/MANIFEST.MF",
            "com/oracle/graal/python/Python.class",
            "graalpy_versions",
            "module-info.class"),
        List.copyOf(modules.get("python.jar").names()));
    assertEquals("org.graalvm.py", modules.get("python.jar").module().orElseThrow().name());
    assertTrue(modules.get("polyproc.jar").names().contains("io/polyproc/Polyproc.class"));
    assertTrue(
        modules.get("polyproc.jar").names().stream().noneMatch(name -> name.startsWith("com/")));
  }

  @Test
  void shouldKeepALibraryThatWasRenamedWithinOurOwnModule() throws IOException {
    put("com/acme/shaded/picocli/CommandLine.class");
    put("com/oracle/graal/python/Python.class");
    Map<String, ClassPathEntry> modules = modules();
    assertEquals(Set.of("polyproc.jar", "python.jar"), modules.keySet());
    ClassPathEntry own = modules.get("polyproc.jar");
    assertTrue(own.names().contains("com/acme/shaded/picocli/CommandLine.class"));
    assertEquals(
        List.of("org.graalvm.py"),
        own.module().orElseThrow().requires().stream()
            .map(ModuleDescriptor.Requires::name)
            .filter(name -> !name.equals("java.base"))
            .toList());
    assertEquals(
        own.module(), java.util.Optional.of(ModuleIndex.describe(own.read("module-info.class"))));
  }

  @Test
  void shouldRefuseAGraalPyThatWasRenamed() {
    put("com/acme/shaded/com/oracle/graal/python/Python.class");
    IOException e = assertThrows(IOException.class, this::modules);
    assertTrue(
        e.getMessage().startsWith("org.graalvm.py was renamed to com.acme.shaded. in "),
        e::getMessage);
  }
}
