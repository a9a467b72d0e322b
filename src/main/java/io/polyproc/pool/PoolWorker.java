package io.polyproc.pool;

import io.polyproc.PythonException;
import io.polyproc.PythonFunction;
import io.polyproc.PythonTuple;
import io.polyproc.host.Events;
import io.polyproc.ipc.StreamMessageChannel;
import io.polyproc.pool.Counters.Counter;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import io.polyproc.posix.RawStream;
import io.polyproc.protocol.ChildHandle;
import io.polyproc.value.ApiAccess;
import io.polyproc.value.DescriptorToken;
import io.polyproc.value.JavaExceptions;
import io.polyproc.value.ValueReader;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One worker process of a pool, its successors, and the thread that talks to them.
 *
 * <pre>
 *   PythonPool.submit ──► the pool's queue ── take ──► this thread ── the task ──► the process
 *       ▲                                                   │                         │
 *       └── PoolTask, a future ◄── completes ───────────────┴◄── a result, an exception ──┘
 *                                    └── the end of the socket: WorkerLostException, a new process
 * </pre>
 *
 * <p>The thread gives the process one task at a time over a socket of its own, so it is always
 * known which task is lost with it. The process and the current task are guarded by this object's
 * monitor, so that a process is never stopped for a task that it does not run any more.
 */
final class PoolWorker {
  private static final System.Logger LOG = System.getLogger(PoolWorker.class.getName());
  private static final PythonFunction SERVE = PythonFunction.of("_polyproc.java.servers", "serve");
  private static final int MAX_FAILED_STARTS = 3;
  private static final long RETRY_MILLIS = 1000;
  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final int THREW = 3;
  private static final int READY = 4;
  private static final int STATUS = Long.BYTES;
  private static final double EXIT_SECONDS = 10;

  private final WorkerPool pool;
  private final int number;
  private final Thread thread;
  private @Nullable ChildHandle process;
  private @Nullable StreamMessageChannel frames;
  private @Nullable PoolTask<?> current;
  private boolean ended;
  private boolean serving;
  private int tasks;
  private int starts;
  private int failedStarts;

  PoolWorker(WorkerPool pool, int number) {
    this.pool = pool;
    this.number = number;
    this.thread =
        Thread.ofPlatform().daemon().name("polyproc-pool-worker-" + number).unstarted(this::work);
  }

  void start() {
    thread.start();
  }

  private void work() {
    try {
      for (StreamMessageChannel line = awaitLine(); line != null; line = awaitLine()) {
        PoolTask<?> task = pool.take();
        if (task == null) {
          break;
        }
        if (task.isDone()) {
          continue;
        }
        run(task, line);
      }
    } catch (InterruptedException e) {
      // No code interrupts this thread, but then it has to end.
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      // Every task fails with it, so that it need not be logged as well.
      LOG.log(System.Logger.Level.DEBUG, "a pool can't run tasks any more", e);
      pool.breakDown(reason(e));
    } finally {
      end();
      release();
    }
  }

  /**
   * As {@link #line}; where no process can be started, it is tried again as long as the pool's
   * other workers serve.
   */
  private @Nullable StreamMessageChannel awaitLine() throws InterruptedException {
    while (true) {
      try {
        return line();
      } catch (IllegalStateException e) {
        if (ended()) {
          return null;
        }
        if (!pool.isServedBesides(this)) {
          throw e;
        }
        LOG.log(System.Logger.Level.WARNING, "a pool is short of a worker: {0}", e.getMessage());
        Thread.sleep(RETRY_MILLIS);
      }
    }
  }

  /** What the caller's own value or initializer has done is thrown as it is. */
  private static RuntimeException reason(Throwable failure) {
    return switch (failure) {
      case PosixException e ->
          new IllegalStateException("workers can't start: " + e.getMessage(), e);
      case UncheckedIOException e ->
          new IllegalStateException("workers can't start: " + e.getMessage(), e);
      case RuntimeException e -> e;
      default -> new IllegalStateException("workers can't start: " + failure, failure);
    };
  }

  private synchronized boolean ended() {
    return ended;
  }

  /** Whether its process has run a task. */
  synchronized boolean isServing() {
    return process != null && serving;
  }

  /** The line to a process that runs; a new one if need be. Null when this worker is to end. */
  private synchronized @Nullable StreamMessageChannel line() {
    if (ended || (pool.isClosing() && pool.isIdle())) {
      return null;
    }
    ChildHandle running = process;
    int limit = pool.settings().maxTasksPerWorker();
    if (running != null && (limit == 0 || tasks < limit) && running.waitFor(0) == null) {
      return frames;
    }
    release();
    return connect();
  }

  private StreamMessageChannel connect() {
    RawStream[] ends = RawStream.socketPair();
    StreamMessageChannel line = new StreamMessageChannel(ends[0]);
    try (RawStream theirs = ends[1]) {
      PythonFunction initializer = pool.settings().initializer();
      ValueWriter.Shareable connection =
          writer ->
              writer.build(
                  "connection", DescriptorToken.of(pool.runtime().host(), theirs.fd()), true, true);
      ChildHandle started =
          pool.runtime()
              .processes()
              .start(
                  "PoolWorker-" + number,
                  SERVE,
                  PythonTuple.of(
                      connection,
                      initializer == null
                          ? null
                          : ApiAccess.get()
                              .parts(initializer)
                              .call(pool.settings().initializerArguments()),
                      System.currentTimeMillis()));
      count(starts++ > 0);
      // A process that does not boot never takes its end of the line.
      var _ = started.end().thenRun(() -> processEnded(line));
      process = started;
      frames = line;
      tasks = 0;
      return line;
    } catch (RuntimeException e) {
      line.close();
      throw e;
    }
  }

  private void count(boolean again) {
    Counters counters = pool.counters();
    counters.increment(Counter.WORKERS_ALIVE);
    counters.increment(Counter.WORKERS_STARTED);
    if (again) {
      counters.increment(Counter.WORKERS_RESTARTED);
    }
  }

  private void processEnded(StreamMessageChannel line) {
    pool.counters().decrement(Counter.WORKERS_ALIVE);
    line.stream().disconnect();
  }

  /** Gives up the present process; it ends by itself once it sees that. */
  private synchronized void release() {
    serving = false;
    if (frames != null) {
      frames.close();
      frames = null;
    }
    if (process != null) {
      ChildHandle former = process;
      var _ = former.end().thenRun(former::close);
      process = null;
    }
  }

  private void run(PoolTask<?> task, StreamMessageChannel line) {
    ChildHandle running = begin(task);
    if (task.isDone()) {
      // Cancelled just now, when no other thread could know yet that it was here.
      finished();
      return;
    }
    Events.TaskEnd event =
        Events.taskStarted(task.number(), task.function().toString(), running.pid());
    String outcome = "lost";
    long begun = System.nanoTime();
    try {
      line.send(task.head(), task.message());
      byte[] answer = answer(line);
      outcome = answered(task, answer);
    } catch (IOException e) {
      outcome = lost(task, running);
    } finally {
      pool.counters().add(Counter.TASK_NANOS, System.nanoTime() - begun);
      Events.taskEnded(event, outcome);
    }
  }

  /** The answer to a task. Before its first one a process says how long it took to be ready. */
  private byte[] answer(StreamMessageChannel line) throws IOException {
    byte[] answer = line.receive();
    if (answer[STATUS] != READY) {
      return answer;
    }
    pool.counters().increment(Counter.WORKERS_READY);
    long millis = ByteBuffer.wrap(answer).getLong(STATUS + 1);
    pool.counters().add(Counter.BOOT_NANOS, TimeUnit.MILLISECONDS.toNanos(Math.max(0, millis)));
    return line.receive();
  }

  private synchronized void served() {
    serving = true;
    failedStarts = 0;
  }

  private synchronized ChildHandle begin(PoolTask<?> task) {
    current = task;
    pool.counters().increment(Counter.TASKS_RUNNING);
    tasks++;
    task.begun();
    return Objects.requireNonNull(process);
  }

  private synchronized void finished() {
    current = null;
    pool.counters().decrement(Counter.TASKS_RUNNING);
  }

  private String answered(PoolTask<?> task, byte[] answer) {
    finished();
    served();
    byte[] pickle = Arrays.copyOfRange(answer, STATUS + 1, answer.length);
    if (answer[STATUS] == DONE) {
      task.succeed(pickle);
      return task.isCompletedExceptionally() ? "failed" : "done";
    }
    if (answer[STATUS] == THREW) {
      task.completeExceptionally(JavaExceptions.read(pickle, pool.runtime().types()));
      return "failed";
    }
    PythonException raised = exception(pickle);
    if (answer[STATUS] != FAILED) {
      pool.breakDown(raised);
    }
    task.completeExceptionally(raised);
    return "failed";
  }

  private PythonException exception(byte[] pickle) {
    PythonTuple parts =
        (PythonTuple)
            Objects.requireNonNull(ValueReader.read(pickle, pool.runtime().types(), "exception"));
    return ApiAccess.get()
        .raised(
            String.valueOf(parts.get(0)),
            String.valueOf(parts.get(1)),
            String.valueOf(parts.get(2)));
  }

  /** The process has ended, or been ended, with the task. */
  private String lost(PoolTask<?> task, ChildHandle lost) {
    finished();
    Integer status = lost.waitFor(EXIT_SECONDS);
    if (status == null) {
      // It has closed its end but does not end: of no use any more.
      lost.signal(Processes.SIGKILL);
      status = lost.waitFor(EXIT_SECONDS);
    }
    int exitStatus = status == null ? ChildHandle.UNKNOWN_STATUS : status;
    boolean stopped = task.isDone();
    if (!stopped && lost.endedInBoot()) {
      pool.giveBack(task);
      countFailed(lost, exitStatus);
      return "given back";
    }
    if (!stopped) {
      LOG.log(
          System.Logger.Level.WARNING,
          "worker {0} ended with status {1} while it ran {2}",
          Integer.toString(lost.pid()),
          exitStatus,
          task.title());
      Events.workerLost(lost.pid(), exitStatus, task.title());
      pool.counters().increment(Counter.WORKERS_LOST);
      task.completeExceptionally(
          ApiAccess.get().workerLost(lost.pid(), exitStatus, task.title(), lost.lastLines()));
    }
    return stopped ? "stopped" : "lost";
  }

  /** JVMs that can't boot must not be started for ever. */
  private void countFailed(ChildHandle lost, int exitStatus) {
    if (++failedStarts >= MAX_FAILED_STARTS) {
      String lastLines = lost.lastLines();
      throw new IllegalStateException(
          "workers can't start: "
              + (lastLines.isEmpty() ? "exit status " + exitStatus : lastLines));
    }
  }

  /** Ends the process if it runs this task. */
  synchronized void stopIfRunning(PoolTask<?> task) {
    if (current == task && process != null) {
      process.signal(Processes.SIGKILL);
    }
  }

  synchronized Optional<PoolTask<?>> current() {
    return Optional.ofNullable(current);
  }

  synchronized int pid() {
    return process == null ? 0 : process.pid();
  }

  /** What observers are told: its process, how many tasks that has, and has done. */
  synchronized Map<String, Object> describe() {
    int held = current == null ? 0 : 1;
    return Map.of("pid", pid(), "held", held, "done", tasks - held);
  }

  /** Starts no process any more; the present one ends when it has answered. */
  synchronized void end() {
    ended = true;
    if (frames != null) {
      frames.stream().disconnect();
    }
  }
}
