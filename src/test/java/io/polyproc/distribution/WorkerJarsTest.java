package io.polyproc.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.classpath.ClassPath;
import io.polyproc.classpath.ClassPathEntry;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the class path of the tests, which has all that a program's would have, and more. */
@NullUnmarked // a null fails the test anyhow
final class WorkerJarsTest {
  private static List<ClassPathEntry> classPath() {
    return ClassPath.of(
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
  }

  private static String module(ClassPathEntry entry) {
    try {
      return entry.module().orElseThrow().name();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldFindWhatWorkersNeedAndNothingElse() throws IOException {
    List<String> names =
        new WorkerJars(classPath()).dependencies().stream().map(ClassPathEntry::name).toList();
    for (String needed :
        List.of(
            "polyglot-",
            "python-language-",
            "python-resources-",
            "truffle-runtime-",
            "compiler-",
            "truffle-nfi-panama-",
            "picocli-",
            "icu4j-",
            "xz-")) {
      assertTrue(names.stream().anyMatch(name -> name.startsWith(needed)), needed + names);
    }
    for (String other : List.of("junit-", "archunit", "jspecify-")) {
      assertTrue(names.stream().noneMatch(name -> name.startsWith(other)), other + names);
    }
  }

  @Test
  void shouldListThemInTheSameOrderInEveryRun() throws IOException {
    List<String> modules =
        new WorkerJars(classPath()).dependencies().stream().map(WorkerJarsTest::module).toList();
    assertEquals(modules.stream().sorted().toList(), modules);
  }

  @Test
  void shouldSayThatGraalPyIsMissing(@TempDir Path folder) throws IOException {
    Path jar = Files.createFile(folder.resolve("no.jar"));
    WorkerJars jars =
        new WorkerJars(ClassPath.of(jar + File.pathSeparator + folder.resolve("gone.jar")));
    assertEquals(Optional.empty(), jars.own());
    IOException e = assertThrows(IOException.class, jars::dependencies);
    assertTrue(
        e.getMessage()
            .startsWith(
                "modules of GraalPy are neither on the class path nor on the module path:"
                    + " org.graalvm.py, org.graalvm.py.resources;"),
        e::getMessage);
  }
}
