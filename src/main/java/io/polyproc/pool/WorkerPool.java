package io.polyproc.pool;

import io.polyproc.PoolMetrics;
import io.polyproc.PythonFunction;
import io.polyproc.PythonPool;
import io.polyproc.PythonTuple;
import io.polyproc.UnconvertibleValueException;
import io.polyproc.host.Waits;
import io.polyproc.pool.Counters.Counter;
import io.polyproc.value.ApiAccess;
import io.polyproc.value.ValueWriter;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a {@link PythonPool}, the tasks that wait for them, and how tasks and workers end.
 * Any thread may call.
 */
public final class WorkerPool {
  private final PoolSettings settings;
  private final Object listening = new Object();
  private final PoolRuntime runtime;
  private final List<PoolWorker> workers = new ArrayList<>();
  private final AtomicLong numbers = new AtomicLong();
  private final Runnable terminate = this::terminate;
  private final Counters counters;
  private final Set<ExecutorService> executors = ConcurrentHashMap.newKeySet();
  private final Set<GeneratorCall<?>> generators = ConcurrentHashMap.newKeySet();

  // Guarded by this; awaited by workers for a task, and by close() for the last one's end.
  private final Deque<PoolTask<?>> waiting = new ArrayDeque<>();
  private int unfinished;
  private boolean closing;
  private boolean terminated;
  private @Nullable RuntimeException broken;
  private long submitted;
  private long done;
  private long failed;

  /** Starts the workers, which need not be ready yet. */
  public WorkerPool(PoolRuntime runtime, int size, PoolSettings settings) {
    if (size < 1) {
      throw new IllegalArgumentException("a pool needs at least one worker, not " + size);
    }
    this.runtime = runtime;
    this.counters = new Counters(runtime.counters());
    this.settings = settings;
    for (int i = 1; i <= size; i++) {
      workers.add(new PoolWorker(this, i));
    }
    workers.forEach(PoolWorker::start);
    runtime.host().beforeClose(terminate);
  }

  PoolRuntime runtime() {
    return runtime;
  }

  /** What its options were when it was made. */
  public PoolSettings settings() {
    return settings;
  }

  /** How many workers it has. */
  public int size() {
    return workers.size();
  }

  /** Submits a task as the pool's options say. */
  public <T> CompletableFuture<T> submit(
      Type type, @Nullable Duration timeout, PythonFunction function, PythonTuple arguments) {
    return submit(this.<T>task(type, timeout, function), arguments, settings.isRejecting());
  }

  /** Submits a task that waits for room, whatever the pool's options say. */
  public <T> CompletableFuture<T> submitWaiting(
      Type type, PythonFunction function, PythonTuple arguments) {
    return submit(this.<T>task(type, settings.taskTimeout(), function), arguments, false);
  }

  <T> PoolTask<T> task(Type type, @Nullable Duration timeout, PythonFunction function) {
    return new PoolTask<>(this, numbers.incrementAndGet(), type, function, timeout);
  }

  /**
   * @param rejecting whether it is refused where it would have to wait for room
   */
  <T> CompletableFuture<T> submit(PoolTask<T> task, PythonTuple arguments, boolean rejecting) {
    try {
      PythonTuple call = ApiAccess.get().parts(task.function()).call(arguments);
      task.setMessage(
          runtime.isSpread()
              ? ValueWriter.writeForAnyNode(call, "arguments", false)
              : ValueWriter.write(call, "arguments", runtime.host()));
    } catch (UnconvertibleValueException e) {
      return CompletableFuture.failedFuture(e);
    }
    enqueue(task, rejecting);
    return task;
  }

  /** A view of this pool for code that wants an {@link ExecutorService}. */
  public ExecutorService executorService() {
    ExecutorService executor = new PoolExecutor(workers.size(), settings, executors::remove);
    executors.add(executor);
    if (isClosing()) {
      executor.shutdown();
      throw new IllegalStateException("this pool is closed");
    }
    return executor;
  }

  /** The elements that a generator yields. */
  public <T> Stream<T> generate(Type type, PythonFunction function, PythonTuple arguments) {
    return GeneratorCall.<T>start(this, type, function, arguments).stream();
  }

  /** A generator is open: the pool's end closes it. */
  void opened(GeneratorCall<?> generator) {
    generators.add(generator);
    if (isClosing()) {
      generator.close();
    }
  }

  void closed(GeneratorCall<?> generator) {
    generators.remove(generator);
  }

  /** Why it can't run tasks any more. */
  public synchronized Optional<RuntimeException> failure() {
    return Optional.ofNullable(broken);
  }

  /** What its workers have done. */
  public Counters counters() {
    return counters;
  }

  private void enqueue(PoolTask<?> task, boolean rejecting) {
    RuntimeException failure;
    synchronized (this) {
      awaitRoom(rejecting);
      if (closing) {
        throw new IllegalStateException("this pool is closed");
      }
      submitted++;
      unfinished++;
      failure = broken;
      if (failure == null) {
        waiting.add(task);
        counters.increment(Counter.TASKS_WAITING);
        notifyAll();
      }
    }
    if (failure != null) {
      task.completeExceptionally(failure);
    }
  }

  /** Called with this pool's monitor, which it gives up while it waits. */
  private void awaitRoom(boolean rejecting) {
    while (waiting.size() >= settings.maxWaiting() && !closing && broken == null) {
      if (rejecting) {
        throw new RejectedExecutionException(
            "%d tasks wait for the pool's workers already".formatted(waiting.size()));
      }
      try {
        wait();
      } catch (InterruptedException e) {
        throw Waits.cancelled(e);
      }
    }
  }

  /** The next task for a worker, which waits for it; null when there will be none. */
  synchronized @Nullable PoolTask<?> take() throws InterruptedException {
    while (waiting.isEmpty()) {
      if (closing || broken != null) {
        return null;
      }
      wait();
    }
    PoolTask<?> next = waiting.remove();
    counters.decrement(Counter.TASKS_WAITING);
    notifyAll();
    return next;
  }

  /** Whether no task waits for a worker. */
  synchronized boolean isIdle() {
    return waiting.isEmpty();
  }

  /** Called by each task, once, when its future is complete. */
  void completed(PoolTask<?> task, boolean failure) {
    workers.forEach(worker -> worker.stopIfRunning(task));
    synchronized (listening) {
      PythonPool.Progress progress;
      synchronized (this) {
        if (waiting.remove(task)) {
          counters.decrement(Counter.TASKS_WAITING);
        }
        counters.increment(failure ? Counter.TASKS_FAILED : Counter.TASKS_SUCCEEDED);
        done++;
        failed += failure ? 1 : 0;
        unfinished--;
        progress = new PythonPool.Progress(done, failed, submitted);
        notifyAll();
      }
      settings.onProgress().accept(progress);
    }
  }

  /** Takes a task back from a worker that could not begin it; it is the next. */
  void giveBack(PoolTask<?> task) {
    RuntimeException failure;
    synchronized (this) {
      failure = terminated ? new CancellationException("the pool was ended") : broken;
      if (failure == null) {
        waiting.addFirst(task);
        counters.increment(Counter.TASKS_WAITING);
        notifyAll();
      }
    }
    if (failure != null) {
      task.completeExceptionally(failure);
    }
  }

  /** Whether another worker of this pool runs tasks. */
  boolean isServedBesides(PoolWorker worker) {
    return workers.stream().anyMatch(other -> other != worker && other.isServing());
  }

  /** No worker can be had: every task fails. */
  void breakDown(RuntimeException why) {
    List<PoolTask<?>> lost;
    synchronized (this) {
      if (broken == null) {
        broken = why;
      }
      lost = List.copyOf(waiting);
      counters.add(Counter.TASKS_WAITING, -waiting.size());
      waiting.clear();
      notifyAll();
    }
    lost.forEach(task -> task.completeExceptionally(why));
  }

  /**
   * What observers are told: as {@code _polyproc/observation/roles.py} tells of pools of Python's.
   */
  public Map<String, Object> describe() {
    PoolMetrics now = counters.read();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("kind", "pool");
    facts.put("size", workers.size());
    facts.put("jobs", now.tasksWaiting() + now.tasksRunning());
    facts.put("waiting", now.tasksWaiting());
    facts.put("done", now.tasksSucceeded() + now.tasksFailed());
    facts.put("workers", workers.stream().map(PoolWorker::describe).toList());
    return facts;
  }

  synchronized boolean isClosing() {
    return closing;
  }

  /** The process ids of the workers that there are now. */
  public List<Integer> pids() {
    return workers.stream().map(PoolWorker::pid).filter(pid -> pid > 0).toList();
  }

  /** Waits until the tasks have ended, and ends the workers. */
  public void close() {
    boolean interrupted = false;
    executors.forEach(ExecutorService::close);
    synchronized (this) {
      closing = true;
      notifyAll();
    }
    generators.forEach(GeneratorCall::close);
    synchronized (this) {
      while (unfinished > 0 && !interrupted) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    awaitListener();
    terminate();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until the listener has been told of all that is done. */
  private void awaitListener() {
    synchronized (listening) {
      // The thread that tells it holds this monitor, and held it before the task counted as
      // finished.
    }
  }

  @Override
  public String toString() {
    synchronized (this) {
      return "PythonPool[%d workers, %d tasks unfinished%s]"
          .formatted(workers.size(), unfinished, closing ? ", closed" : "");
    }
  }

  /** Stops all tasks and ends the workers. */
  public void terminate() {
    runtime.host().forget(terminate);
    runtime.ended(this);
    List<PoolTask<?>> stopped = new ArrayList<>();
    synchronized (this) {
      closing = true;
      terminated = true;
      stopped.addAll(waiting);
      notifyAll();
    }
    executors.forEach(ExecutorService::shutdownNow);
    generators.forEach(GeneratorCall::close);
    workers.forEach(worker -> worker.current().ifPresent(stopped::add));
    stopped.forEach(task -> task.cancel(true));
    workers.forEach(PoolWorker::end);
  }
}
