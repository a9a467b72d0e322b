package io.polyproc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.classpath.Jars;
import io.polyproc.hotspot.ImageWriter;
import java.io.File;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers see the classes of a program in each of the ways in which programs are packed. */
@Timeout(900) // a worker takes minutes to boot on a machine that is busy enough
@NullUnmarked // a null fails the test anyhow
final class PackagingIT {
  private static final String GRAALPY = "org.graalvm.py,org.graalvm.py.resources";
  private static final Path BIN = Path.of(System.getProperty("java.home"), "bin");
  private static final Path TARGET = Path.of("target").toAbsolutePath();

  private static final List<String> CLASS_PATH =
      List.of(
          System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
              .split(File.pathSeparator, -1));

  /** What is needed for a program, without our own and without what tests need. */
  private static final List<String> LIBRARIES =
      CLASS_PATH.stream()
          .filter(entry -> entry.endsWith(".jar"))
          .filter(
              entry ->
                  Stream.of("graalvm", "picocli", "bouncycastle", "jspecify")
                      .anyMatch(entry::contains))
          .toList();

  private final Map<String, String> environment = new HashMap<>();

  @TempDir private Path folder;

  @BeforeEach
  void write() throws Exception {
    Path sources = Files.createDirectories(folder.resolve("src/com/acme"));
    Files.writeString(
        sources.resolve("Pricing.java"),
        """
        package com.acme;

        public class Pricing {
          public static String price(String what) {
            return what + " costs 3";
          }
        }
        """);
    Files.writeString(
        sources.resolve("Main.java"),
        """
        package com.acme;

        import io.polyproc.*;

        public class Main {
          public static void main(String[] classNames) {
            PythonFunction price = PythonFunction.of("pricing", "price");
            try (Polyproc polyproc =
                    Polyproc.builder()
                        .standby(0)
                        .resources("python")
                        .graalpyResources("GRAALPY-VFS/com.acme/shop")
                        .build();
                PythonPool pool = polyproc.pool(1)) {
              PythonFunction greet = PythonFunction.ofResource(Main.class, "greeting.py", "greet");
              if (!pool.submit(String.class, greet, "you").join().equals("hello you")) {
                throw new AssertionError(greet);
              }
              if (Boolean.getBoolean("context")) {
                try (var context = polyproc.newContext()) {
                  String tea = context.eval("python", "import pricing; pricing.tea").asString();
                  if (!tea.equals("tea")) {
                    throw new AssertionError(tea);
                  }
                  String engine = context.getEngine().getImplementationName();
                  if (!engine.matches(System.getProperty("engine", ".*"))) {
                    throw new AssertionError(engine);
                  }
                }
              }
              for (String name : classNames) {
                System.out.println(
                    pool.submit(String.class, price, name, "tea")
                        .exceptionally(Throwable::getMessage)
                        .join());
              }
            }
          }
        }
        """);
    Files.writeString(
        folder.resolve("src/module-info.java"), "module com.acme { requires io.polyproc; }");
    resource("com/acme/greeting.py", "def greet(who): return 'hello ' + who");
    resource(
        "python/pricing.py",
        """
        import java
        from leaves import tea

        def price(name, what):
            return java.type(name).price(what)
        """);
    resource("GRAALPY-VFS/com.acme/shop/src/leaves.py", "from packaged import tea");
    String packages = "GRAALPY-VFS/com.acme/shop/venv/lib/python3.12/site-packages/";
    resource(packages + "more.pth", "more");
    resource(packages + "more/packaged.py", "tea = 'tea'");
  }

  /** Where the compiler's output goes, too. */
  private void resource(String name, String text) throws Exception {
    Path file = folder.resolve("classes").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static Path own() throws Exception {
    try (Stream<Path> jars = Files.list(TARGET)) {
      return jars.filter(
              jar -> jar.getFileName().toString().matches("polyproc-[0-9.]+(-SNAPSHOT)?\\.jar"))
          .findFirst()
          .orElseThrow();
    }
  }

  private String classPath() throws Exception {
    return own() + File.pathSeparator + String.join(File.pathSeparator, LIBRARIES);
  }

  private Path compile(boolean asModule) throws Exception {
    Path classes = folder.resolve("classes");
    List<String> command = new ArrayList<>(List.of("-d", classes.toString()));
    command.addAll(List.of(asModule ? "-p" : "-cp", classPath()));
    if (asModule) {
      command.add(folder.resolve("src/module-info.java").toString());
    }
    command.add(folder.resolve("src/com/acme/Main.java").toString());
    command.add(folder.resolve("src/com/acme/Pricing.java").toString());
    tool("javac", command);
    return classes;
  }

  private static void tool(String name, List<String> arguments) {
    ToolProvider tool = ToolProvider.findFirst(name).orElseThrow();
    assertEquals(0, tool.run(System.out, System.err, arguments.toArray(String[]::new)), name);
  }

  private String run(Path java, String... arguments) throws Exception {
    return run(System.getProperty("polyproc.home"), java, arguments);
  }

  /**
   * @param installation that workers are started from; empty for one that the program makes
   */
  private String run(String installation, Path java, String... arguments) throws Exception {
    Process process = start(installation, ProcessBuilder.Redirect.INHERIT, java, arguments);
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(0, process.exitValue(), output);
    return output;
  }

  private Process start(
      String installation, ProcessBuilder.Redirect errors, Path java, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    if (java.endsWith("java")) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectError(errors);
    builder.environment().put("POLYPROC_HOME", installation);
    builder.environment().put("POLYPROC_CACHE", folder.resolve("cache").toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    return process;
  }

  @Test
  void shouldRunAThinJarWhoseManifestNamesItsClassPath() throws Exception {
    assertEquals(
        "tea costs 3\n",
        run(
            BIN.resolve("java"),
            "-Dcontext=true",
            "-jar",
            thinJar(compile(false), jars()).toString(),
            "com.acme.Pricing"));
  }

  private static List<Path> jars() throws Exception {
    return Stream.concat(Stream.of(own()), LIBRARIES.stream().map(Path::of)).toList();
  }

  private Path thinJar(Path classes, List<Path> libraries) throws Exception {
    String relative =
        libraries.stream()
            .map(jar -> folder.toAbsolutePath().relativize(jar).toString())
            .collect(Collectors.joining(" "));
    Path manifest = folder.resolve("manifest");
    // A line of a manifest is short; the tool folds it.
    Files.writeString(
        manifest, "Main-Class: com.acme.Main\nClass-Path: " + folded(relative) + "\n");
    Path jar = folder.resolve("app.jar");
    tool(
        "jar", List.of("-cfm", jar.toString(), manifest.toString(), "-C", classes.toString(), "."));
    return jar;
  }

  private static String folded(String text) {
    return text.replace(" ", " \n  ");
  }

  /** As an IDE writes a class path that is too long for a command. */
  @Test
  void shouldRunWithAnArgumentFile() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("classpath.args"),
            "-cp\n\"%s\"\n".formatted(compile(false) + File.pathSeparator + classPath()));
    assertEquals(
        "tea costs 3\n", run(BIN.resolve("java"), "@" + file, "com.acme.Main", "com.acme.Pricing"));
  }

  @Test
  void shouldRunInJshell() throws Exception {
    Path script =
        Files.writeString(
            folder.resolve("script.jsh"),
            """
            com.acme.Main.main(new String[] {"com.acme.Pricing"})
            /exit
            """);
    String output =
        run(
            BIN.resolve("jshell"),
            "-s",
            "-R--enable-native-access=ALL-UNNAMED",
            "--class-path",
            compile(false) + File.pathSeparator + classPath(),
            script.toString());
    assertEquals("tea costs 3\n", output);
  }

  /**
   * As Spring Boot's Maven plugin packs them: {@code Main} is in a folder of the jar, {@code
   * Pricing} and the Python code are in a jar within the jar.
   */
  private Path fatJar(Path classes) throws Exception {
    Path nested = folder.resolve("pricing.jar");
    tool(
        "jar",
        List.of(
            "-cf",
            nested.toString(),
            "-C",
            classes.toString(),
            "com/acme/Pricing.class",
            "-C",
            classes.toString(),
            "python",
            "-C",
            classes.toString(),
            "GRAALPY-VFS"));
    Map<String, byte[]> files = new TreeMap<>();
    for (String name : List.of("com/acme/Main.class", "com/acme/greeting.py")) {
      files.put("BOOT-INF/classes/" + name, Files.readAllBytes(classes.resolve(name)));
    }
    for (String each : List.of("BOOT-INF/", "BOOT-INF/classes/", "BOOT-INF/lib/")) {
      files.put(each, new byte[0]);
    }
    for (Path jar : Stream.concat(jars().stream(), Stream.of(nested)).toList()) {
      files.put("BOOT-INF/lib/" + jar.getFileName(), Files.readAllBytes(jar));
    }
    Path loaderJar =
        CLASS_PATH.stream()
            .filter(entry -> entry.contains("/spring-boot-loader-"))
            .findFirst()
            .map(Path::of)
            .orElseThrow();
    try (ZipFile loader = new ZipFile(loaderJar.toFile())) {
      for (ZipEntry entry : loader.stream().filter(each -> !each.isDirectory()).toList()) {
        files.put(entry.getName(), loader.getInputStream(entry).readAllBytes());
      }
    }
    files.put(
        "META-INF/MANIFEST.MF",
        """
        Manifest-Version: 1.0
        Main-Class: org.springframework.boot.loader.launch.JarLauncher
        Start-Class: com.acme.Main
        Spring-Boot-Classes: BOOT-INF/classes/
        Spring-Boot-Lib: BOOT-INF/lib/
        """
            .getBytes(UTF_8));
    Path jar = folder.resolve("shop.jar");
    Jars.writeStored(jar, files);
    return jar;
  }

  @Test
  void shouldRunAFatJarOfSpringBoot() throws Exception {
    String jar = fatJar(compile(false)).toString();
    assertEquals(
        "tea costs 3\n",
        run(BIN.resolve("java"), "-Dcontext=true", "-jar", jar, "com.acme.Pricing"));
  }

  /** As the next release in another folder does, and one that is packed in another way. */
  @Test
  void shouldMakeOneInstallationOfTheSameJars() throws Exception {
    Path classes = compile(false);
    String price = "tea costs 3\n";
    String thin = thinJar(classes, jars()).toString();
    assertEquals(price, run("", BIN.resolve("java"), "-jar", thin, "com.acme.Pricing"));
    Path installation = onlyInstallation();
    FileTime made = Files.getLastModifiedTime(installation.resolve("lib/build"));

    List<Path> copies = new ArrayList<>();
    for (Path jar : jars()) {
      Path copy = folder.resolve("next").resolve(jar.getFileName());
      Files.createDirectories(copy.getParent());
      copies.add(Files.copy(jar, copy));
    }
    String next = thinJar(classes, copies).toString();
    assertEquals(price, run("", BIN.resolve("java"), "-jar", next, "com.acme.Pricing"));
    String fat = fatJar(classes).toString();
    assertEquals(price, run("", BIN.resolve("java"), "-jar", fat, "com.acme.Pricing"));
    assertEquals(installation, onlyInstallation());
    assertEquals(made, Files.getLastModifiedTime(installation.resolve("lib/build")));
  }

  private Path onlyInstallation() throws Exception {
    List<Path> installations = installations();
    assertEquals(1, installations.size(), installations::toString);
    return installations.getFirst();
  }

  private List<Path> installations() throws Exception {
    try (Stream<Path> cache = Files.list(folder.resolve("cache"))) {
      return cache
          .filter(each -> each.getFileName().toString().startsWith("home-"))
          .filter(Files::isDirectory)
          .toList();
    }
  }

  @Test
  void shouldRunOnTheModulePath() throws Exception {
    Path classes = compile(true);
    assertEquals(
        "tea costs 3\n",
        run(
            BIN.resolve("java"),
            "--enable-native-access=io.polyproc",
            "-Dcontext=true",
            "-p",
            classes + File.pathSeparator + classPath(),
            "-m",
            "com.acme/com.acme.Main",
            "com.acme.Pricing"));
  }

  private Path linked(String modules) throws Exception {
    Path runtime = folder.resolve("runtime");
    tool(
        "jlink",
        List.of(
            "--ignore-signing-information", // of Bouncy Castle, which GraalPy needs
            "-p",
            compile(true) + File.pathSeparator + classPath(),
            "--add-modules",
            modules,
            "--output",
            runtime.toString()));
    return runtime.resolve("bin/java");
  }

  private String runLinked(String installation, Path java) throws Exception {
    return run(
        installation,
        java,
        "--enable-native-access=io.polyproc",
        "-m",
        "com.acme/com.acme.Main",
        "com.acme.Pricing");
  }

  @Test
  void shouldRunInALinkedRuntime() throws Exception {
    assertEquals(
        "tea costs 3\n", runLinked(System.getProperty("polyproc.home"), linked("com.acme")));
  }

  /** Where there is nothing but the linked runtime: its workers interpret. */
  @Test
  void shouldRunWorkersOnALinkedRuntime() throws Exception {
    Path java = linked("com.acme," + GRAALPY + ",java.se,jdk.security.auth,jdk.zipfs");
    assertEquals("tea costs 3\n", runLinked("", java));
    assertFalse(Files.exists(onlyInstallation().resolve("runtime/bin/java")));
  }

  /** By the variable that the command java reads. */
  @Test
  void shouldCompileInContextsOfAFatJar() throws Exception {
    environment.put(
        "JDK_JAVA_OPTIONS",
        "-XX:+UnlockExperimentalVMOptions -XX:+EnableJVMCI --upgrade-module-path=%s/lib/modules"
                .formatted(System.getProperty("polyproc.home"))
            + " --add-modules=jdk.graal.compiler"
            + " --enable-native-access=io.polyproc,org.graalvm.truffle,org.graalvm.py");
    assertEquals(
        "tea costs 3\n",
        run(
            BIN.resolve("java"),
            "-Dcontext=true",
            "-Dengine=GraalVM.*",
            "-jar",
            fatJar(compile(false)).toString(),
            "com.acme.Pricing"));
  }

  /** Before anything is made of it. */
  @Test
  void shouldNameWhatALinkedRuntimeLacks() throws Exception {
    Path java = linked("com.acme");
    Process process =
        start(
            "",
            ProcessBuilder.Redirect.PIPE,
            java,
            "--enable-native-access=io.polyproc",
            "-m",
            "com.acme/com.acme.Main");
    String errors = new String(process.getErrorStream().readAllBytes(), UTF_8);
    assertEquals(1, process.waitFor());
    assertTrue(
        errors.contains(
            "modules of GraalPy are neither on the class path nor on the module path:"
                + " org.graalvm.py, org.graalvm.py.resources;"),
        errors);
    assertEquals(List.of(), installations());
  }

  /** Of all jars, as {@code maven-shade-plugin} merges them: what comes first counts. */
  private Path merged(Path classes) throws Exception {
    Path merged = folder.resolve("merged.jar");
    Set<String> written = new HashSet<>();
    try (OutputStream file = Files.newOutputStream(merged);
        ZipOutputStream out = new ZipOutputStream(file)) {
      for (Path jar : Stream.concat(Stream.of(own()), LIBRARIES.stream().map(Path::of)).toList()) {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
          for (ZipEntry entry : zip.stream().toList()) {
            if (!entry.isDirectory()
                && !entry.getName().endsWith("module-info.class")
                && !entry.getName().matches("META-INF/.*\\.(SF|DSA|RSA)")
                && written.add(entry.getName())) {
              out.putNextEntry(new ZipEntry(entry.getName()));
              zip.getInputStream(entry).transferTo(out);
            }
          }
        }
      }
      try (Stream<Path> files = Files.walk(classes)) {
        for (Path own : files.filter(Files::isRegularFile).toList()) {
          out.putNextEntry(new ZipEntry(classes.relativize(own).toString()));
          Files.copy(own, out);
        }
      }
    }
    return merged;
  }

  @Test
  void shouldMakeAnInstallationAheadOfAMergedJar() throws Exception {
    String jar = merged(compile(false)).toString();
    Path home = folder.resolve("app/polyproc");
    Path java = BIN.resolve("java");
    String[] make = {"-cp", jar, "io.polyproc.MakeInstallation", home.toString()};
    assertEquals(home + "\n", run(java, make));
    FileTime made = Files.getLastModifiedTime(home.resolve("lib/build"));
    if (ImageWriter.isSupported()) {
      String output =
          run(java, "-cp", jar, "io.polyproc.MakeInstallation", "--warm=quick", home.toString());
      Path images = folder.resolve("cache/images");
      assertTrue(output.startsWith(home + "\n" + images), output);
    }
    assertEquals(made, Files.getLastModifiedTime(home.resolve("lib/build")));
    assertTrue(Files.exists(home.resolve("runtime/bin/java")));
    assertEquals(
        "tea costs 3\n",
        run(java, "-Dpolyproc.home=" + home, "-cp", jar, "com.acme.Main", "com.acme.Pricing"));
  }

  @Test
  void shouldSayWhereItHasLookedForAClass() throws Exception {
    Path classes = compile(false);
    String output =
        run(
            BIN.resolve("java"),
            "-cp",
            classes + File.pathSeparator + classPath(),
            "com.acme.Main",
            "com.acme.Gone");
    assertTrue(output.contains("there is no class com.acme.Gone among those of the JVM"), output);
    assertTrue(output.contains(classes.toString()), output);
  }
}
