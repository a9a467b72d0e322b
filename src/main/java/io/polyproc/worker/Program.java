package io.polyproc.worker;

/** What a Python process runs as its {@code __main__}. */
public sealed interface Program {

  /** {@code script}, {@code module}, {@code code} or {@code stdin}. */
  default String kind() {
    return switch (this) {
      case Script _ -> "script";
      case Module _ -> "module";
      case Code _ -> "code";
      case StandardInput _ -> "stdin";
    };
  }

  /** The path, module name, source text or name of the standard input. */
  default String what() {
    return switch (this) {
      case Script(String path) -> path;
      case Module(String name) -> name;
      case Code(String text) -> text;
      case StandardInput(String name) -> name;
    };
  }

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
