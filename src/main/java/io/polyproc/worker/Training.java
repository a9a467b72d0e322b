package io.polyproc.worker;

import io.polyproc.image.Installation;
import io.polyproc.python.Bridge;
import io.polyproc.python.PythonOptions;
import io.polyproc.python.PythonRuntime;
import java.util.List;

/** Runs what workers and main programs run while they boot, so that the AOT cache holds it. */
final class Training {
  private Training() {}

  static void run() {
    Bridge bridge =
        new Bridge(
            Installation.current().home(),
            () -> {
              throw new IllegalStateException("the training run has no supervisor");
            },
            () -> {});
    // Whatever the environment says, the compiled files of what is imported here stay for all.
    PythonOptions options = PythonOptions.fromArguments(List.of("-E"));
    PythonRuntime python = Worker.startPython(options, bridge);
    boolean more = true;
    while (more) {
      more = python.warmUp();
    }
    python.runMain("code", "import multiprocessing, queue; print('trained')", List.of());
  }
}
