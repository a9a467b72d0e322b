package io.polyproc.bridge;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.jspecify.annotations.Nullable;

/** Makes the GraalPy context of a process, as GraalPy's own launcher would. */
public final class PythonContexts {
  /** Separates the items of a list in one option's text; see {@code PythonOptions} of GraalPy. */
  private static final String LIST_SEPARATOR = "\uD83C\uDFC6";

  /**
   * The system property that names where {@code java.type} looks for classes, beside the runtime's
   * own: jars and folders, as in a class path.
   */
  public static final String HOST_CLASS_PATH_PROPERTY = "polyproc.host-class-path";

  private static final HostClasses HOST_CLASSES = new HostClasses();

  private PythonContexts() {}

  /** Where {@code java.type} finds classes: those of this JVM, and what is added. */
  private static final class HostClasses extends URLClassLoader {
    HostClasses() {
      super("host", new URL[0], PythonContexts.class.getClassLoader());
      add(System.getProperty(HOST_CLASS_PATH_PROPERTY, ""));
    }

    void add(String classPath) {
      Pattern.compile(File.pathSeparator, Pattern.LITERAL)
          .splitAsStream(classPath)
          .filter(entry -> !entry.isEmpty())
          .map(PythonContexts::url)
          .forEach(this::addURL);
    }
  }

  /**
   * Lets {@code java.type} find more classes, in contexts that there are already, too.
   *
   * @param classPath jars and folders; becomes the property {@value #HOST_CLASS_PATH_PROPERTY}
   */
  public static void addHostClasses(String classPath) {
    System.setProperty(HOST_CLASS_PATH_PROPERTY, classPath);
    HOST_CLASSES.add(classPath);
  }

  /**
   * A context with the options and the environment variables that {@code python} obeys.
   *
   * @param engine keeps compiled code when its context goes
   * @param executable becomes {@code sys.executable}
   * @param originalArguments becomes {@code sys.orig_argv}, without the executable
   * @param env looks up an environment variable
   */
  public static Context create(
      Engine engine,
      PythonOptions options,
      Path executable,
      List<String> originalArguments,
      UnaryOperator<@Nullable String> env) {
    Context.Builder builder =
        Context.newBuilder("python")
            .engine(engine)
            .allowAllAccess(true)
            .allowExperimentalOptions(true)
            .in(new FileInputStream(FileDescriptor.in))
            .out(new FileOutputStream(FileDescriptor.out))
            .err(errors())
            .hostClassLoader(HOST_CLASSES);
    contextOptions(options, executable, originalArguments, variables(options, env))
        .forEach(builder::option);
    return builder.build();
  }

  /**
   * The options of a context in the JVM of a Java program: descriptors are real, so that processes
   * can share them; signals are the JVM's.
   */
  public static Context.Builder embedded(Engine engine, Path executable) {
    return Context.newBuilder("python")
        .engine(engine)
        .allowAllAccess(true)
        .allowExperimentalOptions(true)
        .option("python.PosixModuleBackend", "native")
        .option("python.Executable", executable.toString())
        .option("python.WarnExperimentalFeatures", "false")
        // It warns that standard streams are the JVM's descriptors then, as docs/embedding.md says.
        .option("log.python.PythonContext.level", "SEVERE");
  }

  private static URL url(String entry) {
    try {
      return Path.of(entry).toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException("not an entry of a class path: " + entry, e);
    }
  }

  private static OutputStream errors() {
    OutputStream all = new FileOutputStream(FileDescriptor.err);
    return CrashReport.wantsTrace() ? all : new StackTraceFilter(all);
  }

  /** An engine for the contexts of one process, one after the other. */
  public static Engine engine() {
    return engineBuilder().option("python.PosixModuleBackend", "native").build();
  }

  /**
   * What every engine has. A failure within GraalPy is a {@code SystemError} there, which Python
   * code can catch, and whose message has no Java stack trace.
   */
  public static Engine.Builder engineBuilder() {
    return Engine.newBuilder("python")
        .allowExperimentalOptions(true)
        .option("engine.WarnInterpreterOnly", "false")
        // GraalPy 25.0.3 has no bz2 in Java. Its libraries come with it, but for the system's libz.
        .option("python.CompressionModulesBackend", "native")
        .option("python.CatchAllExceptions", "true")
        .option("python.WithJavaStacktrace", CrashReport.wantsTrace() ? "1" : "0");
  }

  private static UnaryOperator<@Nullable String> variables(
      PythonOptions options, UnaryOperator<@Nullable String> env) {
    if (options.ignoreEnvironment() || options.isolated()) {
      return _ -> null;
    }
    return name -> {
      String value = env.apply(name);
      return value == null || value.isEmpty() ? null : value;
    };
  }

  private static Map<String, String> contextOptions(
      PythonOptions options,
      Path executable,
      List<String> originalArguments,
      UnaryOperator<@Nullable String> env) {
    boolean isolated = options.isolated();
    Map<String, String> set = new HashMap<>();
    set.put("python.Executable", executable.toString());
    set.put("python.ExecutableList", executable.toString());
    set.put(
        "python.OrigArgv",
        Stream.concat(Stream.of(executable.toString()), originalArguments.stream())
            .collect(Collectors.joining(LIST_SEPARATOR)));
    set.put("python.RunViaLauncher", "true");
    set.put("python.AlwaysRunExcepthook", "true");
    set.put("python.WarnExperimentalFeatures", "false");
    set.put("python.IsolateNativeModules", "false");
    set.put("python.InstallSignalHandlers", "true");
    set.put("python.ForceImportSite", text(!options.noSite()));
    set.put("python.NoSiteFlag", text(options.noSite()));
    set.put("python.IgnoreEnvironmentFlag", text(options.ignoreEnvironment() || isolated));
    set.put("python.IsolateFlag", text(isolated));
    set.put("python.QuietFlag", text(options.quiet()));
    set.put("python.CheckHashPycsMode", options.checkHashPycs());
    set.put("python.WarnOptions", warnings(options, env));
    set.put("python.PythonOptimizeFlag", text(optimizationLevel(options, env) > 0));
    set.put(
        "python.NoUserSiteFlag",
        text(options.noUserSite() || isolated || env.apply("PYTHONNOUSERSITE") != null));
    set.put(
        "python.SafePathFlag",
        text(options.safePath() || isolated || env.apply("PYTHONSAFEPATH") != null));
    set.put(
        "python.UnbufferedIO", text(options.unbuffered() || env.apply("PYTHONUNBUFFERED") != null));
    set.put(
        "python.DontWriteBytecodeFlag",
        text(options.dontWriteBytecode() || env.apply("PYTHONDONTWRITEBYTECODE") != null));
    set.put("python.VerboseFlag", text(options.verbose() || env.apply("PYTHONVERBOSE") != null));
    set.put("python.InspectFlag", text(options.inspect() || env.apply("PYTHONINSPECT") != null));
    set.put(
        "python.WarnDefaultEncodingFlag",
        text(options.xOptions().contains("warn_default_encoding")));
    putIfPresent(set, "python.IntMaxStrDigits", maxStrDigits(options, env));
    putIfPresent(set, "python.PythonPath", env.apply("PYTHONPATH"));
    putIfPresent(set, "python.HashSeed", env.apply("PYTHONHASHSEED"));
    putIfPresent(set, "python.PyCachePrefix", env.apply("PYTHONPYCACHEPREFIX"));
    putIfPresent(set, "python.StandardStreamEncoding", env.apply("PYTHONIOENCODING"));
    return set;
  }

  /** How often {@code -O} was given, or the variable's number; other text than a number is 1. */
  static int optimizationLevel(PythonOptions options, UnaryOperator<@Nullable String> env) {
    String variable =
        options.ignoreEnvironment() || options.isolated() ? null : env.apply("PYTHONOPTIMIZE");
    if (variable == null || variable.isEmpty()) {
      return options.optimize();
    }
    int level = variable.matches("[0-9]{1,3}") ? Integer.parseInt(variable) : 1;
    return Math.max(options.optimize(), level);
  }

  private static String text(boolean flag) {
    return Boolean.toString(flag);
  }

  private static void putIfPresent(Map<String, String> set, String key, @Nullable String value) {
    if (value != null) {
      set.put(key, value);
    }
  }

  private static String warnings(PythonOptions options, UnaryOperator<@Nullable String> env) {
    String variable = env.apply("PYTHONWARNINGS");
    return Stream.concat(Stream.ofNullable(variable), options.warnings().stream())
        .collect(Collectors.joining(","));
  }

  private static @Nullable String maxStrDigits(
      PythonOptions options, UnaryOperator<@Nullable String> env) {
    String prefix = "int_max_str_digits=";
    return options.xOptions().stream()
        .filter(option -> option.startsWith(prefix))
        .map(option -> option.substring(prefix.length()))
        .reduce((_, last) -> last)
        .orElse(env.apply("PYTHONINTMAXSTRDIGITS"));
  }
}
