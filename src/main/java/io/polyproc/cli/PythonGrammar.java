package io.polyproc.cli;

import io.polyproc.bridge.PythonOptions;
import io.polyproc.worker.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.Stack;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The options of {@code python}, as Picocli's parser sees them.
 *
 * <p>CPython's grammar is that of {@code getopt}: short options cluster ({@code -uc 'x'}), a value
 * may be attached ({@code -Wd}), and whatever follows {@code -c}'s code, {@code -m}'s module or the
 * script belongs to the program, whatever it looks like. Every option here has a consumer that
 * takes from the rest of the command line what is its own; those that end the options take all of
 * it. The specification is built in code, as reading annotations would take as long again.
 *
 * <p>An instance parses one command line.
 */
final class PythonGrammar {

  /** Cannot be in an argument, so that {@code -W=x} means the value {@code =x}, as in CPython. */
  private static final String NO_SEPARATOR = "\0";

  private static final Set<String> PYC_CHECKS = Set.of("default", "always", "never");

  /** What Picocli met so far, in the words of {@link PythonOptions#fromArguments}. */
  private final List<String> options = new ArrayList<>();

  private int versions;
  private boolean help;
  private @Nullable Program program;
  private List<String> arguments = List.of();

  Invocation parse(List<String> commandLine) {
    CommandSpec spec = spec();
    spec.parser()
        .separator(NO_SEPARATOR)
        .expandAtFiles(false)
        .overwrittenOptionsAllowed(true)
        .stopAtPositional(true)
        .stopAtUnmatched(true);
    try {
      new CommandLine(spec).parseArgs(commandLine.toArray(String[]::new));
    } catch (UnmatchedArgumentException e) {
      return new Invocation.Reject(unknown(e.getUnmatched().getFirst()));
    } catch (ParameterException e) {
      return new Invocation.Reject(String.valueOf(e.getMessage()));
    }
    return invocation();
  }

  private Invocation invocation() {
    if (help) {
      return new Invocation.ShowHelp();
    }
    if (versions > 0) {
      return new Invocation.ShowVersion(versions > 1);
    }
    return new Invocation.Run(
        PythonOptions.fromArguments(options),
        program == null ? new Program.StandardInput("") : program,
        arguments);
  }

  /** In CPython's words, of which a short option's are about its one letter. */
  private static String unknown(String option) {
    return option.startsWith("--")
        ? "unknown option " + option
        : "Unknown option: " + option.substring(0, option.offsetByCodePoints(0, 2));
  }

  /** All options; {@link Help} describes them from this too. */
  CommandSpec spec() {
    return CommandSpec.create()
        .addOption(ignored("-b", "warn of comparing bytes with str; has no effect"))
        .addOption(flag("-B", "don't write .pyc files; also PYTHONDONTWRITEBYTECODE=x"))
        .addOption(
            ending("-c", "cmd", "program passed in as text (ends the options)", Program.Code::new))
        .addOption(ignored("-d", "debug the parser; has no effect"))
        .addOption(flag("-E", "ignore PYTHON* environment variables"))
        .addOption(
            option("print this help and exit", "-h", "-?", "--help")
                .parameterConsumer((rest, _, _) -> showHelp(rest))
                .build())
        .addOption(flag("-i", "be interactive after the program; also PYTHONINSPECT=x"))
        .addOption(flag("-I", "isolate Python from the environment (implies -E, -P, -s)"))
        .addOption(
            ending("-m", "mod", "run a library module (ends the options)", Program.Module::new))
        .addOption(flag("-O", "remove assert statements; also PYTHONOPTIMIZE=x"))
        .addOption(flag("-P", "don't prepend an unsafe path to sys.path"))
        .addOption(flag("-q", "don't print the version on interactive start"))
        .addOption(ignored("-R", ""))
        .addOption(flag("-s", "don't add the user's site directory to sys.path"))
        .addOption(flag("-S", "don't import site on start"))
        .addOption(ignored("-t", ""))
        .addOption(flag("-u", "don't buffer stdout and stderr; also PYTHONUNBUFFERED=x"))
        .addOption(flag("-v", "trace import statements; also PYTHONVERBOSE=x"))
        .addOption(
            option("print the version and exit; twice: more of it", "-V", "--version")
                .parameterConsumer((_, _, _) -> versions++)
                .build())
        .addOption(valued("-W", "arg", "warning control; also PYTHONWARNINGS=arg", _ -> {}))
        .addOption(ignored("-x", "skip the first line of the source; has no effect"))
        .addOption(valued("-X", "opt", "set an implementation's option", _ -> {}))
        .addOption(
            valued(
                "--check-hash-based-pycs",
                "always|default|never",
                "how to validate hash-based .pyc files",
                PythonGrammar::requirePycCheck))
        .addPositional(operands());
  }

  private static OptionSpec.Builder option(String description, String... names) {
    return OptionSpec.builder(names).arity("0").description(description);
  }

  private OptionSpec flag(String name, String description) {
    return option(description, name).parameterConsumer((_, _, _) -> options.add(name)).build();
  }

  /** Without a description it is one that CPython too accepts without a word. */
  private static OptionSpec ignored(String name, String description) {
    return option(description, name)
        .hidden(description.isEmpty())
        .parameterConsumer((_, _, _) -> {})
        .build();
  }

  private OptionSpec valued(
      String name, String label, String description, Consumer<String> requirement) {
    return option(description, name)
        .arity("1")
        .paramLabel(label)
        .parameterConsumer(
            taking(
                name,
                (value, _) -> {
                  requirement.accept(value);
                  options.add(name);
                  options.add(value);
                }))
        .build();
  }

  private OptionSpec ending(
      String name, String label, String description, Function<String, Program> kind) {
    return option(description, name)
        .arity("1")
        .paramLabel(label)
        .parameterConsumer(
            taking(
                name,
                (value, rest) -> {
                  program = kind.apply(value);
                  arguments = takeAll(rest);
                }))
        .build();
  }

  private PositionalParamSpec operands() {
    return PositionalParamSpec.builder()
        .arity("0..*")
        .hidden(true)
        .parameterConsumer(
            (rest, _, _) -> {
              program = Arguments.operand(rest.pop());
              arguments = takeAll(rest);
            })
        .build();
  }

  /** As CPython, which reads no further: nothing after it can be wrong. */
  private void showHelp(Stack<String> rest) {
    help = true;
    rest.clear();
  }

  private interface ValueTaker {
    void take(String value, Stack<String> rest);
  }

  private static IParameterConsumer taking(String name, ValueTaker taker) {
    return (rest, argument, command) -> {
      if (rest.isEmpty()) {
        throw new MissingParameterException(
            command.commandLine(), argument, "Argument expected for the " + name + " option");
      }
      try {
        taker.take(rest.pop(), rest);
      } catch (IllegalArgumentException e) {
        throw new ParameterException(command.commandLine(), e.getMessage(), e);
      }
    };
  }

  private static List<String> takeAll(Stack<String> rest) {
    List<String> taken = List.copyOf(rest.reversed());
    rest.clear();
    return taken;
  }

  private static void requirePycCheck(String value) {
    if (!PYC_CHECKS.contains(value)) {
      throw new IllegalArgumentException(
          "--check-hash-based-pycs must be one of 'default', 'always', or 'never'");
    }
  }
}
