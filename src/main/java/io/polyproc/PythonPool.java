package io.polyproc;

import io.polyproc.Counters.Counter;
import io.polyproc.host.Waits;
import io.polyproc.value.KnownTypes;
import io.polyproc.value.ValueWriter;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
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
  private static final int STREAMED_PER_WORKER = 4;

  private final Options options;
  private final KnownTypes types;
  private final Polyproc polyproc;
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

  PythonPool(Polyproc polyproc, int size, Options options) {
    if (size < 1) {
      throw new IllegalArgumentException("a pool needs at least one worker, not " + size);
    }
    this.polyproc = polyproc;
    this.types = polyproc.types();
    this.counters = new Counters(polyproc.counters());
    this.options = options.copy();
    for (int i = 1; i <= size; i++) {
      workers.add(new PoolWorker(this, i));
    }
    workers.forEach(PoolWorker::start);
    polyproc.onClose(terminate);
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

    private Options copy() {
      Options copy = new Options();
      copy.taskTimeout = taskTimeout;
      copy.initializer = initializer;
      copy.initializerArguments = initializerArguments;
      copy.maxTasksPerWorker = maxTasksPerWorker;
      copy.maxWaiting = maxWaiting;
      copy.rejecting = rejecting;
      copy.onProgress = onProgress;
      return copy;
    }

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

    @Nullable PythonFunction initializer() {
      return initializer;
    }

    PythonTuple initializerArguments() {
      return initializerArguments;
    }

    int maxTasksPerWorker() {
      return maxTasksPerWorker;
    }

    int maxWaiting() {
      return maxWaiting;
    }

    boolean isRejecting() {
      return rejecting;
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
    return submit(type, options.taskTimeout, function, arguments);
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
    return submit((Type) type, timeout, function, PythonTuple.of(arguments));
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
    return submit(type.type(), options.taskTimeout, function, PythonTuple.of(arguments));
  }

  <T> CompletableFuture<T> submit(
      Type type, @Nullable Duration timeout, PythonFunction function, PythonTuple arguments) {
    return submit(this.<T>task(type, timeout, function), arguments, options.isRejecting());
  }

  <T> PoolTask<T> task(Type type, @Nullable Duration timeout, PythonFunction function) {
    return new PoolTask<>(this, numbers.incrementAndGet(), type, function, timeout);
  }

  /**
   * @param rejecting whether it is refused where it would have to wait for room
   */
  <T> CompletableFuture<T> submit(PoolTask<T> task, PythonTuple arguments, boolean rejecting) {
    try {
      PythonTuple call = task.function().parts().call(arguments);
      task.setMessage(
          polyproc.isSpread()
              ? ValueWriter.writeForAnyNode(call, "arguments", false)
              : ValueWriter.write(call, "arguments", polyproc.host()));
    } catch (UnconvertibleValueException e) {
      return CompletableFuture.failedFuture(e);
    }
    enqueue(task, rejecting);
    return task;
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
      CompletableFuture<T> future =
          submit(this.<T>task(type, options.taskTimeout, function), all, false);
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
    ExecutorService executor = new PoolExecutor(workers.size(), options, executors::remove);
    executors.add(executor);
    if (isClosing()) {
      executor.shutdown();
      throw new IllegalStateException("this pool is closed");
    }
    return executor;
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
    return generate((Type) type, function, PythonTuple.of(arguments));
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
    return generate(type.type(), function, PythonTuple.of(arguments));
  }

  <T> Stream<T> generate(Type type, PythonFunction function, PythonTuple arguments) {
    return GeneratorCall.<T>start(this, type, function, arguments).stream();
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
    return new GeneratorPublisher<>(this, type, function, PythonTuple.of(arguments));
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
    return new GeneratorPublisher<>(this, type.type(), function, PythonTuple.of(arguments));
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

  /**
   * Why this pool can't run tasks any more: workers can't start, or the initializer has raised.
   * Every task fails with it. Empty as long as tasks can run.
   *
   * @return the failure
   */
  public synchronized Optional<RuntimeException> failure() {
    return Optional.ofNullable(broken);
  }

  /**
   * What this pool has done so far.
   *
   * @return counters and times up to now; it does not change
   */
  public PoolMetrics metrics() {
    return counters.read();
  }

  Counters counters() {
    return counters;
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
    return results(submitAll(type, function, items, PythonTuple::of));
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
    return results(submitAll(type.type(), function, items, PythonTuple::of));
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
    return results(submitAll(type, function, items, PythonTuple::copyOf));
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
    return results(submitAll(type.type(), function, items, PythonTuple::copyOf));
  }

  private <T, I> List<CompletableFuture<T>> submitAll(
      Type type, PythonFunction function, Iterable<I> items, Function<I, PythonTuple> arguments) {
    List<CompletableFuture<T>> futures = new ArrayList<>();
    try {
      for (I item : items) {
        futures.add(
            submit(
                this.<T>task(type, options.taskTimeout, function), arguments.apply(item), false));
      }
      return futures;
    } catch (RuntimeException e) {
      futures.forEach(future -> future.cancel(true));
      throw e;
    }
  }

  private static <T> List<T> results(List<CompletableFuture<T>> futures) {
    List<T> results = new ArrayList<>(futures.size());
    try {
      for (CompletableFuture<T> future : futures) {
        results.add(result(future));
      }
      return results;
    } finally {
      if (results.size() < futures.size()) {
        futures.forEach(future -> future.cancel(true));
      }
    }
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
    return stream((Type) type, function, items);
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
    return stream(type.type(), function, items);
  }

  private <T> Stream<T> stream(Type type, PythonFunction function, Iterable<?> items) {
    Completed<T> completed = new Completed<>(type, function, items.iterator());
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(completed, Spliterator.NONNULL), false)
        .onClose(completed::stop);
  }

  @SuppressWarnings("CollectionUndefinedEquality") // futures are told apart by identity
  private final class Completed<T> implements Iterator<T> {
    private final Type type;
    private final PythonFunction function;
    private final Iterator<?> items;
    private final LinkedBlockingQueue<CompletableFuture<T>> ended = new LinkedBlockingQueue<>();
    private final Set<CompletableFuture<T>> running =
        Collections.newSetFromMap(new IdentityHashMap<>());

    Completed(Type type, PythonFunction function, Iterator<?> items) {
      this.type = type;
      this.function = function;
      this.items = items;
    }

    @Override
    public boolean hasNext() {
      while (running.size() < STREAMED_PER_WORKER * workers.size() && items.hasNext()) {
        CompletableFuture<T> future =
            submit(
                PythonPool.this.<T>task(type, options.taskTimeout, function),
                PythonTuple.of(items.next()),
                false);
        running.add(future);
        var _ = future.whenComplete((_, _) -> ended.add(future));
      }
      return !running.isEmpty();
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      try {
        CompletableFuture<T> future = ended.take();
        running.remove(future);
        return result(future);
      } catch (InterruptedException e) {
        stop();
        throw Waits.cancelled(e);
      } catch (RuntimeException e) {
        stop();
        throw e;
      }
    }

    void stop() {
      List.copyOf(running).forEach(future -> future.cancel(true));
      running.clear();
    }
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
    return ModuleProxy.of(this, type, module);
  }

  /** What a future ends with; what it throws shows where this thread waited for it, too. */
  static <T> T result(CompletableFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        appendFrames(cause, new Throwable().getStackTrace());
        throw cause;
      }
      throw new CompletionException(e.getCause());
    } catch (InterruptedException e) {
      throw Waits.cancelled(e);
    }
  }

  /** Puts the frames of a thread that waits behind those of the thread that failed. */
  private static void appendFrames(Throwable failure, StackTraceElement[] waiting) {
    // An exception may be thrown to several threads: only the last one's frames stay.
    Stream<StackTraceElement> own =
        Stream.of(failure.getStackTrace()).takeWhile(frame -> !isFrameOfResult(frame));
    failure.setStackTrace(Stream.concat(own, Stream.of(waiting)).toArray(StackTraceElement[]::new));
  }

  private static boolean isFrameOfResult(StackTraceElement frame) {
    return frame.getMethodName().equals("result")
        && frame.getClassName().equals(PythonPool.class.getName());
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
    while (waiting.size() >= options.maxWaiting() && !closing && broken == null) {
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
    synchronized (options) {
      Progress progress;
      synchronized (this) {
        if (waiting.remove(task)) {
          counters.decrement(Counter.TASKS_WAITING);
        }
        counters.increment(failure ? Counter.TASKS_FAILED : Counter.TASKS_SUCCEEDED);
        done++;
        failed += failure ? 1 : 0;
        unfinished--;
        progress = new Progress(done, failed, submitted);
        notifyAll();
      }
      options.onProgress.accept(progress);
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

  @Nullable Duration taskTimeout() {
    return options.taskTimeout;
  }

  Polyproc polyproc() {
    return polyproc;
  }

  Options poolOptions() {
    return options;
  }

  KnownTypes types() {
    return types;
  }

  /** What observers are told: as {@code _polyproc/observation.py} tells of pools of Python's. */
  Map<String, Object> describe() {
    PoolMetrics now = metrics();
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

  /**
   * The process ids of the workers that there are now.
   *
   * @return in no order; those that have just been started or have ended are not among them
   */
  public List<Integer> pids() {
    return workers.stream().map(PoolWorker::pid).filter(pid -> pid > 0).toList();
  }

  /**
   * Takes no more tasks, waits until those that were submitted have ended, closes generators, and
   * ends the workers. If the calling thread is interrupted meanwhile, the tasks are stopped. Its
   * interrupt status is set again. A second call does nothing more.
   */
  @Override
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
    synchronized (options) {
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

  /**
   * Stops all tasks, which then count as cancelled, and ends the workers. Does not wait for tasks;
   * a second call does nothing more.
   */
  public void terminate() {
    polyproc.forgetOnClose(terminate);
    polyproc.forget(this);
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
