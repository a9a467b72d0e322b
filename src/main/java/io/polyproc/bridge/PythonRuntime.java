package io.polyproc.bridge;

import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * The Python of one process: a context that knows the shim.
 *
 * <p>Confined to the thread that starts it, which becomes Python's main thread.
 */
public final class PythonRuntime {
  /** Binds no name, so that {@code __main__} stays empty; evaluates to a function. */
  private static final String BOOT =
      """
      lambda home, runtime, optimize, x_options: (
          __import__("sys").path.insert(0, home),
          __import__("_polyproc.boot.entry").boot.entry.install(home, runtime, optimize, x_options),
          __import__("_polyproc.boot.entry").boot.entry)[-1]
      """;

  private static final String BOOT_EMBEDDED =
      """
      lambda home, runtime, path, sites, start_method: (
          __import__("sys").path.insert(0, home),
          __import__("_polyproc.boot.entry").boot.entry.install_embedded(
              home, runtime, path, sites, start_method))
      """;

  /** Held, as one without references may be closed. */
  @SuppressWarnings("UnusedVariable")
  private final Context context;

  private final Value boot;
  private final Bridge bridge;

  private PythonRuntime(Context context, Value boot, Bridge bridge) {
    this.context = context;
    this.boot = boot;
    this.bridge = bridge;
  }

  /**
   * Makes the context.
   *
   * @param engine has the compiled code
   * @param shim the folder of the shim's packages
   * @param executable becomes {@code sys.executable}
   * @param originalArguments becomes {@code sys.orig_argv}, without the executable
   */
  public static PythonRuntime start(
      Engine engine,
      PythonOptions options,
      Path shim,
      Path executable,
      List<String> originalArguments,
      Bridge bridge) {
    UnaryOperator<@Nullable String> environment = System::getenv;
    Context context =
        PythonContexts.create(engine, options, executable, originalArguments, environment);
    return new PythonRuntime(
        context,
        context
            .eval("python", BOOT)
            .execute(
                shim.toString(),
                bridge,
                PythonContexts.optimizationLevel(options, environment),
                options.xOptions().toArray(String[]::new)),
        bridge);
  }

  /**
   * Lets a context of a Java program find the shim.
   *
   * @param path comes first on {@code sys.path}
   * @param sites folders with packages
   * @throws PolyglotException if the context can't have processes, with the reason
   */
  public static void install(
      Context context,
      Path shim,
      Bridge bridge,
      List<Path> path,
      List<Path> sites,
      String startMethod) {
    context
        .eval("python", BOOT_EMBEDDED)
        .executeVoid(
            shim.toString(),
            bridge,
            path.stream().map(Path::toString).toArray(String[]::new),
            sites.stream().map(Path::toString).toArray(String[]::new),
            startMethod);
  }

  /**
   * Runs once a little more of what a process may need, so that it is loaded and warm.
   *
   * @param thoroughly also what only some processes need
   * @return whether there is more to do
   */
  public boolean warmUp(boolean thoroughly) {
    return boot.invokeMember("warm_up", thoroughly).asBoolean();
  }

  /**
   * Imports another module of the standard library, out of a program's sight until it wants it.
   *
   * @return whether there are more
   */
  public boolean importAhead() {
    return boot.invokeMember("import_ahead").asBoolean();
  }

  /** Whether packages of the user's can be imported. */
  public boolean hasUserSite() {
    return boot.invokeMember("has_user_site").asBoolean();
  }

  /**
   * The paths on which it depends what Python has done at its start, whether or not something is
   * there.
   */
  public List<String> startFiles() {
    return List.of(boot.invokeMember("start_files").as(String[].class));
  }

  /**
   * Runs the start and the end of a process within this one.
   *
   * @param supervisor what stands for it, with the methods that {@code process_rounds.py} calls
   * @param number of the round, from 0
   */
  public void runProcessRound(Object supervisor, int number) {
    boot.invokeMember("run_process_round", supervisor, number);
  }

  /**
   * Runs a main program by the path that each restored process takes, and undoes what it changes.
   *
   * @throws IllegalStateException if the program fails
   */
  public void runProgramRound(RunRequest request) {
    boot.invokeMember("begin_program_round");
    try {
      int status = runProgram(request);
      if (status != 0) {
        throw new IllegalStateException(
            "the program of a warm-up " + request.what() + " has ended with status " + status);
      }
    } finally {
      boot.invokeMember("end_program_round");
    }
  }

  /**
   * Does a little of what the compiler is to have seen before a program needs it. After it has
   * returned false, the next call begins another pass.
   *
   * @param briefly a few times instead of half a second long
   * @return whether it has done something
   */
  public boolean runWorkload(boolean briefly) {
    return boot.invokeMember("run_workload", briefly).asBoolean();
  }

  /**
   * Does for a moment what scripts do in their first seconds; each time something else.
   *
   * @param briefly once instead of for a quarter of a second
   */
  public void runEverydayWorkload(boolean briefly) {
    boot.invokeMember("run_everyday_workload", briefly);
  }

  /** Collects garbage, and lets Python close what was not used any more. */
  public void collectGarbage() {
    boot.invokeMember("collect_garbage");
  }

  /** In a forked JVM: gives up what no two processes may have in common. */
  public void afterFork() {
    boot.invokeMember("after_fork");
  }

  /**
   * Runs a main program to its end.
   *
   * @param kind {@code script}, {@code module}, {@code code} or {@code stdin}
   * @param what the path, module name or source text
   * @param arguments become {@code sys.argv[1:]}
   * @param recording what it is to tell of itself
   * @return the exit status
   */
  public int runMain(String kind, String what, List<String> arguments, Recording recording) {
    if (!recording.equals(Recording.NONE)) {
      String problem =
          boot.invokeMember(
                  "record", recording.timeline(), recording.profile(), recording.progress())
              .asString();
      if (!problem.isEmpty()) {
        System.err.println("polyproc: " + problem);
        return Recording.FAILED;
      }
    }
    return run("run_main", kind, what, arguments.toArray(String[]::new));
  }

  /**
   * Runs a main program in a process that has booted for any, with what it has from its shell.
   *
   * @return the exit status
   */
  public int runProgram(RunRequest request) {
    List<String> environment =
        request.environment().entrySet().stream()
            .flatMap(variable -> Stream.of(variable.getKey(), variable.getValue()))
            .toList();
    boot.invokeMember(
        "become",
        environment.toArray(String[]::new),
        request.folder(),
        request.fileModeMask(),
        request.commandLine().toArray(String[]::new),
        request.ignoredSignals().stream().mapToInt(Integer::intValue).toArray(),
        request.closedStreams().stream().mapToInt(Integer::intValue).toArray(),
        request.options().toArray(String[]::new));
    return runMain(request.kind(), request.what(), request.arguments(), request.recording());
  }

  /**
   * Runs an assigned process to its end.
   *
   * @param parentSentinel a pidfd of the parent
   * @param payload a descriptor of what the parent wrote
   * @param descriptors those that the payload names by index
   * @return the exit status
   */
  public int runProcess(int parentPid, int parentSentinel, int payload, int[] descriptors) {
    return run("run_process", parentPid, parentSentinel, payload, descriptors);
  }

  private int run(String function, Object... arguments) {
    try {
      return boot.invokeMember(function, arguments).asInt();
    } catch (PolyglotException e) {
      // An error of GraalPy's own passes by all of Python's `finally`.
      boot.invokeMember("flush");
      throw e;
    } finally {
      bridge.recorder().finish();
    }
  }
}
