package io.polyproc.bridge;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The interpreter options of one program, named as in {@code sys.flags}. Every process of a program
 * has the same ones, so that a worker booted before it is needed fits whatever it will be given.
 *
 * @param optimize how often {@code -O} was given
 * @param unbuffered {@code -u}
 * @param warnings the arguments of {@code -W}, in order
 * @param xOptions the arguments of {@code -X}, in order
 * @param ignoreEnvironment {@code -E}
 * @param noUserSite {@code -s}
 * @param noSite {@code -S}
 * @param isolated {@code -I}
 * @param safePath {@code -P}
 * @param dontWriteBytecode {@code -B}
 * @param verbose {@code -v}
 * @param quiet {@code -q}
 * @param inspect {@code -i}
 * @param checkHashPycs {@code --check-hash-based-pycs}: {@code default}, {@code always} or {@code
 *     never}
 */
public record PythonOptions(
    int optimize,
    boolean unbuffered,
    List<String> warnings,
    List<String> xOptions,
    boolean ignoreEnvironment,
    boolean noUserSite,
    boolean noSite,
    boolean isolated,
    boolean safePath,
    boolean dontWriteBytecode,
    boolean verbose,
    boolean quiet,
    boolean inspect,
    String checkHashPycs) {

  /** The options of a program that was given none. */
  public static final PythonOptions DEFAULT =
      new PythonOptions(
          0, false, List.of(), List.of(), false, false, false, false, false, false, false, false,
          false, "default");

  public PythonOptions {
    warnings = List.copyOf(warnings);
    xOptions = List.copyOf(xOptions);
  }

  /**
   * Whether a process that has booted with the default options can have these ones instead.
   *
   * @param variables of the process to be: some options are about those of Python's
   * @param hasUserSite whether it has taken packages of the user's
   */
  public boolean canBeApplied(Map<String, String> variables, boolean hasUserSite) {
    boolean ignoresVariables = ignoreEnvironment || isolated;
    return optimize == 0
        && xOptions.isEmpty()
        && !noSite
        && !verbose
        && !inspect
        && checkHashPycs.equals(DEFAULT.checkHashPycs)
        && !(ignoresVariables && variables.keySet().stream().anyMatch(PythonOptions::isPythons))
        && !((noUserSite || isolated) && hasUserSite);
  }

  private static boolean isPythons(String variable) {
    return variable.startsWith("PYTHON") || variable.equals("POLYPROC_SITE");
  }

  /** The shortest command-line arguments that stand for these options. */
  public List<String> toArguments() {
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < optimize; i++) {
      arguments.add("-O");
    }
    addFlag(arguments, unbuffered, "-u");
    warnings.forEach(warning -> arguments.addAll(List.of("-W", warning)));
    xOptions.forEach(option -> arguments.addAll(List.of("-X", option)));
    addFlag(arguments, ignoreEnvironment, "-E");
    addFlag(arguments, noUserSite, "-s");
    addFlag(arguments, noSite, "-S");
    addFlag(arguments, isolated, "-I");
    addFlag(arguments, safePath, "-P");
    addFlag(arguments, dontWriteBytecode, "-B");
    addFlag(arguments, verbose, "-v");
    addFlag(arguments, quiet, "-q");
    addFlag(arguments, inspect, "-i");
    if (!checkHashPycs.equals(DEFAULT.checkHashPycs)) {
      arguments.addAll(List.of("--check-hash-based-pycs", checkHashPycs));
    }
    return List.copyOf(arguments);
  }

  /**
   * The options that {@link #toArguments} wrote.
   *
   * @throws IllegalArgumentException if they were not written by it
   */
  public static PythonOptions fromArguments(List<String> arguments) {
    List<String> warnings = new ArrayList<>();
    List<String> xOptions = new ArrayList<>();
    List<String> flags = new ArrayList<>();
    String checkHashPycs = DEFAULT.checkHashPycs;
    for (Iterator<String> rest = arguments.iterator(); rest.hasNext(); ) {
      String argument = rest.next();
      switch (argument) {
        case "-W" -> warnings.add(rest.next());
        case "-X" -> xOptions.add(rest.next());
        case "--check-hash-based-pycs" -> checkHashPycs = rest.next();
        case "-O", "-u", "-E", "-s", "-S", "-I", "-P", "-B", "-v", "-q", "-i" ->
            flags.add(argument);
        default -> throw new IllegalArgumentException("not a worker's option: " + argument);
      }
    }
    return new PythonOptions(
        Collections.frequency(flags, "-O"),
        flags.contains("-u"),
        warnings,
        xOptions,
        flags.contains("-E"),
        flags.contains("-s"),
        flags.contains("-S"),
        flags.contains("-I"),
        flags.contains("-P"),
        flags.contains("-B"),
        flags.contains("-v"),
        flags.contains("-q"),
        flags.contains("-i"),
        checkHashPycs);
  }

  private static void addFlag(List<String> arguments, boolean set, String flag) {
    if (set) {
      arguments.add(flag);
    }
  }
}
