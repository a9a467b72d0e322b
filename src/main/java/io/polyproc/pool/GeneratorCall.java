package io.polyproc.pool;

import io.polyproc.PythonConnection;
import io.polyproc.PythonFunction;
import io.polyproc.PythonPipe;
import io.polyproc.PythonTuple;
import io.polyproc.host.Waits;
import io.polyproc.value.ApiAccess;
import io.polyproc.value.Conversions;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.Type;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A generator that runs in a worker, as a task with a pipe of its own: Java sends numbers, how many
 * elements it wants next, and the task sends elements. The task ends with the generator, or when
 * this end of the pipe is closed, and its result tells how.
 *
 * <p>One thread asks and takes; any other may {@link #close} meanwhile.
 *
 * @param <T> what elements are in Java
 */
final class GeneratorCall<T> implements AutoCloseable {
  private static final PythonFunction GENERATE =
      PythonFunction.of("_polyproc.java.servers", "generate");
  private static final long GRACE_MILLIS = 1000;

  private final WorkerPool pool;
  private final Type type;
  private final PythonConnection elements;
  private final PoolTask<Object> task;
  private final AtomicBoolean closed = new AtomicBoolean();
  private long wanted;
  private long received;

  private GeneratorCall(
      WorkerPool pool, Type type, PythonConnection elements, PoolTask<Object> task) {
    this.pool = pool;
    this.type = type;
    this.elements = elements;
    this.task = task;
  }

  /**
   * Calls the function in a worker, once there is one.
   *
   * @throws IllegalStateException if the pool is closed
   */
  static <T> GeneratorCall<T> start(
      WorkerPool pool, Type type, PythonFunction function, PythonTuple arguments) {
    PythonPipe pipe = pool.runtime().pipe();
    GeneratorCall<T> call =
        new GeneratorCall<>(pool, type, pipe.here(), pool.task(Object.class, null, GENERATE));
    try (PythonConnection _ = pipe.there()) {
      CompletableFuture<Object> submitted =
          pool.submit(
              call.task,
              PythonTuple.of(
                  pipe.there(),
                  function.toString(),
                  ApiAccess.get().parts(function).call(arguments)),
              pool.settings().isRejecting());
      if (submitted.isCompletedExceptionally()) {
        PoolTask.result(submitted);
      }
    } catch (RuntimeException e) {
      pipe.here().close();
      throw e;
    }
    pool.opened(call);
    return call;
  }

  /** Has the generator compute so many elements more. */
  void ask(long number) throws IOException {
    wanted += number;
    elements.send(number);
  }

  /**
   * Waits for the next of those that were asked for.
   *
   * @return whether there was one, which the action was given
   * @throws RuntimeException what the generator has failed with
   * @throws IOException if this is closed
   */
  boolean take(Consumer<? super T> action) throws IOException, InterruptedException {
    Object element;
    try {
      element = elements.receive(Object.class);
    } catch (EOFException e) {
      if (closed.get()) {
        throw e;
      }
      PoolTask.result(task);
      return false;
    }
    action.accept(converted(element));
    return true;
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // the caller has named the type; None is null
  private T converted(@Nullable Object element) {
    return (T) Conversions.convert(element, type, "element[%d]".formatted(received++));
  }

  /** Whether the generator has elements to compute. */
  boolean isAsked() {
    return wanted > received;
  }

  /** The elements, each asked for when it is wanted. */
  Stream<T> stream() {
    return StreamSupport.stream(
            new Spliterators.AbstractSpliterator<T>(Long.MAX_VALUE, Spliterator.ORDERED) {
              @Override
              public boolean tryAdvance(Consumer<? super T> action) {
                return advance(action);
              }
            },
            false)
        .onClose(this::close);
  }

  private boolean advance(Consumer<? super T> action) {
    boolean more = false;
    try {
      ask(1);
      more = take(action);
      return more;
    } catch (InterruptedException e) {
      throw Waits.cancelled(e);
    } catch (IOException e) {
      return ended(e);
    } finally {
      if (!more) {
        close();
      }
    }
  }

  /** The pipe can't be written: the generator has ended before it was asked, or this is closed. */
  private boolean ended(IOException why) {
    if (closed.get()) {
      throw new IllegalStateException("this generator is closed", why);
    }
    PoolTask.result(task);
    return false;
  }

  /**
   * Closes the generator, at its {@code yield} or, if it computes something, with its worker. Does
   * not wait for its end.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    pool.closed(this);
    elements.close();
    if (!task.hasBegun()) {
      task.cancel(true);
    } else if (!task.isDone()) {
      CompletableFuture.delayedExecutor(GRACE_MILLIS, TimeUnit.MILLISECONDS)
          .execute(() -> task.cancel(true));
    }
  }
}
