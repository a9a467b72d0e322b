package io.polyproc.pool;

import io.polyproc.PythonFunction;
import io.polyproc.host.Waits;
import io.polyproc.value.Conversions;
import io.polyproc.value.ValueReader;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A task of a pool, and the future that its submitter has. The first to complete it decides how it
 * ended.
 */
public final class PoolTask<T> extends CompletableFuture<T> {
  private final WorkerPool pool;
  private final long number;
  private final Type type;
  private final PythonFunction function;
  private final @Nullable Duration timeout;
  private byte[] message = new byte[0];

  // Only the worker that has the task begins it, and it hands it on through the pool's monitor.
  private boolean timed;
  private volatile boolean begun;

  PoolTask(
      WorkerPool pool,
      long number,
      Type type,
      PythonFunction function,
      @Nullable Duration timeout) {
    this.pool = pool;
    this.number = number;
    this.type = type;
    this.function = function;
    this.timeout = timeout;
    var _ = whenComplete((_, failure) -> pool.completed(this, failure != null));
  }

  // Stages that are derived from it are plain ones: cancelling those stops nothing.
  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }

  void setMessage(byte[] pickle) {
    message = pickle;
  }

  byte[] message() {
    return message;
  }

  /** Its number as it stands before message and answer. */
  byte[] head() {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  long number() {
    return number;
  }

  PythonFunction function() {
    return function;
  }

  /** For people. */
  String title() {
    return "task %d (%s)".formatted(number, function);
  }

  /** A worker has it: its time runs. */
  void begun() {
    begun = true;
    Duration limit = timeout;
    if (limit != null && !timed) {
      timed = true;
      CompletableFuture<Void> alarm =
          CompletableFuture.runAsync(
              () ->
                  completeExceptionally(
                      new TimeoutException(
                          "%s did not end within %s s"
                              .formatted(title(), limit.toMillis() / 1000.0))),
              CompletableFuture.delayedExecutor(limit.toNanos(), TimeUnit.NANOSECONDS));
      var _ = whenComplete((_, _) -> alarm.cancel(false));
    }
  }

  /** Whether a worker has it, or has had it. */
  boolean hasBegun() {
    return begun;
  }

  /** Completes it with what the worker answered. */
  @SuppressWarnings("unchecked") // its submitter has named its type
  void succeed(byte[] pickle) {
    try {
      Object value = ValueReader.read(pickle, pool.runtime().types(), "result");
      complete((T) Conversions.convert(value, type, "result"));
    } catch (RuntimeException e) {
      completeExceptionally(e);
    }
  }

  /** What a future ends with; what it throws shows where this thread waited for it, too. */
  public static <T> T result(CompletableFuture<T> future) {
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
        && frame.getClassName().equals(PoolTask.class.getName());
  }
}
