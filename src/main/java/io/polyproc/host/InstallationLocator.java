package io.polyproc.host;

import io.polyproc.bridge.CacheFolder;
import io.polyproc.classpath.ClassPathEntry;
import io.polyproc.distribution.Installation;
import io.polyproc.distribution.MissingModulesException;
import io.polyproc.distribution.SelfInstallation;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds the installation that workers are started from. */
public final class InstallationLocator {
  /** The environment variable that names it. */
  public static final String VARIABLE = "POLYPROC_HOME";

  /** What the program's own JVM needs, beside what every JVM has. */
  private static final List<String> OWN_MODULES =
      List.of("java.logging", "jdk.jfr", "jdk.unsupported");

  private InstallationLocator() {}

  /**
   * The one that is named, by the caller, the system property or the environment, else the one in
   * the cache folder, which is made if need be.
   *
   * @param named by the caller
   * @param classPath of the program, which the installation is made of
   * @param jdk of workers that have no runtime image, and to link one from; null for this JVM's
   * @throws MissingModulesException if it can't run workers, with all that it lacks
   * @throws IllegalStateException if there is none, and none can be made
   */
  public static Installation find(
      @Nullable Path named, List<ClassPathEntry> classPath, @Nullable Path jdk) {
    checkThisJvm();
    Path home = named != null ? named : configured();
    Path java = jdk == null ? Path.of(System.getProperty("java.home")) : jdk;
    if (home == null) {
      return checked(firstUse(classPath, java));
    }
    Installation installation = Installation.of(home, java);
    if (installation.build().isEmpty()) {
      throw new IllegalArgumentException(
          "%s holds no polyproc: it has no lib/build".formatted(installation.home()));
    }
    return checked(installation);
  }

  private static Installation checked(Installation installation) {
    List<String> missing = installation.missingModules();
    if (!missing.isEmpty()) {
      throw new MissingModulesException(installation.jdk(), missing);
    }
    return installation;
  }

  /** On a class path nothing else tells that the program's own runtime lacks a module. */
  private static void checkThisJvm() {
    List<String> missing =
        OWN_MODULES.stream().filter(name -> ModuleLayer.boot().findModule(name).isEmpty()).toList();
    if (!missing.isEmpty()) {
      throw new MissingModulesException(Path.of(System.getProperty("java.home")), missing);
    }
  }

  private static Installation firstUse(List<ClassPathEntry> classPath, Path jdk) {
    return switch (CacheFolder.find()) {
      case CacheFolder.Usable usable -> SelfInstallation.in(usable.path(), classPath, jdk);
      case CacheFolder.Unusable unusable ->
          throw new IllegalStateException(
              "workers need an installation, and none can be made: %s; name another folder by %s"
                  .formatted(unusable.reason(), CacheFolder.SETTING));
    };
  }

  private static @Nullable Path configured() {
    String property = System.getProperty(Installation.HOME_PROPERTY, "");
    String home =
        property.isEmpty() ? Objects.requireNonNullElse(System.getenv(VARIABLE), "") : property;
    return home.isEmpty() ? null : Path.of(home);
  }
}
