package io.polyproc.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the bash launcher in a distribution whose {@code java} only says what it was given. */
final class LauncherTest {

  private static final String MAIN = "io.polyproc/io.polyproc.cli.Main";

  @TempDir Path folder;
  private Path home;

  @BeforeEach
  void makeADistribution() throws IOException {
    folder = folder.toRealPath();
    home = Files.createDirectories(folder.resolve("a & home"));
    copyFiles();
    note("jit=on", "aot=off", "aot.home=" + home);
  }

  private void copyFiles() throws IOException {
    Distribution distribution =
        new Distribution(Path.of("").toAbsolutePath(), Installation.of(home));
    distribution.copyFiles();
    distribution.writeJvmOptions();
  }

  private void makeRuntime() throws IOException {
    fakeJava(home.resolve("runtime"));
    copyFiles();
  }

  private void note(String... properties) throws IOException {
    Files.write(home.resolve("lib/image.properties"), List.of(properties));
  }

  /** Makes it, and notes that it was made. */
  private Path makeAotCache() throws IOException {
    Path cache = Files.createFile(home.resolve("lib/polyproc.aot"));
    note("jit=on", "aot=on", "aot.home=" + home);
    return cache;
  }

  @Test
  void shouldStartTheSameJvmAsJavaDoesForWorkers() throws Exception {
    makeRuntime();
    makeAotCache();

    List<String> expected = new ArrayList<>(Installation.of(home).javaCommand());
    assertTrue(expected.contains("-XX:AOTCache=" + home + "/lib/polyproc.aot"));
    expected.addAll(
        List.of("-Dpolyproc.executable=" + home + "/bin/python", "-m", MAIN, "s.py", "a  b", ""));
    assertEquals(expected, run(Map.of(), "bin/polyproc", "s.py", "a  b", "").output());
  }

  @Test
  void shouldDoWithoutAnAotCache() throws Exception {
    makeRuntime();

    List<String> expected = new ArrayList<>(Installation.of(home).javaCommand());
    expected.addAll(List.of("-Dpolyproc.executable=" + home + "/bin/python", "-m", MAIN));
    assertEquals(expected, run(Map.of(), "bin/polyproc").output());
  }

  @Test
  void shouldTellThatItWasCalledAsPython() throws Exception {
    makeRuntime();
    Path link = Files.createSymbolicLink(home.resolve("python3.12"), Path.of("bin/python3"));

    List<String> output = run(Map.of(), "python3.12", "-c", "pass").output();
    assertTrue(output.contains("-Dpolyproc.invoked=python"), output::toString);
    assertTrue(output.contains("-Dpolyproc.executable=" + link), output::toString);
    assertEquals(
        List.of("-m", MAIN, "-c", "pass"), output.subList(output.size() - 4, output.size()));
  }

  @Test
  void shouldPassOnExtraOptions() throws Exception {
    makeRuntime();

    List<String> output =
        run(Map.of("POLYPROC_JAVA_OPTS", " -Xmx1g  -Da=*"), "bin/polyproc").output();
    assertTrue(output.containsAll(List.of("-Xmx1g", "-Da=*")), output::toString);
  }

  @Test
  void shouldRunOnAJdk25WithoutARuntimeImage() throws Exception {
    note("jit=off", "aot=off", "aot.home=" + home);
    Path jdk = folder.resolve("jdk");
    fakeJava(jdk);
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.9\"\n");

    Result result = run(Map.of("JAVA_HOME", jdk.toString()), "bin/polyproc");
    assertEquals(0, result.status());
    assertTrue(result.output().stream().noneMatch("-XX:+EnableJVMCI"::equals));
  }

  @Test
  void shouldPrepareAnAotCacheWhereItWasUnpacked() throws Exception {
    makeRuntime();
    note("jit=on", "aot=on", "aot.home=/elsewhere");

    List<String> output = run(Map.of(), "bin/polyproc").output();
    assertTrue(
        String.join(" ", output)
            .contains("io.polyproc.distribution.DistributionBuilder aot " + home),
        output::toString);
  }

  @Test
  void shouldMakeAnAotCacheAgainThatWasChangedOrLost() throws Exception {
    makeRuntime();
    Path cache = makeAotCache();
    String preparation = "io.polyproc.distribution.DistributionBuilder aot " + home;
    assertFalse(String.join(" ", run(Map.of(), "bin/polyproc").output()).contains(preparation));

    Files.setLastModifiedTime(cache, later());
    List<String> output = run(Map.of(), "bin/polyproc").output();
    assertTrue(String.join(" ", output).contains(preparation), output::toString);
    assertTrue(output.stream().noneMatch(option -> option.startsWith("-XX:AOTCache=")));

    Files.delete(cache);
    output = run(Map.of(), "bin/polyproc").output();
    assertTrue(String.join(" ", output).contains(preparation), output::toString);
  }

  @Test
  void shouldRefuseARuntimeImageThatWasChanged() throws Exception {
    makeRuntime();
    Path modules = Files.createDirectories(home.resolve("runtime/lib")).resolve("modules");
    Files.setLastModifiedTime(Files.createFile(modules), later());

    assertEquals(
        new Result(
            69,
            List.of(
                ("polyproc: %1$s/runtime was changed after it was made: delete %1$s and unpack or"
                        + " build it again")
                    .formatted(home))),
        run(Map.of(), "bin/polyproc"));
  }

  @Test
  void shouldTellOfTooFewDescriptors() throws Exception {
    makeRuntime();
    Path limited = home.resolve("limited");
    Files.writeString(
        limited, "#!/bin/bash\nulimit -n 100\nexec '%s/bin/polyproc'\n".formatted(home));
    assertTrue(limited.toFile().setExecutable(true));

    Result result = run(Map.of(), "limited");
    assertEquals(69, result.status());
    assertEquals(
        List.of(
            "polyproc: it needs 512 file descriptors, and 100 are allowed: raise the hard limit"
                + " (ulimit -Hn 512)"),
        result.output());
  }

  @Test
  void shouldHaveTheDoctorReadTheWholeAotCache() throws Exception {
    makeRuntime();
    assertTrue(
        run(Map.of(), "bin/polyproc", "doctor").output().contains("-XX:+VerifySharedSpaces"));
    assertFalse(run(Map.of(), "bin/polyproc", "d.py").output().contains("-XX:+VerifySharedSpaces"));
  }

  private static FileTime later() {
    return FileTime.fromMillis(System.currentTimeMillis() + 60_000);
  }

  @Test
  void shouldCopyAChangedShimWithoutABuild() throws Exception {
    Path tree = Files.createDirectories(folder.resolve("tree"));
    home = Files.createDirectories(tree.resolve("target/polyproc"));
    makeRuntime();
    note("jit=on", "aot=off", "aot.home=" + home);
    for (String file :
        List.of("polyproc", "src/build/update", "src/main/distribution/find-jdk-25")) {
      Files.createDirectories(tree.resolve(file).resolveSibling(""));
      Files.copy(Path.of(file), tree.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
    }
    Files.createFile(tree.resolve("pom.xml"));
    Files.createFile(Files.createDirectories(tree.resolve("python-shim")).resolve("new.py"));
    Path stamp = Files.createFile(tree.resolve("target/polyproc.stamp"));
    Files.setLastModifiedTime(stamp, later());

    Path launcher = Path.of("../../polyproc");
    List<String> expected = new ArrayList<>(Installation.of(home).javaCommand());
    expected.addAll(List.of("-Dpolyproc.executable=" + home + "/bin/python", "-m", MAIN));
    assertEquals(expected, run(Map.of(), launcher.toString()).output());
    assertTrue(Files.exists(home.resolve("lib/python-shim/new.py")));
  }

  /** Program and options start from the image of a cache folder, however that is named. */
  @Test
  void shouldFindTheImagesInARelativeCacheFolder() throws Exception {
    Path restore = home.resolve("lib/restore");
    fake(restore);
    Files.writeString(home.resolve("lib/build"), "0123\n");
    Path cache = folder.resolve("cache");
    Files.createDirectories(cache.resolve("images"));

    for (String named : List.of(cache.toString(), "cache")) {
      assertEquals(
          List.of(
              restore.toString(),
              cache + "/images/0123",
              home + "/bin/polyproc",
              "--no-image",
              "-c",
              "pass"),
          run(Map.of("POLYPROC_CACHE", named), "bin/polyproc", "-c", "pass").output());
    }
  }

  private static void fakeJava(Path jdk) throws IOException {
    fake(Files.createDirectories(jdk.resolve("bin")).resolve("java"));
  }

  /** A command that only says what it was given. */
  private static void fake(Path command) throws IOException {
    Files.writeString(command, "#!/bin/bash\nprintf '%s\\n' \"$0\" \"$@\"\n");
    assertTrue(command.toFile().setExecutable(true));
  }

  private record Result(int status, List<String> output) {}

  private Result run(Map<String, String> environment, String launcher, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(home.resolve(launcher).toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().keySet().removeAll(Set.of("POLYPROC_JAVA_OPTS", "POLYPROC_IMAGE"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(10, TimeUnit.SECONDS));
    return new Result(process.exitValue(), output.lines().toList());
  }
}
