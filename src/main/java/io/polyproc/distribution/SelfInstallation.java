package io.polyproc.distribution;

import io.polyproc.classpath.ClassPathEntry;
import io.polyproc.classpath.UberJar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.lang.module.ModuleDescriptor;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes an installation for a Java program that has polyproc and GraalPy, however it is packed, and
 * nothing else: what a distribution has beside its jars is in our own jar.
 *
 * <p>Its folder is named after the content of what it is made of: another version makes another
 * one, and another program, folder or release with the same jars does not. Two programs that start
 * at once make one: the second waits at a lock. One that is killed meanwhile leaves an unfinished
 * folder, in which the next goes on.
 */
public final class SelfInstallation {
  private static final System.Logger LOG = System.getLogger(SelfInstallation.class.getName());
  private static final String RESOURCES = "META-INF/polyproc/";
  private static final int NAME_DIGITS = 16;

  /** The time of all files, so that installations of the same content are the same. */
  private static final FileTime UNPACKED = FileTime.fromMillis(0);

  private SelfInstallation() {}

  /**
   * The installation in a cache folder, made now if it is not there; that takes a minute or two.
   *
   * @param classPath of the program
   * @param jdk to link the runtime image from, or to run workers with
   * @throws UncheckedIOException if it can't be made
   * @throws MissingModulesException if workers can't run on the JDK, and none can be linked from it
   */
  public static Installation in(Path cache, List<ClassPathEntry> classPath, Path jdk) {
    try {
      WorkerJars jars = new WorkerJars(classPath);
      ClassPathEntry own = jars.own().orElseThrow(() -> missing(classPath));
      List<ClassPathEntry> dependencies = jars.dependencies();
      Path home = cache.resolve("home-" + name(own, dependencies, jdk));
      Installation installation = Installation.of(home, jdk);
      if (installation.build().isEmpty()) {
        makeOnce(installation, own, dependencies, jdk);
      }
      return installation;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "no installation to start workers from can be made: " + e.getMessage(), e);
    }
  }

  /**
   * The installation in a folder of its own, which all users can read: made now if it is not there,
   * or is made of other jars.
   *
   * @param classPath of the program
   * @param jdk to link the runtime image from, or to run workers with
   * @throws UncheckedIOException if it can't be made
   * @throws MissingModulesException if workers can't run on the JDK, and none can be linked from it
   */
  public static Installation at(Path home, List<ClassPathEntry> classPath, Path jdk) {
    try {
      WorkerJars jars = new WorkerJars(classPath);
      ClassPathEntry own = jars.own().orElseThrow(() -> missing(classPath));
      List<ClassPathEntry> dependencies = jars.dependencies();
      String name = name(own, dependencies, jdk);
      Installation installation = Installation.of(home, jdk);
      Path content = installation.home().resolve("content");
      boolean madeOfThese = Files.exists(content) && Files.readString(content).equals(name);
      if (installation.build().isEmpty() || !madeOfThese) {
        Files.createDirectories(installation.home());
        make(installation, own, dependencies, jdk);
        Files.writeString(content, name);
      }
      return installation;
    } catch (IOException e) {
      throw new UncheckedIOException("no installation can be made: " + e.getMessage(), e);
    }
  }

  private static IllegalStateException missing(List<ClassPathEntry> classPath) {
    return new IllegalStateException(
        "workers need an installation, which is made of polyproc's jar, and that is not among %s;"
                .formatted(classPath.stream().map(ClassPathEntry::name).toList())
            + " name an installation by the variable POLYPROC_HOME");
  }

  /** Whether an entry is one that workers have as a module, so that no program need give it. */
  public static boolean isOfWorkers(ClassPathEntry entry) {
    try {
      return UberJar.modules(entry).isEmpty()
          && entry.module().filter(WorkerJars::isForWorkers).isPresent();
    } catch (IOException e) {
      // Then the program gives it, and the first use of it will meet the error.
      return false;
    }
  }

  private static String name(ClassPathEntry own, List<ClassPathEntry> dependencies, Path jdk)
      throws IOException {
    Fingerprint fingerprint = new Fingerprint().content(jdk.resolve("release"));
    fingerprint.text(own.fingerprint());
    for (ClassPathEntry dependency : dependencies) {
      fingerprint.text(dependency.name()).text(dependency.fingerprint());
    }
    return fingerprint.value().substring(0, NAME_DIGITS);
  }

  private static synchronized void makeOnce(
      Installation installation, ClassPathEntry own, List<ClassPathEntry> dependencies, Path jdk)
      throws IOException {
    Path lockFile = installation.home().resolveSibling(installation.home().getFileName() + ".lock");
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (lock.isValid() && installation.build().isEmpty()) {
        LOG.log(
            Level.INFO,
            "making the installation that workers are started from, once, in {0}",
            installation.home());
        make(installation, own, dependencies, jdk);
      }
    }
  }

  private static void make(
      Installation installation, ClassPathEntry own, List<ClassPathEntry> dependencies, Path jdk)
      throws IOException {
    checkModules(own, dependencies, jdk);
    Files.createDirectories(
        installation.home(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path sources = installation.home().resolve("sources");
    Replace.<RuntimeException>folder(sources, temporary -> unpack(own, temporary));
    DistributionBuilder.install(sources, own, installation, dependencies, jdk);
    Replace.delete(sources);
  }

  /** Where no runtime can be linked, workers run on the JDK itself. */
  private static void checkModules(ClassPathEntry own, List<ClassPathEntry> dependencies, Path jdk)
      throws IOException {
    List<ModuleDescriptor> modules = new ArrayList<>();
    own.module().ifPresent(modules::add);
    for (ClassPathEntry dependency : dependencies) {
      dependency.module().ifPresent(modules::add);
    }
    List<String> missing =
        new JlinkRuntime(jdk).isPossible() ? List.of() : RequiredModules.missing(jdk, modules);
    if (!missing.isEmpty()) {
      throw new MissingModulesException(jdk, missing);
    }
  }

  /** Our own jar holds the files of the source tree that a distribution is made of. */
  private static void unpack(ClassPathEntry own, Path target) throws IOException {
    for (String name : own.names()) {
      if (name.startsWith(RESOURCES)) {
        Path file = target.resolve(name.substring(RESOURCES.length())).normalize();
        if (!file.startsWith(target)) {
          throw new IOException("a path that leads out of the jar: " + name);
        }
        Files.createDirectories(file.resolveSibling(""));
        Files.write(file, own.read(name));
        Files.setLastModifiedTime(file, UNPACKED);
      }
    }
    if (!Files.exists(target)) {
      throw new IOException(own.name() + " holds no files of a distribution");
    }
    target.resolve("src/main/distribution/polyproc").toFile().setExecutable(true);
  }
}
