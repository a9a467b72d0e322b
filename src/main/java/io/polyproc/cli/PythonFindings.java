package io.polyproc.cli;

import io.polyproc.bridge.Bridge;
import io.polyproc.bridge.PythonContexts;
import io.polyproc.bridge.PythonOptions;
import io.polyproc.distribution.Installation;
import io.polyproc.graalpy.PythonStacks;
import java.util.ArrayList;
import java.util.List;
import org.graalvm.polyglot.Context;
import org.jspecify.annotations.Nullable;

/** What {@code doctor} finds in a Python that was booted like that of every program. */
final class PythonFindings {

  /** What Truffle calls itself when it has no compiler. */
  private static final String INTERPRETER = "Interpreted";

  private static final String NATIVE = "native";
  private static final String PYTHON = "Python";

  private final Installation installation;

  PythonFindings(Installation installation) {
    this.installation = installation;
  }

  List<Finding> all() {
    long start = System.nanoTime();
    try (Context context =
        PythonContexts.create(
            PythonContexts.engine(),
            PythonOptions.DEFAULT,
            installation.launcher(),
            List.of(),
            System::getenv)) {
      String home = evaluate(context, "__import__('sys').prefix");
      long milliseconds = (System.nanoTime() - start) / 1_000_000;
      List<Finding> findings = new ArrayList<>();
      findings.add(jit(context.getEngine().getImplementationName()));
      findings.add(python(context, milliseconds));
      findings.add(Finding.ok("Python home", home));
      findings.add(
          backend(evaluate(context, "__import__('__graalpython__').posix_module_backend()")));
      findings.add(fork(Bridge.whyNoProgramCanBeForked()));
      findings.add(stacks(PythonStacks.whyUnknown()));
      return findings;
    } catch (RuntimeException | Error e) { // whatever it is, the other findings may explain it
      return List.of(Finding.problem(PYTHON, "does not boot: " + e));
    }
  }

  private static String evaluate(Context context, String expression) {
    return context.eval("python", expression).asString();
  }

  private Finding jit(String implementation) {
    if (!implementation.startsWith(INTERPRETER)) {
      return Finding.ok("JIT", "on (" + implementation + ")");
    }
    return Finding.note(
        "JIT",
        "off (%s): %s"
            .formatted(
                implementation,
                installation
                    .properties()
                    .getProperty("jit.reason", "the Graal compiler was not found")));
  }

  private static Finding python(Context context, long milliseconds) {
    return Finding.ok(
        PYTHON,
        "%s (GraalPy %s), booted in %d ms"
            .formatted(
                evaluate(context, "__import__('platform').python_version()"),
                evaluate(
                    context, "'.'.join(map(str, __import__('sys').implementation.version[:3]))"),
                milliseconds));
  }

  static Finding fork(@Nullable String objection) {
    String subject = "fork";
    return objection == null
        ? Finding.ok(subject, "copies the JVM of a program while it runs")
        : Finding.note(
            subject, "carries a program's state by value, and there is no os.fork: " + objection);
  }

  static Finding stacks(@Nullable String objection) {
    String subject = "observation";
    return objection == null
        ? Finding.ok(
            subject, "processes tell their stacks: ps, top, why, stack, dashboard, --profile")
        : Finding.note(
            subject, "processes tell no stacks, so ps and why know little: " + objection);
  }

  private static Finding backend(String backend) {
    return backend.equals(NATIVE)
        ? Finding.ok("POSIX backend", backend)
        : Finding.problem(
            "POSIX backend", backend + ": processes can share descriptors only with " + NATIVE);
  }
}
