package io.polyproc.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the class path of the tests, which has all that a program's would have, and more. */
final class WorkerJarsTest {
  private static List<Path> classPath() {
    return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
        .splitAsStream(
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")))
        .map(Path::of)
        .toList();
  }

  @Test
  void shouldFindWhatWorkersNeedAndNothingElse() throws IOException {
    List<String> names =
        new WorkerJars(classPath())
            .dependencies().stream().map(jar -> jar.getFileName().toString()).toList();
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
    for (String other : List.of("junit-", "archunit", "pickle-", "jspecify-")) {
      assertTrue(names.stream().noneMatch(name -> name.startsWith(other)), other + names);
    }
  }

  @Test
  void shouldListThemInTheSameOrderInEveryRun() throws IOException {
    List<String> modules =
        new WorkerJars(classPath())
            .dependencies().stream()
                .map(jar -> ModuleFinder.of(jar).findAll().iterator().next().descriptor().name())
                .toList();
    assertEquals(modules.stream().sorted().toList(), modules);
  }

  @Test
  void shouldSayThatGraalPyIsMissing(@TempDir Path folder) throws IOException {
    Path jar = Files.createFile(folder.resolve("no.jar"));
    WorkerJars jars = new WorkerJars(List.of(jar, folder.resolve("gone.jar")));
    assertEquals(Optional.empty(), jars.own());
    IOException e = assertThrows(IOException.class, jars::dependencies);
    assertEquals("GraalPy's jars are not on the class path", e.getMessage());
  }
}
