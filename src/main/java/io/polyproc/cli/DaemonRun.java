package io.polyproc.cli;

import io.polyproc.daemon.DaemonClient;
import io.polyproc.image.Installation;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import io.polyproc.wire.RunRequest;
import io.polyproc.worker.MainProgram;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * Running a program through the daemon: what a command does that was started without Python, as the
 * launcher does where a daemon listens.
 */
final class DaemonRun {
  /** Set by {@code lib/client.options}. */
  private static final String CLIENT_PROPERTY = "polyproc.client";

  /** Set by the launcher to the numbers of the descriptors that it was started with. */
  private static final String DESCRIPTORS_PROPERTY = "polyproc.descriptors";

  private DaemonRun() {}

  /** Whether this JVM has no Python, and must hand programs on. */
  static boolean isClient() {
    return Boolean.getBoolean(CLIENT_PROPERTY);
  }

  /** Runs a program; empty if no daemon could. */
  static OptionalInt run(Invocation.Run run) {
    return searchesRelativeFolders() ? OptionalInt.empty() : new DaemonClient().run(request(run));
  }

  /** They are relative to the folder in which Python boots, which a daemon's worker has done. */
  static boolean searchesRelativeFolders() {
    String path = Objects.requireNonNullElse(System.getenv("PYTHONPATH"), "");
    return !path.isEmpty()
        && Pattern.compile(File.pathSeparator, Pattern.LITERAL)
            .splitAsStream(path)
            .anyMatch(entry -> !entry.startsWith("/"));
  }

  static RunRequest request(Invocation.Run run) {
    Installation installation = Installation.current();
    return new RunRequest(
        installation.home().toString(),
        run.options().toArguments(),
        MainProgram.executable(installation).toString(),
        List.of(run.program().kind(), run.program().what()),
        run.arguments(),
        Objects.requireNonNull(System.getProperty("user.dir")),
        Processes.fileModeMask(),
        System.getenv(),
        Processes.ignoredSignals(),
        descriptors());
  }

  private static List<Integer> descriptors() {
    return Pattern.compile(",", Pattern.LITERAL)
        .splitAsStream(System.getProperty(DESCRIPTORS_PROPERTY, ""))
        .filter(number -> !number.isEmpty())
        .map(Integer::valueOf)
        .toList();
  }

  private static Path launcher() {
    Installation installation = Installation.current();
    return CommandName.current().hasSubcommands()
        ? installation.launcher().resolveSibling(CommandName.POLYPROC.toString())
        : MainProgram.executable(installation);
  }

  /** Becomes the command with Python in it; returns the reason only if that fails. */
  static String withoutDaemon(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(launcher().toString());
    command.add("--daemon-later");
    command.addAll(arguments);
    try {
      Processes.become(command);
      return "it returned";
    } catch (PosixException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
