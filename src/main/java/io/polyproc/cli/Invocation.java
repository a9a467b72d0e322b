package io.polyproc.cli;

import io.polyproc.bridge.PythonOptions;
import io.polyproc.bridge.Recording;
import io.polyproc.worker.Program;
import java.util.List;

/** What a command line asks for. */
sealed interface Invocation {

  /**
   * To run a program.
   *
   * @param arguments become {@code sys.argv[1:]}
   * @param recording what the program is to tell of itself
   */
  record Run(PythonOptions options, Program program, List<String> arguments, Recording recording)
      implements Invocation {

    /** One that tells nothing of itself. */
    Run(PythonOptions options, Program program, List<String> arguments) {
      this(options, program, arguments, Recording.NONE);
    }
  }

  /**
   * To print the version.
   *
   * @param detailed {@code -VV}
   */
  record ShowVersion(boolean detailed) implements Invocation {}

  /** To print the options of {@code python} and, where there are any, the subcommands. */
  record ShowHelp() implements Invocation {}

  /** {@code doctor}, whose options are its own. */
  record RunDoctor(List<String> arguments) implements Invocation {}

  /** {@code warm}, whose options are its own. */
  record RunWarm(List<String> arguments) implements Invocation {}

  /** {@code cache}, whose options are its own. */
  record RunCache(List<String> arguments) implements Invocation {}

  /** {@code verify}, whose options are its own. */
  record RunVerify(List<String> arguments) implements Invocation {}

  /** {@code ps}, whose options are its own. */
  record RunPs(List<String> arguments) implements Invocation {}

  /** {@code stack}, whose options are its own. */
  record RunStack(List<String> arguments) implements Invocation {}

  /** {@code profile}, whose options are its own. */
  record RunProfile(List<String> arguments) implements Invocation {}

  /** {@code top}, whose options are its own. */
  record RunTop(List<String> arguments) implements Invocation {}

  /** {@code dashboard}, whose options are its own. */
  record RunDashboard(List<String> arguments) implements Invocation {}

  /** {@code why}, whose options are its own. */
  record RunWhy(List<String> arguments) implements Invocation {}

  /** {@code cluster}, whose options are its own. */
  record RunCluster(List<String> arguments) implements Invocation {}

  /** Nothing that can be done, for this reason. */
  record Reject(String reason) implements Invocation {}
}
