package io.polyproc.conformance;

import java.util.List;

/**
 * A command that runs Python.
 *
 * @param name for reports
 * @param command the executable and what always follows it
 */
record Interpreter(String name, List<String> command) {

  Interpreter {
    command = List.copyOf(command);
  }

  /**
   * The command under test: {@code polyproc.home}'s, or any other that the system property {@code
   * polyproc.command} names.
   */
  static Interpreter polyproc() {
    String home = System.getProperty("polyproc.home", "target/polyproc");
    String command = System.getProperty("polyproc.command", "");
    return new Interpreter(
        "polyproc", List.of(command.isEmpty() ? home + "/bin/polyproc" : command));
  }
}
