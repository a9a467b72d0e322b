package io.polyproc;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysFalse;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the packages to the direction of their arrows, as docs/architecture.md draws them. */
final class ArchitectureTest {

  private static final String ROOT = "io.polyproc";

  /** What each package may use of the others. */
  private static final Map<String, List<String>> ARROWS =
      Map.ofEntries(
          may(
              "cli",
              "worker",
              "hotspot",
              "graalpy",
              "supervisor",
              "distribution",
              "bridge",
              "posix",
              "observation",
              "cluster",
              "trace",
              "conformance"),
          may(
              "host",
              "worker",
              "supervisor",
              "bridge",
              "sync",
              "ipc",
              "pickle",
              "protocol",
              "posix",
              "distribution",
              "observation",
              "classpath"),
          may(
              "worker",
              "bridge",
              "hotspot",
              "sync",
              "ipc",
              "protocol",
              "posix",
              "distribution",
              "supervisor"),
          may("supervisor", "protocol", "posix", "distribution"),
          may(
              "bridge",
              "ipc",
              "sync",
              "pickle",
              "protocol",
              "posix",
              "distribution",
              "hotspot",
              "graalpy",
              "observation",
              "trace"),
          may("cluster", "observation", "posix", "distribution"),
          may("observation", "posix"),
          may("hotspot", "posix"),
          may("graalpy"),
          may("ipc", "sync", "trace", "posix"),
          may("sync", "trace", "posix"),
          may("trace", "posix"),
          may("protocol", "posix"),
          may("posix"),
          may("distribution", "classpath"),
          may("classpath"),
          may("pickle"),
          may("value", "host", "pickle", "posix"),
          may("shared", "value", "host", "sync", "posix"),
          may("manager", "value"),
          may("callback", "value", "pickle"),
          may("process", "value", "host", "protocol", "posix"),
          may("pool", "value", "host", "process", "ipc", "protocol", "posix"),
          may("conformance"));

  /** Packages behind the public API, which know its types; the others do without them. */
  private static final Set<String> OF_API =
      Set.of("value", "shared", "manager", "callback", "process", "pool");

  private static Map.Entry<String, List<String>> may(String name, String... others) {
    return Map.entry(name, List.of(others));
  }

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(ROOT);

  static Set<String> packages() {
    return ARROWS.keySet();
  }

  @ParameterizedTest
  @MethodSource("packages")
  void shouldUseOnlyPackagesItMayUse(String name) {
    String[] allowed =
        Stream.concat(Stream.of(name), ARROWS.getOrDefault(name, List.of()).stream())
            .map(ArchitectureTest::pattern)
            .toArray(String[]::new);
    classes()
        .that()
        .resideInAPackage(pattern(name))
        .should()
        .onlyDependOnClassesThat(
            not(resideInAPackage(ROOT + ".."))
                .or(resideInAnyPackage(allowed))
                .or(OF_API.contains(name) ? resideInAPackage(ROOT) : alwaysFalse()))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void shouldHaveNoCycles() {
    slices()
        .matching(ROOT + ".(*)..")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void shouldHaveNoPackageThatTheArrowsDoNotName() {
    String[] known =
        Stream.concat(Stream.of(ROOT), ARROWS.keySet().stream().map(ArchitectureTest::pattern))
            .toArray(String[]::new);
    classes().should().resideInAnyPackage(known).check(CLASSES);
  }

  /** The two others make and open the public types for the packages behind the API. */
  @Test
  void shouldHaveOnlyPublicTypesInTheApi() {
    classes()
        .that()
        .resideInAPackage(ROOT)
        .and()
        .areTopLevelClasses()
        .and()
        .doNotHaveSimpleName("Access")
        .and()
        .doNotHaveSimpleName("SharedObjects")
        .and()
        .doNotHaveSimpleName("package-info")
        .should()
        .bePublic()
        .check(CLASSES);
  }

  @Test
  void shouldCallNativeCodeFromPosixOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage(pattern("posix"))
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.lang.foreign.Linker")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.lang.foreign.SymbolLookup")
        .check(CLASSES);
  }

  private static String pattern(String name) {
    return ROOT + "." + name + "..";
  }
}
