package io.polyproc.host;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Runs what waits inside the kernel. A virtual thread that did so itself would keep its carrier
 * from all others, so a platform thread waits for it.
 */
public final class PlatformThreads {
  private static final ExecutorService WAITERS =
      Executors.newCachedThreadPool(
          Thread.ofPlatform().daemon().name("polyproc-waiter-", 0).factory());

  private PlatformThreads() {}

  /** An operation on the kernel. */
  @FunctionalInterface
  public interface Operation<T extends @Nullable Object> {
    T run() throws IOException;
  }

  /**
   * Runs an operation that, once begun, must be done whatever interrupts the caller, who sees that
   * afterwards.
   */
  public static <T extends @Nullable Object> T finish(Operation<T> operation) throws IOException {
    if (!Thread.currentThread().isVirtual()) {
      return operation.run();
    }
    Future<T> result = WAITERS.submit(operation::run);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Runs an operation that may wait, for a fraction of a second at most, as its result is lost if
   * the caller is interrupted.
   *
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   */
  public static <T> T call(Callable<T> operation) throws Exception {
    if (!Thread.currentThread().isVirtual()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return operation.call();
    }
    Future<T> result = WAITERS.submit(operation);
    try {
      return result.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
