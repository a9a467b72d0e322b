package io.polyproc.bridge;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A main program for a process that has booted for any, and what the process has from the shell
 * that has started it.
 *
 * @param options the interpreter's options, as {@code PythonOptions} writes them
 * @param kind {@code script}, {@code module}, {@code code} or {@code stdin}
 * @param what the path, module name or source text
 * @param arguments become {@code sys.argv[1:]}
 * @param folder the working directory
 * @param fileModeMask the {@code umask}
 * @param environment variables
 * @param ignoredSignals the numbers of those that are ignored
 * @param closedStreams the numbers of standard streams that were closed
 * @param recording what it is to tell of itself
 */
public record RunRequest(
    List<String> options,
    String kind,
    String what,
    List<String> arguments,
    String folder,
    int fileModeMask,
    Map<String, String> environment,
    List<Integer> ignoredSignals,
    List<Integer> closedStreams,
    Recording recording) {

  public RunRequest {
    options = List.copyOf(options);
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
    ignoredSignals = List.copyOf(ignoredSignals);
    closedStreams = List.copyOf(closedStreams);
  }

  /** What stood behind the executable. */
  public List<String> commandLine() {
    Stream<String> named =
        switch (kind) {
          case "module" -> Stream.of("-m", what);
          case "code" -> Stream.of("-c", what);
          default -> Stream.of(what).filter(name -> !name.isEmpty());
        };
    return Stream.of(options.stream(), named, arguments.stream()).flatMap(part -> part).toList();
  }
}
