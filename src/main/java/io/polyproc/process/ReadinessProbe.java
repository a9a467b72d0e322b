package io.polyproc.process;

import io.polyproc.PythonFunction;
import io.polyproc.PythonTuple;
import io.polyproc.host.Waits;
import io.polyproc.posix.Processes;
import io.polyproc.protocol.ChildHandle;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** Finds out whether workers can start, by processes that do nothing. Any thread may call. */
public final class ReadinessProbe {
  private static final int MAX_FAILED_STARTS = 3;
  private static final PythonFunction NOTHING = PythonFunction.of("builtins", "bool");

  private final ProcessStarter processes;

  /** Starts nothing yet. */
  public ReadinessProbe(ProcessStarter processes) {
    this.processes = processes;
  }

  /**
   * Waits until a worker has booted and run Python code.
   *
   * @throws IllegalStateException if workers can't start, with their last lines
   * @throws TimeoutException if none is ready in time
   */
  public void await(Duration timeout) throws InterruptedException, TimeoutException {
    long deadline = System.nanoTime() + Waits.nanos(timeout);
    for (int attempt = 1; !run(deadline, timeout, attempt == MAX_FAILED_STARTS); attempt++) {
      // A worker that could not boot says little about the next one: it may have been killed.
    }
  }

  /**
   * Starts a process that does nothing.
   *
   * @param last whether its failure is to be thrown
   * @return whether it ran
   */
  private boolean run(long deadline, Duration timeout, boolean last)
      throws InterruptedException, TimeoutException {
    ChildHandle probe = processes.startHere("Probe", NOTHING, PythonTuple.of());
    var _ = probe.end().thenRun(probe::close);
    Integer status = probe.waitFor(Math.max(0, deadline - System.nanoTime()) / 1e9);
    if (status == null) {
      probe.signal(Processes.SIGKILL);
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      throw new TimeoutException(
          "no worker was ready within %s s".formatted(timeout.toMillis() / 1000.0));
    }
    if (status != 0 && last) {
      throw new IllegalStateException(
          "workers can't start: "
              + (probe.lastLines().isEmpty() ? "exit status " + status : probe.lastLines()));
    }
    return status == 0;
  }
}
