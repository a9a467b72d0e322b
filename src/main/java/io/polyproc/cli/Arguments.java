package io.polyproc.cli;

import io.polyproc.bridge.PythonOptions;
import io.polyproc.bridge.Recording;
import io.polyproc.distribution.Installation;
import io.polyproc.worker.Program;
import java.util.List;
import java.util.Set;

/**
 * Finds out what a command line asks for.
 *
 * <p>It knows the subcommands and the four ways to name a program; options are {@link
 * PythonGrammar}'s. A command line with usual options never gets there, because Picocli takes some
 * 80 ms of a start to load: its classes are of a version that the JVM's AOT cache cannot hold.
 */
final class Arguments {

  /** The options of Python's that are often given, each by itself. */
  private static final Set<String> FLAGS = Set.of("-B", "-E", "-I", "-P", "-q", "-s", "-u");

  private static final String TIMELINE = "--timeline";
  private static final String PROFILE = "--profile";

  private Arguments() {}

  static Invocation parse(List<String> arguments, CommandName name) {
    if (!name.hasSubcommands()) {
      return parseProgram(arguments);
    }
    if (arguments.isEmpty()) {
      return parseRecorded(arguments, Recording.NONE);
    }
    List<String> rest = arguments.subList(1, arguments.size());
    return switch (arguments.getFirst()) {
      case "run" -> parseRecorded(rest, Recording.NONE);
      case "doctor" -> new Invocation.RunDoctor(List.copyOf(rest));
      case "bench" -> bench(rest);
      case "warm" -> new Invocation.RunWarm(List.copyOf(rest));
      case "cache" -> new Invocation.RunCache(List.copyOf(rest));
      case "verify" -> new Invocation.RunVerify(List.copyOf(rest));
      case "ps" -> new Invocation.RunPs(List.copyOf(rest));
      case "stack" -> new Invocation.RunStack(List.copyOf(rest));
      case "why" -> new Invocation.RunWhy(List.copyOf(rest));
      case "profile" -> new Invocation.RunProfile(List.copyOf(rest));
      case "top" -> new Invocation.RunTop(List.copyOf(rest));
      case "dashboard" -> new Invocation.RunDashboard(List.copyOf(rest));
      case "cluster" -> new Invocation.RunCluster(List.copyOf(rest));
      case "help" -> help(rest);
      default -> parseRecorded(arguments, Recording.NONE);
    };
  }

  /** The options that are ours and not Python's come first. */
  private static Invocation parseRecorded(List<String> arguments, Recording recording) {
    String first = arguments.isEmpty() ? "" : arguments.getFirst();
    if (first.equals("--progress")) {
      return parseRecorded(arguments.subList(1, arguments.size()), recording.withProgress());
    }
    for (String option : List.of(TIMELINE, PROFILE)) {
      boolean attached = first.startsWith(option + "=");
      if (attached || first.equals(option)) {
        int taken = attached ? 1 : 2;
        String file =
            attached
                ? first.substring(option.length() + 1)
                : arguments.size() > 1 ? arguments.get(1) : "";
        if (file.isEmpty()) {
          return new Invocation.Reject(
              "Argument expected for the %s option: the file to write".formatted(option));
        }
        return parseRecorded(
            arguments.subList(taken, arguments.size()),
            option.equals(TIMELINE) ? recording.withTimeline(file) : recording.withProfile(file));
      }
    }
    Invocation parsed = parseProgram(arguments);
    return parsed instanceof Invocation.Run run
        ? new Invocation.Run(run.options(), run.program(), run.arguments(), recording)
        : parsed;
  }

  private static Invocation help(List<String> topics) {
    if (topics.contains("doctor")) {
      return new Invocation.RunDoctor(List.of("--help"));
    }
    if (topics.contains("verify")) {
      return new Invocation.RunVerify(List.of("--help"));
    }
    if (topics.contains("warm")) {
      return new Invocation.RunWarm(List.of("--help"));
    }
    if (topics.contains("cache")) {
      return new Invocation.RunCache(List.of("--help"));
    }
    if (topics.contains("ps")) {
      return new Invocation.RunPs(List.of("--help"));
    }
    if (topics.contains("stack")) {
      return new Invocation.RunStack(List.of("--help"));
    }
    if (topics.contains("profile")) {
      return new Invocation.RunProfile(List.of("--help"));
    }
    if (topics.contains("top")) {
      return new Invocation.RunTop(List.of("--help"));
    }
    if (topics.contains("dashboard")) {
      return new Invocation.RunDashboard(List.of("--help"));
    }
    if (topics.contains("why")) {
      return new Invocation.RunWhy(List.of("--help"));
    }
    if (topics.contains("cluster")) {
      return new Invocation.RunCluster(List.of("--help"));
    }
    return topics.contains("bench") ? bench(List.of("--help")) : new Invocation.ShowHelp();
  }

  /** What {@code bench} runs: a program of the distribution's own, which any Python can run. */
  static Program benchmark() {
    return new Program.Script(Installation.current().benchmark().toString());
  }

  private static Invocation bench(List<String> arguments) {
    return run(PythonOptions.DEFAULT, benchmark(), arguments);
  }

  private static Invocation parseProgram(List<String> all) {
    int flags = 0;
    while (flags < all.size() && FLAGS.contains(all.get(flags))) {
      flags++;
    }
    PythonOptions options = PythonOptions.fromArguments(all.subList(0, flags));
    List<String> arguments = all.subList(flags, all.size());
    int size = arguments.size();
    if (size == 0) {
      return run(options, new Program.StandardInput(""), arguments);
    }
    String first = arguments.getFirst();
    if (!first.startsWith("-") || first.equals("-")) {
      return run(options, operand(first), arguments.subList(1, size));
    }
    if (size > 1 && first.equals("-c")) {
      return run(options, new Program.Code(arguments.get(1)), arguments.subList(2, size));
    }
    if (size > 1 && first.equals("-m")) {
      return run(options, new Program.Module(arguments.get(1)), arguments.subList(2, size));
    }
    return new PythonGrammar().parse(all);
  }

  /** What the first argument that is no option names. */
  static Program operand(String argument) {
    return argument.equals("-") ? new Program.StandardInput("-") : new Program.Script(argument);
  }

  private static Invocation run(PythonOptions options, Program program, List<String> arguments) {
    return new Invocation.Run(options, program, List.copyOf(arguments));
  }
}
