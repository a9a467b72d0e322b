package io.polyproc.worker;

/** What a Python process runs as its {@code __main__}. */
public sealed interface Program {

  /** A script file, a folder or a zip file with a {@code __main__.py}. */
  record Script(String path) implements Program {}

  /** {@code -m name}: a module or package run as a script. */
  record Module(String name) implements Program {}

  /** {@code -c text}: source text from the command line. */
  record Code(String text) implements Program {}

  /**
   * Source text from standard input, or the interactive prompt where it is a terminal.
   *
   * @param name becomes {@code sys.argv[0]}: {@code -} if that was given, else empty
   */
  record StandardInput(String name) implements Program {}
}
