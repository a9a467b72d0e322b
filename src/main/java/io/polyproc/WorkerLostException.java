package io.polyproc;

import java.io.Serial;

/**
 * The worker that ran a task ended before the task did: it was killed, ran out of memory or left by
 * {@code os._exit}. Only that task is lost; others go on, and the pool has a new worker.
 *
 * <pre>{@code
 * pool.submit(Void.class, PythonFunction.of("os", "_exit"), 3)
 *     .exceptionally(e -> { System.out.println(e); return null; });
 * // worker 4711 ended with exit status 3 while it ran task 1 (os._exit)
 * }</pre>
 */
public final class WorkerLostException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** The process id of the worker. */
  private final int pid;

  /** Its exit status; that of a signal is negative. */
  private final int exitStatus;

  /** What it ran. */
  private final String task;

  WorkerLostException(int pid, int exitStatus, String task, String lastLines) {
    super(
        "worker %d %s while it ran %s%s"
            .formatted(pid, how(exitStatus), task, lastLines.isEmpty() ? "" : "\n" + lastLines));
    this.pid = pid;
    this.exitStatus = exitStatus;
    this.task = task;
  }

  private static String how(int status) {
    return switch (status) {
      case -9 -> "was killed by SIGKILL (out of memory?)";
      case -15 -> "was killed by SIGTERM";
      default ->
          status < 0 ? "was killed by signal " + -status : "ended with exit status " + status;
    };
  }

  /**
   * The worker's process id.
   *
   * @return of a process that has ended
   */
  public int pid() {
    return pid;
  }

  /**
   * Its exit status, or the negative number of the signal that killed it.
   *
   * @return such as 3, or -9 for SIGKILL
   */
  public int exitStatus() {
    return exitStatus;
  }

  /**
   * The task that is lost: its number in the pool and the function.
   *
   * @return such as {@code "task 1 (os._exit)"}
   */
  public String task() {
    return task;
  }
}
