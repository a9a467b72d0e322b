package io.polyproc.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jline.utils.ScreenTerminal;

/** Runs commands of the distribution. */
final class Commands {
  static final Path POLYPROC = Path.of(System.getProperty("polyproc.home")).resolve("bin/polyproc");
  private static final int TIMEOUT_SECONDS = 120;

  private final Path folder;
  private final List<Process> started = new ArrayList<>();

  /** In a folder of the caller's. */
  Commands(Path folder) {
    this.folder = folder;
  }

  /** Writes a script. */
  Path script(String text) throws IOException {
    return Files.writeString(folder.resolve("script.py"), text);
  }

  /** Starts the command with these arguments; its errors go to the file {@code errors}. */
  Process start(String... arguments) throws IOException {
    return start(
        new ProcessBuilder(
                Stream.concat(Stream.of(POLYPROC.toString()), Stream.of(arguments)).toList())
            .redirectError(folder.resolve("errors").toFile()));
  }

  private Process start(ProcessBuilder builder) throws IOException {
    Process process = builder.directory(folder.toFile()).start();
    started.add(process);
    return process;
  }

  /** Runs the command to its end. */
  CompletedCommand run(String... arguments) throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    Path errors = folder.resolve("command-errors");
    Process process =
        start(
            new ProcessBuilder(
                    Stream.concat(Stream.of(POLYPROC.toString()), Stream.of(arguments)).toList())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile()));
    assertTrue(
        process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS),
        () -> "no end of " + List.of(arguments));
    return new CompletedCommand(
        process.exitValue(),
        Files.readString(output, StandardCharsets.UTF_8),
        Files.readString(errors, StandardCharsets.UTF_8));
  }

  /**
   * Starts a command on a terminal of its own.
   *
   * @return whose output is what the terminal gets, and whose input is the keyboard
   */
  Process startOnTerminal(int rows, int columns, String command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            "script",
            "-qefc",
            "stty rows %d cols %d; exec %s".formatted(rows, columns, command),
            "/dev/null");
    builder.environment().put("TERM", "xterm-256color");
    return start(builder.redirectErrorStream(true));
  }

  /** What a terminal shows that has got this: its lines, without spaces at their ends. */
  static String screen(int rows, int columns, String output) {
    ScreenTerminal terminal = new ScreenTerminal(columns, rows);
    terminal.write(output);
    long[] cells = new long[rows * columns];
    terminal.dump(cells, null);
    StringBuilder text = new StringBuilder();
    for (int row = 0; row < rows; row++) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        int character = ScreenTerminal.cellCodePoint(cells[row * columns + column]);
        line.appendCodePoint(character == 0 ? ' ' : character);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  /** Ends those that still run, with all below them. */
  void endAll() throws InterruptedException {
    for (Process process : started) {
      List<ProcessHandle> below = process.descendants().toList();
      process.destroyForcibly();
      below.forEach(ProcessHandle::destroyForcibly);
      process.waitFor();
    }
  }
}
