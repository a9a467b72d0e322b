package io.polyproc.worker;

import io.polyproc.bridge.PythonOptions;
import java.util.List;

/**
 * Runs what workers and main programs run until they are ready, and what a program does first, so
 * that the AOT cache holds it.
 */
final class TrainingProgram {
  private static final List<String> NO_WORKER = List.of("/bin/sleep", "60");

  /** Begins with what a program does that starts a process, and ends with work for the compiler. */
  private static final Program PROGRAM =
      new Program.Code(
          """
          import multiprocessing
          import time

          def compute(n):
              return n if n < 2 else compute(n - 1) + compute(n - 2)

          queue = multiprocessing.Queue()
          process = multiprocessing.Process(target=compute, args=(queue,))
          process.start()
          queue.put([42, None, "hello"])
          queue.get()
          process.kill()
          process.join()
          here, there = multiprocessing.Pipe()
          there.send({"key": (1, 2.0)})
          here.recv()
          with multiprocessing.Lock(), multiprocessing.RLock():
              pass

          # What processes on other nodes begin with.
          from _polyproc.cluster import shared
          from _polyproc.snapshot import program
          from _polyproc.warmup import steps
          while steps.step():
              pass
          end = time.monotonic() + 5
          while time.monotonic() < end:
              compute(15)
          """);

  private TrainingProgram() {}

  static void run() {
    // Whatever the environment says, the compiled files of what is imported here stay for all.
    PythonOptions options = PythonOptions.fromArguments(List.of("-E"));
    int status = MainProgram.train(options, PROGRAM, NO_WORKER);
    if (status != 0) {
      throw new IllegalStateException("the program of the training run exited with " + status);
    }
  }
}
