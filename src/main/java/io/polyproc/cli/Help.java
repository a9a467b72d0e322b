package io.polyproc.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The text of {@code --help}: the options as the parser knows them, and what surrounds them. */
final class Help {

  private static final List<String> SUBCOMMANDS =
      List.of(
          "Commands, if the first word is one (a script of that name is ./run):",
          "  run           run a program; the word may be left out",
          "  warm          make the image that programs start from, at once",
          "  cache         list or clear the images that are kept",
          "  doctor        print what was found on this machine and what is used",
          "  bench         compare with CPython: everyday programs, then area by area",
          "  verify        run the conformance programs on this machine: a table",
          "  ps            list the running programs and their processes",
          "  stack         print the Python stacks of a running process",
          "  why           print who waits for what in a program, and deadlocks",
          "  top           show the running programs and their processes, live",
          "  dashboard     show them on a page in the browser, live",
          "  profile       complete the flame graph of a program that was killed",
          "  cluster       run a node of a cluster: start, join, status, leave, stop",
          "  help          print this help; help doctor: that of doctor; so the others",
          "",
          "Options of run, before those of Python:",
          "  --timeline <file>  write what all processes do and wait for, for Perfetto",
          "  --profile <file>   write a flame graph of all processes, for speedscope",
          "  --progress         show a bar for each map, imap, starmap on standard error",
          "  --cluster          let processes run on all nodes of a cluster",
          "");

  private static final List<String> ARGUMENTS =
      List.of(
          "",
          "Arguments:",
          "  file          program read from a file, or a folder or zip with a __main__.py",
          "  -             program read from stdin (default; interactive if a terminal)",
          "  arg ...       arguments passed to the program in sys.argv[1:]",
          "");

  private static final List<String> ENVIRONMENT =
      List.of(
          "Environment, next to Python's PYTHON* variables:",
          "  POLYPROC_CACHE      folder for what may be kept between programs; else",
          "                      $XDG_CACHE_HOME/polyproc or ~/.cache/polyproc",
          "  POLYPROC_CLUSTER    on: as --cluster",
          "  POLYPROC_STANDBY    how many worker JVMs may boot ahead of need; 0: none",
          "  POLYPROC_IMAGE      kept: make no image in the background; off: boot",
          "  POLYPROC_JAVA_OPTS  more options for every JVM, separated by spaces",
          "  POLYPROC_DEBUG      1: print the Java stack trace of an internal error",
          "  JAVA_HOME           is looked at first when a JDK 25 is needed",
          "");

  private Help() {}

  static String text(CommandName name) {
    CommandSpec spec = new PythonGrammar().spec().name(name.toString());
    spec.parser().separator(" ");
    spec.usageMessage()
        .customSynopsis(name.usage().substring("usage: ".length()))
        .synopsisHeading("usage: ")
        .optionListHeading("Options:%n")
        .sortOptions(false)
        .footer(footer().toArray(String[]::new));
    if (name.hasSubcommands()) {
      spec.usageMessage().description(SUBCOMMANDS.toArray(String[]::new));
    }
    return new CommandLine(spec).getUsageMessage();
  }

  private static List<String> footer() {
    List<String> lines = new ArrayList<>(ARGUMENTS);
    lines.addAll(ENVIRONMENT);
    lines.add("Exit status: that of the program, or");
    for (ExitCode code : ExitCode.values()) {
      lines.add("  %3d  %s".formatted(code.status(), code.meaning()));
    }
    return lines;
  }
}
