package io.polyproc.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.posix.Processes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A daemon of a test's own, in a folder of its own, and the command that speaks to it. */
final class TestDaemon {
  static final Path BIN = Path.of(System.getProperty("polyproc.home"), "bin");

  private static final int TIMEOUT_SECONDS = 90;
  private static final Path ANYWHERE = Path.of(".");

  private final Path runtime;
  private final Map<String, String> settings;

  /** How a command ended. */
  record Outcome(int status, String output, String errors) {}

  /** Something to wait for. */
  @FunctionalInterface
  interface Condition {
    boolean holds() throws Exception;
  }

  private TestDaemon(Path runtime, Map<String, String> settings) {
    this.runtime = runtime;
    this.settings = Map.copyOf(settings);
  }

  /**
   * Starts one.
   *
   * @param settings further environment variables, its own and of its programs
   */
  static TestDaemon start(Map<String, String> settings) throws Exception {
    TestDaemon daemon = new TestDaemon(privateFolder(), settings);
    Outcome outcome = outcome(daemon.command(ANYWHERE, "daemon", "start").start());
    assertEquals(0, outcome.status(), outcome::errors);
    assertTrue(outcome.output().startsWith("pid "), outcome::output);
    return daemon;
  }

  /** Stops it; it leaves nothing behind, or this fails. */
  void stop() throws Exception {
    int pid = pid();
    outcome(command(ANYWHERE, "daemon", "stop").start());
    await(
        Duration.ofSeconds(30),
        Duration.ofMillis(50),
        () -> !Processes.exists(pid),
        "the daemon still runs");
    Files.delete(runtime);
  }

  static Path privateFolder() throws IOException {
    return Files.createTempDirectory(
        "polyproc-daemon",
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** Its private folder. */
  Path runtime() {
    return runtime;
  }

  /** A command that this daemon serves. */
  ProcessBuilder command(Path folder, String... arguments) {
    // The signals as a shell gives them, whatever this JVM inherited.
    List<String> command =
        new ArrayList<>(List.of("env", "--default-signal", BIN.resolve("polyproc").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("PYTHON"));
    environment.remove("POLYPROC_DAEMON");
    environment.put("POLYPROC_RUNTIME_DIR", runtime.toString());
    environment.put("POLYPROC_PRACTICE", "off");
    environment.putAll(settings);
    return builder;
  }

  /** Runs a command that gets no input. */
  Outcome run(Path folder, String... arguments) throws Exception {
    Process process = command(folder, arguments).start();
    process.getOutputStream().close();
    return outcome(process);
  }

  static Outcome outcome(Process process) throws Exception {
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("did not end: " + output + errors);
    }
    return new Outcome(process.exitValue(), output, errors);
  }

  /** How many programs it has run. */
  int programs() throws Exception {
    return number("(\\d+) in all");
  }

  int pid() throws Exception {
    return number("pid +(\\d+)");
  }

  /** A number in its report; -1 if it is not there, as when no daemon runs. */
  int number(String pattern) throws Exception {
    Outcome status = outcome(command(ANYWHERE, "daemon", "status").start());
    Matcher matcher = Pattern.compile(pattern).matcher(status.output());
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : -1;
  }

  /** Waits for something, and looks again and again. */
  static void await(Duration time, Duration pause, Condition condition, String otherwise)
      throws Exception {
    long deadline = System.nanoTime() + time.toNanos();
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < deadline, otherwise);
      Thread.sleep(pause.toMillis());
    }
  }
}
