package io.polyproc.cli;

import io.polyproc.worker.Program;
import io.polyproc.worker.Worker;
import java.util.List;

/**
 * What the JVM runs when its AOT cache is made: reads command lines, so that the cache holds what
 * that takes, and then does a worker's training.
 */
final class AotTraining {

  private static final List<List<String>> COMMAND_LINES =
      List.of(
          List.of("script.py", "argument"),
          List.of("-uBI", "-W", "error", "-Xdev", "-c", "pass", "argument"),
          List.of("-S", "script.py"));

  private AotTraining() {}

  /** The arguments are {@link Worker}'s. */
  public static void main(String[] arguments) {
    parse();
    Worker.main(arguments);
  }

  /** Reads command lines of every kind. */
  private static void parse() {
    for (List<String> line : COMMAND_LINES) {
      Invocation invocation = Arguments.parse(line, CommandName.current());
      if (!(invocation instanceof Invocation.Run)) {
        throw new IllegalStateException(line + " was read as " + invocation);
      }
    }
    // Both ways a check may end.
    Preconditions.problem(new Program.Code("pass"));
    Preconditions.problem(new Program.Script("/no such script"));
  }
}
