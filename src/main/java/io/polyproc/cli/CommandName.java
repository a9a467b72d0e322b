package io.polyproc.cli;

/** The name that the launcher was called by, which decides what its first word may mean. */
enum CommandName {
  /** Has subcommands. */
  POLYPROC("polyproc", "polyproc [run]"),
  /** Takes what CPython takes and nothing else: a file named {@code doctor} is a script. */
  PYTHON("python", "python");

  /** Set by the launcher. */
  private static final String PROPERTY = "polyproc.invoked";

  private final String text;
  private final String synopsis;

  CommandName(String text, String synopsis) {
    this.text = text;
    this.synopsis = synopsis;
  }

  static CommandName current() {
    return PYTHON.text.equals(System.getProperty(PROPERTY)) ? PYTHON : POLYPROC;
  }

  /** The one by whose path the launcher was called. */
  static CommandName of(String launcher) {
    String file = launcher.substring(launcher.lastIndexOf('/') + 1);
    return file.startsWith(PYTHON.text) ? PYTHON : POLYPROC;
  }

  boolean hasSubcommands() {
    return this == POLYPROC;
  }

  /** The line that follows a complaint about options. */
  String usage() {
    return "usage: " + synopsis + " [option] ... [-c cmd | -m mod | file | -] [arg] ...";
  }

  @Override
  public String toString() {
    return text;
  }
}
