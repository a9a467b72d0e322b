package io.polyproc.image;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Makes an installation for a Java program that has polyproc and GraalPy on its class path and
 * nothing else: what a distribution has beside its jars is in our own jar.
 *
 * <p>Its folder is named after what it is made of, so another version makes another one. Two
 * programs that start at once make one: the second waits at a lock. One that is killed meanwhile
 * leaves an unfinished folder, in which the next goes on.
 */
public final class SelfInstallation {
  private static final System.Logger LOG = System.getLogger(SelfInstallation.class.getName());
  private static final String RESOURCES = "META-INF/polyproc/";
  private static final int NAME_DIGITS = 16;

  private SelfInstallation() {}

  /**
   * The installation in a cache folder, made now if it is not there; that takes a minute or two.
   *
   * @param jdk to link the runtime image from, or to run workers with
   * @throws UncheckedIOException if it can't be made
   */
  public static Installation in(Path cache, Path jdk) {
    WorkerJars jars = new WorkerJars(classPath());
    Path own =
        jars.own()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "workers need an installation, which is made of polyproc's jar, and that is"
                            + " not on the class path; name one by the variable POLYPROC_HOME"));
    try {
      List<Path> dependencies = jars.dependencies();
      Path home = cache.resolve("home-" + name(own, dependencies, jdk));
      Installation installation = Installation.of(home, jdk);
      if (installation.build().isEmpty()) {
        makeOnce(installation, own, dependencies, jdk);
      }
      return installation;
    } catch (IOException e) {
      throw new UncheckedIOException("no installation to start workers from can be made", e);
    }
  }

  private static List<Path> classPath() {
    return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
        .splitAsStream(System.getProperty("java.class.path"))
        .map(Path::of)
        .toList();
  }

  private static String name(Path own, List<Path> dependencies, Path jdk) throws IOException {
    Fingerprint fingerprint =
        new Fingerprint().text(jdk.toString()).content(jdk.resolve("release"));
    fingerprint.file(own);
    for (Path dependency : dependencies) {
      fingerprint.file(dependency);
    }
    return fingerprint.value().substring(0, NAME_DIGITS);
  }

  private static synchronized void makeOnce(
      Installation installation, Path own, List<Path> dependencies, Path jdk) throws IOException {
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

  private static void make(Installation installation, Path own, List<Path> dependencies, Path jdk)
      throws IOException {
    Files.createDirectories(
        installation.home(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path sources = installation.home().resolve("sources");
    Replace.<RuntimeException>folder(sources, temporary -> unpack(own, temporary));
    ImageBuilder.install(sources, own, installation, dependencies, jdk);
    Replace.delete(sources);
  }

  /** Our own jar holds the files of the source tree that a distribution is made of. */
  private static void unpack(Path jar, Path target) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        if (entry.getName().startsWith(RESOURCES) && !entry.isDirectory()) {
          Path file = target.resolve(entry.getName().substring(RESOURCES.length())).normalize();
          if (!file.startsWith(target)) {
            throw new IOException("a path that leads out of the jar: " + entry.getName());
          }
          Files.createDirectories(file.getParent());
          try (InputStream content = zip.getInputStream(entry)) {
            Files.copy(content, file);
          }
          Files.setLastModifiedTime(file, FileTime.fromMillis(entry.getTime()));
        }
      }
    }
    if (!Files.exists(target)) {
      throw new IOException(jar + " holds no files of a distribution");
    }
    target.resolve("polyproc").toFile().setExecutable(true);
  }
}
