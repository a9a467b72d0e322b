package io.polyproc.conformance;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs a program with an interpreter, in folders of its own, and looks for what it leaves. Blocks
 * for the program's timeout at most, and then for as long as the thread dumps of its processes
 * take.
 */
final class Runner {

  /** How long the output may stay open once the main process has ended. */
  private static final Duration OUTPUT_GRACE = Duration.ofSeconds(15);

  /** How many times longer than declared a run may take, for a slow or busy machine. */
  private static final int PATIENCE = Integer.getInteger("polyproc.patience", 1);

  private final Interpreter interpreter;

  Runner(Interpreter interpreter) {
    this.interpreter = interpreter;
  }

  /**
   * Has the image made that programs start from, with the variables that they have; without one
   * they boot. Needed once, and only for polyproc.
   */
  void makeImage() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(interpreter.command());
    command.addAll(List.of("warm", "--quick"));
    ProcessBuilder builder = new ProcessBuilder(command);
    setEnvironment(builder.environment());
    if (!"off".equals(builder.environment().get("POLYPROC_IMAGE"))) {
      builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
      int _ = builder.start().waitFor();
    }
  }

  ProgramRun run(ConformanceProgram program) throws IOException, InterruptedException {
    Path folder = program.script().toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(program.script() + " has no folder");
    }
    try (Sandbox sandbox = new Sandbox(folder)) {
      MarkedProcesses processes = new MarkedProcesses(UUID.randomUUID().toString(), sandbox.root());
      LeakCheck leaks = new LeakCheck(sandbox, processes);
      try {
        return run(program, sandbox, processes, leaks);
      } finally {
        processes.kill();
      }
    }
  }

  private ProgramRun run(
      ConformanceProgram program, Sandbox sandbox, MarkedProcesses processes, LeakCheck leaks)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    Process process = start(program, sandbox, processes);
    feed(process, program.stdin());
    Output stdout = stdout(process, program.header());
    Output stderr = Output.of("standard error", process.getErrorStream());
    Duration timeout = program.header().timeout().multipliedBy(PATIENCE);
    boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    Duration wall = Duration.ofNanos(System.nanoTime() - start);
    List<String> troubles = new ArrayList<>();
    if (!ended) {
      troubles.add("still runs after " + timeout.toSeconds() + " s");
      troubles.addAll(ThreadDumps.of(processes.find()));
      processes.kill();
      process.destroyForcibly().waitFor();
    }
    String printed = stdout.await(OUTPUT_GRACE, troubles);
    String complained = stderr.await(OUTPUT_GRACE, troubles);
    if (ended) {
      troubles.addAll(leaks.leftovers());
    }
    return new ProgramRun(
        sandbox.withoutPaths(printed),
        sandbox.withoutPaths(complained),
        process.exitValue(),
        wall,
        troubles);
  }

  private Process start(ConformanceProgram program, Sandbox sandbox, MarkedProcesses processes)
      throws IOException {
    // The signals as a shell gives them, whatever this JVM inherited, and a group of its own.
    List<String> command = new ArrayList<>(List.of("env", "--default-signal", "setsid"));
    command.addAll(interpreter.command());
    command.addAll(program.commandLine());
    ProcessBuilder builder = new ProcessBuilder(command).directory(sandbox.work().toFile());
    setEnvironment(builder.environment(), sandbox, processes, program.header().environment());
    return builder.start();
  }

  private static void setEnvironment(
      Map<String, String> environment,
      Sandbox sandbox,
      MarkedProcesses processes,
      Map<String, String> own) {
    setEnvironment(environment);
    environment.put("TMPDIR", sandbox.tmp().toString());
    environment.put(MarkedProcesses.VARIABLE, processes.id());
    environment.putAll(own);
  }

  /** Of all programs. */
  private static void setEnvironment(Map<String, String> environment) {
    environment.keySet().removeIf(name -> name.startsWith("PYTHON") || name.startsWith("LC_"));
    environment.put("LANG", "C.UTF-8");
    environment.putIfAbsent("POLYPROC_IMAGE", "kept"); // who makes one in the background looks left
  }

  private static void feed(Process process, String text) {
    Thread.ofVirtual()
        .start(
            () -> {
              try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(text.getBytes(StandardCharsets.UTF_8));
              } catch (IOException e) {
                // A program need not read its input to the end.
              }
            });
  }

  /** Reads standard output; sends the signal, or stops reading, where the program asks for it. */
  private static Output stdout(Process process, Header header) {
    AtomicBoolean sent = new AtomicBoolean();
    return Output.of(
        "standard output",
        process.getInputStream(),
        header.linesRead(),
        line ->
            header
                .signal()
                .filter(signal -> line.equals(signal.afterLine()))
                .filter(_ -> sent.compareAndSet(false, true))
                .ifPresent(signal -> signal.send(process.pid())));
  }
}
