package io.polyproc.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.constant.ModuleDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RequiredModulesTest {
  @TempDir private Path folder;
  private Path library;

  @BeforeEach
  void makeModules() throws IOException {
    library = Files.createDirectory(folder.resolve("modules"));
    module("app", "java.base", "lib", "jdk.jfr", "java.sql");
    module("lib", "java.base", "jdk.unsupported");
  }

  private void module(String name, String... required) throws IOException {
    byte[] descriptor =
        ClassFile.of()
            .buildModule(
                ModuleAttribute.of(
                    ModuleDesc.of(name),
                    module -> {
                      for (String other : required) {
                        module.requires(ModuleDesc.of(other), 0, null);
                      }
                    }));
    try (OutputStream file = Files.newOutputStream(library.resolve(name + ".jar"));
        JarOutputStream jar = new JarOutputStream(file)) {
      jar.putNextEntry(new ZipEntry("module-info.class"));
      jar.write(descriptor);
    }
  }

  private List<String> missing(String release) throws IOException {
    Files.writeString(folder.resolve("release"), release);
    return RequiredModules.missing(folder, library);
  }

  @Test
  void shouldNameAllThatIsMissing() throws IOException {
    assertEquals(
        List.of("java.sql", "jdk.jfr", "jdk.unsupported"), missing("MODULES=\"java.base\"\n"));
  }

  @Test
  void shouldFindNothingMissing() throws IOException {
    assertEquals(
        List.of(), missing("MODULES=\"java.base java.sql jdk.jfr jdk.unsupported java.xml\"\n"));
  }

  @Test
  void shouldNotCountWhatAHiddenModuleNeeds() throws IOException {
    assertEquals(List.of("jdk.unsupported"), missing("MODULES=\"java.base app\"\n"));
  }

  @Test
  void shouldNotJudgeARuntimeThatDoesNotSay() throws IOException {
    assertEquals(List.of(), missing("JAVA_VERSION=\"25\"\n"));
  }
}
