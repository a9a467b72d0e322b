package io.polyproc;

import io.polyproc.pool.BulkTasks;
import io.polyproc.pool.GeneratorPublisher;
import io.polyproc.pool.ModuleProxy;
import io.polyproc.pool.PoolSettings;
import io.polyproc.pool.WorkerPool;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Worker processes that run tasks, each a call of a Python function.
 *
 * <pre>{@code
 * try (PythonPool pool = polyproc.pool(4, PythonPool.options()
 *     .taskTimeout(Duration.ofSeconds(30))
 *     .initializer(PythonFunction.of("model", "load"), "weights.bin")
 *     .maxTasksPerWorker(1000)
 *     .onProgress(progress -> System.out.println(progress.done() + " of " + progress.submitted())))) {
 *   List<Double> scores = pool.map(Double.class, PythonFunction.of("model", "score"), texts);
 * }
 * }</pre>
 *
 * <p>Any thread may submit. A task whose worker dies fails with {@link WorkerLostException}, and no
 * other does; the pool starts a new worker. A future that is cancelled, or completed by the caller,
 * as {@link CompletableFuture#orTimeout} does, stops its task: one that has begun with its worker,
 * which is replaced.
 */
public final class PythonPool implements AutoCloseable {
  private final WorkerPool workers;

  PythonPool(WorkerPool workers) {
    this.workers = workers;
  }

  /**
   * What a pool may do beyond running tasks; every method returns the same object.
   *
   * <pre>{@code
   * PythonPool pool = polyproc.pool(4, PythonPool.options()
   *     .taskTimeout(Duration.ofSeconds(30))
   *     .maxWaiting(100).rejectWhenFull());
   * }</pre>
   */
  public static final class Options {
    private @Nullable Duration taskTimeout;
    private @Nullable PythonFunction initializer;
    private PythonTuple initializerArguments = PythonTuple.of();
    private int maxTasksPerWorker;
    private int maxWaiting = Integer.MAX_VALUE;
    private boolean rejecting;
    private Consumer<Progress> onProgress = _ -> {};

    private Options() {}

    /**
     * How long a task may run; then its future fails with a {@link
     * java.util.concurrent.TimeoutException} and its worker is ended and replaced. The time begins
     * when a worker is given the task.
     *
     * @param time more than 0
     * @return this
     * @throws IllegalArgumentException if it is not
     */
    public Options taskTimeout(Duration time) {
      if (time.isNegative() || time.isZero()) {
        throw new IllegalArgumentException("a timeout must be positive: " + time);
      }
      taskTimeout = time;
      return this;
    }

    /**
     * What each worker calls first. If it raises, the pool is of no use: its tasks fail with that
     * {@link PythonException}.
     *
     * @param function what is called
     * @param arguments of the function; converted each time that a worker starts
     * @return this
     */
    public Options initializer(PythonFunction function, @Nullable Object... arguments) {
      initializer = function;
      initializerArguments = PythonTuple.of(arguments);
      return this;
    }

    /**
     * After so many tasks a worker is replaced by a new one, which gives back what they have
     * leaked.
     *
     * @param tasks how many, at least 1
     * @return this
     * @throws IllegalArgumentException if it is to be none
     */
    public Options maxTasksPerWorker(int tasks) {
      if (tasks < 1) {
        throw new IllegalArgumentException("a worker must run at least one task, not " + tasks);
      }
      maxTasksPerWorker = tasks;
      return this;
    }

    /**
     * How many tasks may wait for a worker, beside those that run. Who submits one more waits for
     * room, or is refused where {@link #rejectWhenFull} was called. By default there is no limit.
     *
     * <p>A thread that completes a task, and so may run what depends on its future, must not wait
     * for room: use the {@code Async} methods of {@link CompletableFuture} for what submits tasks.
     *
     * @param tasks at least 1
     * @return this
     * @throws IllegalArgumentException if it is less
     */
    public Options maxWaiting(int tasks) {
      if (tasks < 1) {
        throw new IllegalArgumentException("a task must be able to wait, not " + tasks);
      }
      maxWaiting = tasks;
      return this;
    }

    /**
     * Has {@code submit} throw a {@link RejectedExecutionException} where it would wait for room,
     * as {@link #maxWaiting} says. Methods that run many tasks, such as {@code map}, still wait.
     *
     * @return this
     */
    public Options rejectWhenFull() {
      rejecting = true;
      return this;
    }

    /**
     * Called after each task, by one thread at a time, which should not be kept long.
     *
     * @param listener must not throw, and must not close the pool
     * @return this
     */
    public Options onProgress(Consumer<Progress> listener) {
      onProgress = Objects.requireNonNull(listener);
      return this;
    }

    PoolSettings settings() {
      return new PoolSettings(
          taskTimeout,
          initializer,
          initializerArguments,
          maxTasksPerWorker,
          maxWaiting,
          rejecting,
          onProgress);
    }
  }

  /**
   * Options of which none is set.
   *
   * @return options to be changed and given to {@link Polyproc#pool(int, Options)}
   */
  public static Options options() {
    return new Options();
  }

  /**
   * How far a pool is.
   *
   * <pre>{@code
   * PythonPool.options().onProgress(progress -> bar.set(progress.done(), progress.submitted()));
   * }</pre>
   *
   * @param done how many tasks have ended, however
   * @param failed how many of those without a result
   * @param submitted how many there have been
   */
  public record Progress(long done, long failed, long submitted) {}

  /**
   * Has a worker call a function.
   *
   * @param <T> of the result
   * @param type of the result: {@code Long}, {@code String}, a record, {@code Object} for whatever
   *     it is
   * @param function what is called
   * @param arguments of the function; converted before this returns
   * @return fails with {@link PythonException}, or with the exception of a Java method that Python
   *     called, of its own class; with {@link WorkerLostException}, {@link
   *     UnconvertibleValueException} for arguments or a result, or {@link
   *     java.util.concurrent.TimeoutException}
   * @throws IllegalStateException if the pool is closed
   * @throws RejectedExecutionException if too many tasks wait and the pool {@linkplain
   *     Options#rejectWhenFull rejects} them then
   * @throws CancellationException if the calling thread is interrupted while it waits for room
   */
  public <T> CompletableFuture<T> submit(
      Class<T> type, PythonFunction function, @Nullable Object... arguments) {
    return submit(type, workers.settings().taskTimeout(), function, arguments);
  }

  /**
   * {@link #submit} of a task with a timeout of its own.
   *
   * @param <T> of the result
   * @param type of the result
   * @param timeout from the moment when a worker is given the task; null for none
   * @param function what is called
   * @param arguments of the function
   * @return fails as that of {@link #submit(Class, PythonFunction, Object...)}
   * @throws IllegalStateException if the pool is closed
   */
  public <T> CompletableFuture<T> submit(
      Class<T> type,
      @Nullable Duration timeout,
      PythonFunction function,
      @Nullable Object... arguments) {
    return workers.submit(type, timeout, function, PythonTuple.of(arguments));
  }

  /**
   * As {@link #submit(Class, PythonFunction, Object...)}, for a type with type arguments.
   *
   * <pre>{@code
   * List<Doc> docs = pool.submit(new TypeReference<List<Doc>>() {}, load, "shelf").join();
   * }</pre>
   *
   * @param <T> of the result
   * @param type of the result
   * @param function what is called
   * @param arguments of the function
   * @return fails as that of {@link #submit(Class, PythonFunction, Object...)}
   * @throws IllegalStateException if the pool is closed
   */
  public <T> CompletableFuture<T> submit(
      TypeReference<T> type, PythonFunction function, @Nullable Object... arguments) {
    return workers.submit(
        type.type(), workers.settings().taskTimeout(), function, PythonTuple.of(arguments));
  }

  /**
   * A task for an {@link ExecutorService}, such as {@link #executorService()}: one call of a
   * function. It submits the task and waits for it; interrupting it stops the task. It throws what
   * the future of {@link #submit} fails with.
   *
   * <pre>{@code
   * ExecutorService executor = pool.executorService();
   * String fastest = executor.invokeAny(List.of(
   *     pool.callable(String.class, search, "north"), pool.callable(String.class, search, "south")));
   * }</pre>
   *
   * @param <T> the type of the result
   * @param type the same
   * @param function to be called
   * @param arguments of the call
   * @return one call of the function
   */
  public <T> Callable<T> callable(
      Class<T> type, PythonFunction function, @Nullable Object... arguments) {
    PythonTuple all = PythonTuple.of(arguments);
    return () -> {
      CompletableFuture<T> future = workers.submitWaiting(type, function, all);
      try {
        return future.get();
      } catch (InterruptedException e) {
        future.cancel(true);
        throw e;
      } catch (ExecutionException e) {
        throw e.getCause() instanceof Exception cause ? cause : e;
      }
    };
  }

  /**
   * A view of this pool for code that wants an {@link ExecutorService}. It runs as many tasks at a
   * time as the pool has workers, each on a virtual thread of this JVM, in the order in which they
   * were submitted; those that {@link #callable} makes run in the workers, and other ones may call
   * the pool. Its contract is the usual one: {@code shutdown} lets what was submitted end, and
   * {@code shutdownNow} and cancelling interrupt tasks, which stops what they run in workers.
   * {@link Options#maxWaiting} counts for it, too.
   *
   * <p>Shutting it down leaves the pool as it is; {@link #close} of the pool closes it, and {@link
   * #terminate} shuts it down at once.
   *
   * @return a new one at each call
   * @throws IllegalStateException if the pool is closed
   */
  public ExecutorService executorService() {
    return workers.executorService();
  }

  /**
   * The elements that a Python generator yields, one after the other: each is computed when the
   * stream asks for it. The function may also be an asynchronous generator, or return anything that
   * can be iterated over.
   *
   * <pre>{@code
   * // def pages(url):
   * //     while url:
   * //         page = fetch(url)
   * //         yield page.text
   * //         url = page.next
   * try (Stream<String> pages = pool.generate(String.class, PythonFunction.of("crawl", "pages"), url)) {
   *   Optional<String> first = pages.filter(text -> text.contains("tea")).findFirst();
   * }
   * }</pre>
   *
   * <p>The generator has a worker for itself until it has ended or the stream is closed, which has
   * to be done unless all elements were taken; {@code taskTimeout} does not count for it. Closing
   * the stream closes the generator at its {@code yield}; one that has not ended a second later is
   * stopped with its worker. Closing the pool closes it, too.
   *
   * @param <T> the type of the elements
   * @param type the same
   * @param function to be called
   * @param arguments of the call
   * @return sequential; its terminal operation throws what the generator raises, as {@link #map}
   *     does
   * @throws IllegalStateException if the pool is closed
   */
  public <T> Stream<T> generate(
      Class<T> type, PythonFunction function, @Nullable Object... arguments) {
    return workers.generate(type, function, PythonTuple.of(arguments));
  }

  /**
   * As above, for elements of a type with type arguments.
   *
   * @param <T> the type of the elements
   * @param type the same
   * @param function to be called
   * @param arguments of the call
   * @return as above
   */
  public <T> Stream<T> generate(
      TypeReference<T> type, PythonFunction function, @Nullable Object... arguments) {
    return workers.generate(type.type(), function, PythonTuple.of(arguments));
  }

  /**
   * As {@link #generate}, for subscribers: the generator computes as many elements as a subscriber
   * requests. Each subscriber gets a call of the function of its own. It is served by a virtual
   * thread, and must not keep that for ever; {@code onError} gets what the generator raises, or a
   * {@link NullPointerException} for an element {@code None}, which publishers can't have.
   *
   * <pre>{@code
   * pool.publish(Reading.class, PythonFunction.of("sensors", "readings")).subscribe(subscriber);
   * }</pre>
   *
   * @param <T> the type of the elements
   * @param type the same
   * @param function to be called
   * @param arguments of the call
   * @return a publisher that may be subscribed to at any time; once the pool is closed, {@code
   *     onError} gets an {@link IllegalStateException}
   */
  public <T> Flow.Publisher<T> publish(
      Class<T> type, PythonFunction function, @Nullable Object... arguments) {
    return new GeneratorPublisher<>(workers, type, function, PythonTuple.of(arguments));
  }

  /**
   * As above, for elements of a type with type arguments.
   *
   * @param <T> the type of the elements
   * @param type the same
   * @param function to be called
   * @param arguments of the call
   * @return as above
   */
  public <T> Flow.Publisher<T> publish(
      TypeReference<T> type, PythonFunction function, @Nullable Object... arguments) {
    return new GeneratorPublisher<>(workers, type.type(), function, PythonTuple.of(arguments));
  }

  /**
   * Why this pool can't run tasks any more: workers can't start, or the initializer has raised.
   * Every task fails with it. Empty as long as tasks can run.
   *
   * @return the failure
   */
  public Optional<RuntimeException> failure() {
    return workers.failure();
  }

  /**
   * What this pool has done so far.
   *
   * @return counters and times up to now; it does not change
   */
  public PoolMetrics metrics() {
    return workers.counters().read();
  }

  /**
   * The function's results for all items, in their order. Waits for them; the first failure ends
   * it, stops the rest and is thrown.
   *
   * @param <T> of the results
   * @param type of each result
   * @param function what is called
   * @param items the only argument of one call each; iterated before the first result is awaited
   * @return the results, in the order of the items
   * @throws CancellationException if the calling thread is interrupted, which stops the tasks
   * @throws PythonException if a call raises
   * @throws WorkerLostException if a worker dies
   * @throws UnconvertibleValueException if an item or a result has no counterpart
   * @throws IllegalStateException if the pool is closed
   */
  public <T> List<T> map(Class<T> type, PythonFunction function, Iterable<?> items) {
    return BulkTasks.map(workers, type, function, items, PythonTuple::of);
  }

  /**
   * As above, for a type with type arguments.
   *
   * @param <T> of the results
   * @param type of each result
   * @param function what is called
   * @param items the only argument of one call each
   * @return the results, in the order of the items
   */
  public <T> List<T> map(TypeReference<T> type, PythonFunction function, Iterable<?> items) {
    return BulkTasks.map(workers, type.type(), function, items, PythonTuple::of);
  }

  /**
   * As {@link #map}, for a function of several arguments: each item has all of one call's.
   *
   * <pre>{@code
   * pool.starmap(Long.class, PythonFunction.of("builtins", "pow"),
   *     List.of(List.of(2, 5), List.of(3, 2)));   // [32, 9]
   * }</pre>
   *
   * @param <T> of the results
   * @param type of each result
   * @param function what is called
   * @param items the arguments of one call each
   * @return the results, in the order of the items
   * @throws CancellationException if the calling thread is interrupted, which stops the tasks
   */
  public <T> List<T> starmap(
      Class<T> type, PythonFunction function, Iterable<? extends Collection<?>> items) {
    return BulkTasks.map(workers, type, function, items, PythonTuple::copyOf);
  }

  /**
   * As above, for a type with type arguments.
   *
   * @param <T> of the results
   * @param type of each result
   * @param function what is called
   * @param items the arguments of one call each
   * @return the results, in the order of the items
   */
  public <T> List<T> starmap(
      TypeReference<T> type, PythonFunction function, Iterable<? extends Collection<?>> items) {
    return BulkTasks.map(workers, type.type(), function, items, PythonTuple::copyOf);
  }

  /**
   * The function's results as they come, whatever the order of their items. The stream takes items
   * as workers get free, so there may be more than fit into memory. Its first failure is thrown by
   * the stream's terminal operation; closing the stream stops what still runs.
   *
   * @param <T> of the results
   * @param type of each result
   * @param function what is called
   * @param items the only argument of one call each; iterated by the thread that reads the stream
   * @return a sequential stream, to be read once and closed if it is not read to its end
   */
  public <T> Stream<T> stream(Class<T> type, PythonFunction function, Iterable<?> items) {
    return BulkTasks.stream(workers, type, function, items);
  }

  /**
   * As above, for a type with type arguments.
   *
   * @param <T> of the results
   * @param type of each result
   * @param function what is called
   * @param items the only argument of one call each; iterated by the thread that reads the stream
   * @return a sequential stream, to be read once and closed if it is not read to its end
   */
  public <T> Stream<T> stream(TypeReference<T> type, PythonFunction function, Iterable<?> items) {
    return BulkTasks.stream(workers, type.type(), function, items);
  }

  /**
   * A Java interface whose methods are functions of a Python module: calling one submits a task. A
   * function has the method's name, or that name as Python writes it: {@code scoreText} may be
   * {@code score_text}. A method that returns a {@link CompletableFuture} or a {@link
   * java.util.concurrent.CompletionStage} does not wait; one that returns a {@link Stream} or a
   * {@link Flow.Publisher} has the elements that a generator yields, as {@link #generate} and
   * {@link #publish} have them; every other one waits and throws what {@link #map} throws. Default
   * methods are Java's own.
   *
   * <pre>{@code
   * interface Scorer {
   *   double score(String text);
   *   CompletableFuture<List<Doc>> similar(Doc doc, int most);
   * }
   * Scorer scorer = pool.proxy(Scorer.class, "scoring");
   * }</pre>
   *
   * @param <T> the interface
   * @param type an interface that this program can see
   * @param module its full name; a worker imports it now
   * @return an object of the interface, for any thread
   * @throws IllegalArgumentException if it is no interface, or functions are missing or can't be
   *     called with so many arguments, with all of them named
   * @throws PythonException if the module can't be imported
   * @throws IllegalStateException if the pool is closed
   */
  public <T> T proxy(Class<T> type, String module) {
    return ModuleProxy.of(workers, type, module);
  }

  /**
   * The process ids of the workers that there are now.
   *
   * @return in no order; those that have just been started or have ended are not among them
   */
  public List<Integer> pids() {
    return workers.pids();
  }

  /**
   * Takes no more tasks, waits until those that were submitted have ended, closes generators, and
   * ends the workers. If the calling thread is interrupted meanwhile, the tasks are stopped. Its
   * interrupt status is set again. A second call does nothing more.
   */
  @Override
  public void close() {
    workers.close();
  }

  @Override
  public String toString() {
    return workers.toString();
  }

  /**
   * Stops all tasks, which then count as cancelled, and ends the workers. Does not wait for tasks;
   * a second call does nothing more.
   */
  public void terminate() {
    workers.terminate();
  }
}
