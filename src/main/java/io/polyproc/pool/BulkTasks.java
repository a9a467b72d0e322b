package io.polyproc.pool;

import io.polyproc.PythonFunction;
import io.polyproc.PythonTuple;
import io.polyproc.host.Waits;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Calls of one function with many items. Any thread may call. */
public final class BulkTasks {
  private static final int STREAMED_PER_WORKER = 4;

  private BulkTasks() {}

  /**
   * The results for all items, in their order. The first failure stops the rest and is thrown.
   *
   * @param arguments of the call for an item
   */
  public static <T, I> List<T> map(
      WorkerPool pool,
      Type type,
      PythonFunction function,
      Iterable<I> items,
      Function<I, PythonTuple> arguments) {
    return results(submitAll(pool, type, function, items, arguments));
  }

  private static <T, I> List<CompletableFuture<T>> submitAll(
      WorkerPool pool,
      Type type,
      PythonFunction function,
      Iterable<I> items,
      Function<I, PythonTuple> arguments) {
    List<CompletableFuture<T>> futures = new ArrayList<>();
    try {
      for (I item : items) {
        futures.add(pool.submitWaiting(type, function, arguments.apply(item)));
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
        results.add(PoolTask.result(future));
      }
      return results;
    } finally {
      if (results.size() < futures.size()) {
        futures.forEach(future -> future.cancel(true));
      }
    }
  }

  /**
   * The results as they come. Items are taken as workers get free, by the thread that reads the
   * stream; closing it stops what still runs.
   */
  public static <T> Stream<T> stream(
      WorkerPool pool, Type type, PythonFunction function, Iterable<?> items) {
    Completed<T> completed = new Completed<>(pool, type, function, items.iterator());
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(completed, Spliterator.NONNULL), false)
        .onClose(completed::stop);
  }

  /** Confined to the thread that reads the stream. */
  @SuppressWarnings("CollectionUndefinedEquality") // futures are told apart by identity
  private static final class Completed<T> implements Iterator<T> {
    private final WorkerPool pool;
    private final Type type;
    private final PythonFunction function;
    private final Iterator<?> items;
    private final LinkedBlockingQueue<CompletableFuture<T>> ended = new LinkedBlockingQueue<>();
    private final Set<CompletableFuture<T>> running =
        Collections.newSetFromMap(new IdentityHashMap<>());

    Completed(WorkerPool pool, Type type, PythonFunction function, Iterator<?> items) {
      this.pool = pool;
      this.type = type;
      this.function = function;
      this.items = items;
    }

    @Override
    public boolean hasNext() {
      while (running.size() < STREAMED_PER_WORKER * pool.size() && items.hasNext()) {
        CompletableFuture<T> future =
            pool.submitWaiting(type, function, PythonTuple.of(items.next()));
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
        return PoolTask.result(future);
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
}
