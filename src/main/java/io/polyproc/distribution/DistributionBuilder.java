package io.polyproc.distribution;

import io.polyproc.classpath.ClassPath;
import io.polyproc.classpath.ClassPathEntry;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes the distribution, as the last step of {@code mvn package}.
 *
 * <pre>
 *   assemble ──► linkRuntime ──► jvm.options ──► unpackPython ──► trainAotCache ──► nameBuild
 *   bin, lib     runtime/        those that      lib/python       lib/polyproc.aot  lib/build, by
 *                by jlink        count                            by a training run which images
 *                                                                                   are named
 * </pre>
 *
 * <p>What cannot be had, such as the runtime image or the AOT cache, is written down with its
 * reason in {@link BuildProperties}, and the distribution runs without it, slower. A step whose
 * inputs did not change is skipped.
 */
final class DistributionBuilder {

  private static final String RUNTIME_STEP = "runtime";
  private static final String PYTHON_STEP = "python";
  private static final String ARCHIVE_STEP = "archive";

  /** The jars of {@code lib/cluster}, which no worker and no program ever loads. */
  private static final String FOR_AGENTS = "coherence-";

  private final Installation installation;
  private final BuildProperties properties;
  private final long noted;
  private final List<ClassPathEntry> dependencies;
  private final Path jdk;
  private final StepProgress progress = new StepProgress(System.err);

  private DistributionBuilder(
      Installation installation, List<ClassPathEntry> dependencies, Path jdk) {
    this.installation = installation;
    this.properties = installation.buildProperties();
    this.noted = Installation.lastModified(installation.buildPropertiesFile());
    this.dependencies = dependencies;
    this.jdk = jdk;
  }

  private DistributionBuilder(Installation installation) {
    this(installation, ownDependencies(), Path.of(System.getProperty("java.home")));
  }

  /**
   * Makes an installation without archive.
   *
   * @param sources the files of the source tree that a distribution is made of
   */
  static void install(
      Path sources,
      ClassPathEntry jar,
      Installation installation,
      List<ClassPathEntry> dependencies,
      Path jdk)
      throws IOException {
    new DistributionBuilder(installation, dependencies, jdk).make(sources, jar);
  }

  /**
   * {@code build SOURCES JAR HOME STAMP ARCHIVE} makes all from a source tree ({@code off} for no
   * archive); {@code aot HOME} makes the AOT cache of a distribution that was moved.
   */
  public static void main(String[] arguments) throws IOException {
    switch (arguments[0]) {
      case "build" -> build(List.of(arguments).stream().skip(1).map(Path::of).toList());
      case "aot" -> prepareMoved(Installation.of(Path.of(arguments[1])));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void build(List<Path> paths) throws IOException {
    FileTime start = FileTime.fromMillis(System.currentTimeMillis());
    DistributionBuilder builder = new DistributionBuilder(Installation.of(paths.get(2)));
    builder.make(paths.get(0), ClassPath.of(paths.get(1).toString()).getFirst());
    new ModuleLibrary(builder.installation.clusterLibrary())
        .sync(ofClassPath(DistributionBuilder::isForAgents));
    if (!paths.get(4).endsWith("off")) {
      builder.archive(paths.get(4));
    }
    touch(paths.get(3), start);
  }

  /** Of two first uses at once the second waits here, and finds nothing to do. */
  private static void prepareMoved(Installation installation) throws IOException {
    Path file = installation.lib().resolve("polyproc.lock");
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      if (lock.isValid()) {
        DistributionBuilder builder = new DistributionBuilder(installation);
        builder.trainAotCache();
        builder.nameBuild();
      }
    }
    Files.deleteIfExists(file);
  }

  private void make(Path sources, ClassPathEntry jar) throws IOException {
    assemble(sources, jar);
    linkRuntime();
    new Distribution(sources, installation).writeJvmOptions();
    unpackPython();
    trainAotCache();
    nameBuild();
  }

  private void assemble(Path sources, ClassPathEntry jar) throws IOException {
    new Distribution(sources, installation).copyFiles();
    new ModuleLibrary(installation.modules()).sync(jar, dependencies);
    properties.put("java.version", System.getProperty("java.runtime.version"));
    properties.put("java.vendor", System.getProperty("java.vendor"));
    properties.put("java.home", jdk.toString());
    save();
  }

  /** The class path of the build is what the distribution needs at run time. */
  private static List<ClassPathEntry> ownDependencies() {
    return ofClassPath(DistributionBuilder::isForWorkers);
  }

  /** What only a Java program needs that holds the runtime, and what only agents need, is not. */
  private static boolean isForWorkers(ClassPathEntry jar) {
    return !jar.name().startsWith("jspecify-") && !isForAgents(jar);
  }

  private static boolean isForAgents(ClassPathEntry jar) {
    return jar.name().startsWith(FOR_AGENTS);
  }

  private static List<ClassPathEntry> ofClassPath(Predicate<ClassPathEntry> wanted) {
    return ClassPath.of(System.getProperty("java.class.path")).stream()
        .filter(entry -> entry instanceof ClassPathEntry.Jar)
        .filter(wanted)
        .toList();
  }

  private void linkRuntime() throws IOException {
    JlinkRuntime runtime = new JlinkRuntime(jdk);
    String fingerprint = runtime.fingerprint();
    if (properties.hasFingerprint(RUNTIME_STEP, fingerprint) && installation.jit()) {
      return;
    }
    try {
      progress.step("linking the runtime image", () -> runtime.link(installation.runtime()));
      properties.on(BuildProperties.JIT);
      properties.putFingerprint(RUNTIME_STEP, fingerprint);
    } catch (StepFailedException | IOException e) {
      Replace.delete(installation.runtime());
      properties.off(BuildProperties.JIT, "the runtime image could not be linked: " + reason(e));
    }
    save();
  }

  private void unpackPython() throws IOException {
    List<String> jars = dependencies.stream().map(ClassPathEntry::name).toList();
    String fingerprint = new Fingerprint().texts(jars).value();
    if (properties.hasFingerprint(PYTHON_STEP, fingerprint)) {
      return;
    }
    try {
      progress.step(
          "unpacking the Python library",
          () ->
              Replace.<StepFailedException>folder(
                  installation.pythonResources(),
                  temporary -> PythonHome.unpack(installation, temporary)));
      properties.putFingerprint(PYTHON_STEP, fingerprint);
    } catch (StepFailedException | IOException e) {
      throw new IOException("the Python library could not be unpacked: " + reason(e), e);
    }
    save();
  }

  private void trainAotCache() throws IOException {
    AotCache cache = new AotCache(installation);
    String fingerprint = cache.fingerprint();
    if (properties.hasFingerprint(BuildProperties.AOT, fingerprint)
        && (installation.isAotCacheOlderThan(noted) || !properties.isOn(BuildProperties.AOT))) {
      return;
    }
    properties.put(BuildProperties.AOT_HOME, installation.home().toString());
    properties.putFingerprint(BuildProperties.AOT, fingerprint);
    try {
      progress.step("training the AOT cache", cache::train);
      properties.on(BuildProperties.AOT);
    } catch (StepFailedException | IOException e) {
      Files.deleteIfExists(installation.aotCacheFile());
      properties.off(BuildProperties.AOT, "the AOT cache could not be made: " + reason(e));
    }
    save();
  }

  /** An image of another build must not be used, one of the same build in another place neither. */
  private void nameBuild() throws IOException {
    String build =
        new Fingerprint()
            .text(installation.home().toString())
            .folder(installation.modules())
            .folder(installation.pythonShim())
            .content(installation.jvmOptionsFile())
            .content(installation.buildPropertiesFile())
            .value();
    Replace.<RuntimeException>file(
        installation.buildFile(), temporary -> Files.writeString(temporary, build + "\n"));
  }

  private void archive(Path archive) throws IOException {
    String fingerprint =
        new Fingerprint()
            .folder(installation.bin())
            .folder(installation.modules())
            .folder(installation.pythonShim())
            .content(installation.jvmOptionsFile())
            .content(installation.runtime().resolve("release"))
            .value();
    if (Files.exists(archive) && properties.hasFingerprint(ARCHIVE_STEP, fingerprint)) {
      return;
    }
    try {
      progress.step("writing the archive", () -> Archive.write(installation, archive));
      properties.putFingerprint(ARCHIVE_STEP, fingerprint);
    } catch (StepFailedException | IOException e) {
      properties.put("archive.reason", reason(e));
    }
    save();
  }

  private void save() throws IOException {
    properties.write(installation.buildPropertiesFile());
  }

  private static void touch(Path stamp, FileTime time) throws IOException {
    Files.writeString(stamp, "");
    Files.setLastModifiedTime(stamp, time);
  }

  private static String reason(Exception e) {
    return e instanceof StepFailedException failure ? failure.reason() : e.toString();
  }
}
