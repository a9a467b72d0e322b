package io.polyproc.distribution;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * A distribution on disk: where its parts are, and the command that starts a JVM from it.
 *
 * <p>The bash launcher builds the same command from the same {@code lib/jvm.options}. Both must
 * agree to the letter, because the AOT cache is refused by a JVM whose module path or flags differ
 * from those of its training.
 *
 * <p>Immutable, so safe for any thread; what it reads from disk it reads at each call, because the
 * AOT cache may be remade while programs run.
 */
public final class Installation {

  /** Set by {@code lib/jvm.options} to the distribution that the JVM was started from. */
  public static final String HOME_PROPERTY = "polyproc.home";

  /** The environment variable for whether the images of processes are used and made. */
  public static final String IMAGES_VARIABLE = "POLYPROC_IMAGE";

  /** Images are neither used nor made. */
  public static final String IMAGES_OFF = "off";

  private static final String EXTRA_OPTIONS_VARIABLE = "POLYPROC_JAVA_OPTS";

  private final Path home;
  private final Path jdk;

  private Installation(Path home, Path jdk) {
    this.home = home;
    this.jdk = jdk;
  }

  public static Installation of(Path home) {
    return of(home, Path.of(System.getProperty("java.home")));
  }

  /** The distribution in a folder, and the JDK that is used where that has no runtime image. */
  public static Installation of(Path home, Path jdk) {
    return new Installation(home.toAbsolutePath().normalize(), jdk);
  }

  /** The distribution that this JVM was started from. */
  public static Installation current() {
    String home = System.getProperty(HOME_PROPERTY);
    if (home == null) {
      throw new IllegalStateException(
          "the system property "
              + HOME_PROPERTY
              + " is not set: it names the polyproc distribution to start workers from");
    }
    return of(Path.of(home));
  }

  public Path home() {
    return home;
  }

  /**
   * Everything up to, but not including, {@code -m}: the java executable, all options, the AOT
   * cache if there is a valid one, the module path, and what the user wants added by {@code
   * POLYPROC_JAVA_OPTS}.
   */
  public List<String> javaCommand() {
    List<String> command = new ArrayList<>();
    command.add(java().toString());
    command.addAll(options());
    aotCache().ifPresent(cache -> command.add("-XX:AOTCache=" + cache));
    command.addAll(extraOptions());
    return List.copyOf(command);
  }

  /**
   * Names what is installed here, with its place: an image of a process belongs to one build. Empty
   * if nothing is installed any more.
   */
  public String build() {
    try {
      return Files.readString(buildFile()).strip();
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * The {@link #javaCommand} for a JVM that has both of HotSpot's compilers, without the AOT cache,
   * which was made for one with C1 alone. It keeps all compiled code: HotSpot would drop what was
   * not called between some collections, of which a warm-up has many, and each program would
   * compile it anew.
   */
  public List<String> warmingCommand() {
    List<String> command = new ArrayList<>();
    command.add(java().toString());
    command.addAll(options());
    command.add("-XX:TieredStopAtLevel=4");
    command.add("-XX:-UseCodeCacheFlushing");
    command.add("-XX:ReservedCodeCacheSize=512m");
    command.addAll(extraOptions());
    return List.copyOf(command);
  }

  /** A JVM with the modules of this installation and nothing that Python needs. */
  List<String> plainCommand() {
    return List.of(
        java().toString(),
        "-XX:TieredStopAtLevel=1",
        "-XX:-UsePerfData",
        "--enable-native-access=org.graalvm.truffle",
        "--sun-misc-unsafe-memory-access=allow",
        "-Dpolyglot.engine.WarnInterpreterOnly=false",
        "--module-path=" + modules());
  }

  /** The {@link #javaCommand} that records its own run and leaves the AOT cache made from it. */
  List<String> trainingCommand(Path output) {
    List<String> command = new ArrayList<>();
    command.add(java().toString());
    command.addAll(options());
    command.add("-XX:AOTCacheOutput=" + output);
    return List.copyOf(command);
  }

  public Path pythonShim() {
    return lib().resolve("python-shim");
  }

  /** GraalPy's unpacked resources, for {@code polyglot.engine.resourcePath}. */
  public Path pythonResources() {
    return lib().resolve("python");
  }

  /** The program behind {@code polyproc bench}. */
  public Path benchmark() {
    return benchmarkFolder().resolve("compare.py");
  }

  /** What {@code polyproc verify} runs. */
  public Path conformancePrograms() {
    return lib().resolve("conformance");
  }

  Path benchmarkFolder() {
    return lib().resolve("bench");
  }

  /** The document's examples, to try and to measure. */
  Path samples() {
    return home.resolve("samples");
  }

  /** What {@code sys.executable} names: accepts the arguments that {@code python} accepts. */
  public Path launcher() {
    return home.resolve("bin").resolve("python");
  }

  /**
   * The AOT cache, if it can be used here: it holds the absolute paths of its jars, so one that was
   * moved with its distribution is of no use. The JVM does not check its content, so one that was
   * written to since it was made is not used.
   */
  public Optional<Path> aotCache() {
    BuildProperties properties = buildProperties();
    boolean valid =
        properties.isOn(BuildProperties.AOT)
            && properties.get(BuildProperties.AOT_HOME).equals(Optional.of(home.toString()))
            && isAotCacheOlderThan(lastModified(buildPropertiesFile()));
    return valid ? Optional.of(aotCacheFile()) : Optional.empty();
  }

  /** Whether it is there, and was not written to since the build noted that it made it. */
  boolean isAotCacheOlderThan(long noted) {
    return Files.isReadable(aotCacheFile()) && lastModified(aotCacheFile()) <= noted;
  }

  /** When a file was last written to, in nanoseconds since the epoch; 0 if it is not there. */
  static long lastModified(Path file) {
    try {
      return Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS);
    } catch (IOException e) {
      return 0;
    }
  }

  /**
   * The modules that workers need and the Java runtime that they are started with lacks, all of
   * them, in alphabetical order; none if there is a runtime image.
   *
   * @throws UncheckedIOException if the modules of this installation can't be read
   */
  public List<String> missingModules() {
    try {
      return jit() ? List.of() : RequiredModules.missing(jdk, modules());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + modules(), e);
    }
  }

  /** The Java runtime of workers where there is no runtime image. */
  public Path jdk() {
    return jdk;
  }

  /** Whether Python code is compiled: only the runtime image of the distribution can. */
  public boolean jit() {
    return Files.isExecutable(runtimeJava());
  }

  /**
   * What the build found and did ({@code lib/image.properties}): {@code jit} and {@code aot}, each
   * {@code on} or {@code off} with a {@code .reason}, and the JDK that was used.
   */
  public Properties properties() {
    return buildProperties().toProperties();
  }

  BuildProperties buildProperties() {
    try {
      return BuildProperties.read(buildPropertiesFile());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + buildPropertiesFile(), e);
    }
  }

  /**
   * The folder of images of processes, which all installations of a user share.
   *
   * @param cache the user's cache folder
   */
  public static Path processImages(Path cache) {
    return cache.resolve("images");
  }

  /**
   * Begins the paths of all images of processes of this build.
   *
   * @param cache the user's cache folder
   */
  public Path processImage(Path cache) {
    return processImages(cache).resolve(build());
  }

  /** The program that restores a process from its image; not there on other processors. */
  public Path restorer() {
    return lib().resolve("restore");
  }

  /** What {@link #build} reads: it changes whenever something here does. */
  public Path buildFile() {
    return lib().resolve("build");
  }

  public Path bin() {
    return home.resolve("bin");
  }

  Path lib() {
    return home.resolve("lib");
  }

  /** The jars of which a JVM of this installation is made. */
  public Path modules() {
    return lib().resolve("modules");
  }

  /** The jars that only the agents of a cluster load. */
  public Path clusterLibrary() {
    return lib().resolve("cluster");
  }

  /**
   * The command that starts a JVM with nothing of Python's, and with all jars on its class path: a
   * cluster's agent, up to its main class.
   */
  public List<String> agentCommand() {
    return List.of(
        java().toString(),
        "-XX:+UseSerialGC",
        "-XX:-UsePerfData",
        "-Xss1m",
        "-Xmx512m",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-Djava.net.preferIPv4Stack=true",
        "-classpath",
        modules().resolve("*") + ":" + clusterLibrary().resolve("*"));
  }

  Path runtime() {
    return home.resolve("runtime");
  }

  /** What the build selected of the options in the source tree. */
  Path jvmOptionsFile() {
    return lib().resolve("jvm.options");
  }

  /** Finds a JDK 25 for the launcher where there is no runtime image. */
  Path jdkFinder() {
    return lib().resolve("find-jdk-25");
  }

  Path buildPropertiesFile() {
    return lib().resolve("image.properties");
  }

  Path aotCacheFile() {
    return lib().resolve("polyproc.aot");
  }

  private Path runtimeJava() {
    return runtime().resolve("bin").resolve("java");
  }

  /** Without a runtime image: a JDK, which the launcher or the caller has chosen. */
  private Path java() {
    return jit() ? runtimeJava() : jdk.resolve("bin").resolve("java");
  }

  private List<String> options() {
    try {
      return JvmOptions.read(jvmOptionsFile(), home);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + jvmOptionsFile(), e);
    }
  }

  private static List<String> extraOptions() {
    String extra = Objects.requireNonNullElse(System.getenv(EXTRA_OPTIONS_VARIABLE), "").strip();
    return extra.isEmpty() ? List.of() : List.of(extra.split("\\s+"));
  }

  @Override
  public String toString() {
    return "Installation[" + home + "]";
  }
}
