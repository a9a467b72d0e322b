package io.polyproc;

import io.polyproc.posix.Processes;
import io.polyproc.process.ProcessStarter;
import io.polyproc.protocol.ChildHandle;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A Python process of its own that calls one function: {@code multiprocessing.Process}.
 *
 * <pre>{@code
 * PythonQueue queue = polyproc.queue();
 * PythonProcess process = polyproc.process(PythonFunction.of("crawler", "crawl"), queue).start();
 * String page = queue.take(String.class);
 * if (!process.join(Duration.ofSeconds(10))) {
 *   process.terminate();
 * }
 * }</pre>
 *
 * <p>Any thread may call. The function's result is dropped; an exception ends the process with
 * status 1 and its traceback on standard error.
 */
public final class PythonProcess {
  private static final System.Logger LOG = System.getLogger(PythonProcess.class.getName());
  private static final double A_LONG_TIME = 3600;

  private final ProcessStarter processes;
  private final PythonFunction function;
  private final PythonTuple arguments;
  private @Nullable ChildHandle child;

  PythonProcess(ProcessStarter processes, PythonFunction function, PythonTuple arguments) {
    this.processes = processes;
    this.function = function;
    this.arguments = arguments;
  }

  /**
   * Starts the process, without waiting until it runs. If its worker can't boot, it ends with
   * status 1, and the log has the reason.
   *
   * @return this
   * @throws IllegalStateException if it was started before, if the runtime is closed, or if workers
   *     can't start: three in a row could not, or too little memory is left
   * @throws UnconvertibleValueException if an argument has no counterpart in Python
   */
  public synchronized PythonProcess start() {
    if (child != null) {
      throw new IllegalStateException("this process was started before; make a new one");
    }
    ChildHandle started = processes.start("", function, arguments);
    var _ = started.end().thenRun(() -> ended(started));
    child = started;
    return this;
  }

  private void ended(ChildHandle process) {
    process.close();
    if (process.endedInBoot()) {
      LOG.log(
          Level.WARNING,
          "process {0} has called nothing, as its worker could not start: {1}",
          Integer.toString(process.pid()),
          process.lastLines());
    }
  }

  private synchronized ChildHandle child() {
    ChildHandle started = child;
    if (started == null) {
      throw new IllegalStateException("this process was not started");
    }
    return started;
  }

  /**
   * Waits until it ends.
   *
   * @throws InterruptedException if the calling thread is interrupted, which leaves the process
   *     alone
   * @throws IllegalStateException if it was not started
   */
  public void join() throws InterruptedException {
    while (!await(A_LONG_TIME)) {
      // Once more.
    }
  }

  /**
   * Waits until it ends, or the time is over.
   *
   * @param time how long to wait at most
   * @return whether it has ended
   * @throws InterruptedException if the calling thread is interrupted, which leaves the process
   *     alone
   * @throws IllegalStateException if it was not started
   */
  public boolean join(Duration time) throws InterruptedException {
    return await(Math.max(0, time.toNanos() / 1e9));
  }

  private boolean await(double seconds) throws InterruptedException {
    boolean ended = child().waitFor(seconds) != null;
    if (!ended && Thread.interrupted()) {
      throw new InterruptedException();
    }
    return ended;
  }

  /**
   * The process id.
   *
   * @return of the worker; the system may use it again once the process has ended
   * @throws IllegalStateException if it was not started
   */
  public int pid() {
    return child().pid();
  }

  /**
   * The exit status, or the negative number of the signal that killed it; empty while it runs and
   * before it was started.
   *
   * @return such as 0, or -9 after {@link #kill}
   */
  public OptionalInt exitCode() {
    ChildHandle started;
    synchronized (this) {
      started = child;
    }
    Integer status = started == null ? null : started.waitFor(0);
    return status == null ? OptionalInt.empty() : OptionalInt.of(status);
  }

  /**
   * Whether it was started and has not ended.
   *
   * @return what was so at that moment
   */
  public synchronized boolean isAlive() {
    return child != null && child.waitFor(0) == null;
  }

  /**
   * Sends SIGTERM, which ends it unless it has a handler of its own. Does nothing to one that has
   * ended, and waits for nothing.
   *
   * @throws IllegalStateException if it was not started
   */
  public void terminate() {
    child().signal(Processes.SIGTERM);
  }

  /**
   * Sends SIGKILL, which ends it in any case. Does nothing to one that has ended, and waits for
   * nothing.
   *
   * @throws IllegalStateException if it was not started
   */
  public void kill() {
    child().signal(Processes.SIGKILL);
  }

  /**
   * Completed with the exit code when it ends; see {@link #exitCode}.
   *
   * @return another one each time: to complete or cancel it leaves the process alone
   * @throws IllegalStateException if it was not started
   */
  public CompletableFuture<Integer> onExit() {
    return child().end().thenApplyAsync(status -> status);
  }

  @Override
  public String toString() {
    return "PythonProcess[" + function + "]";
  }
}
