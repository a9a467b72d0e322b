package io.polyproc.pool;

import io.polyproc.PythonPool;
import io.polyproc.host.Waits;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What {@link PythonPool#executorService} gives: as many virtual threads as the pool has workers.
 */
final class PoolExecutor extends ThreadPoolExecutor {
  private static final long IDLE_SECONDS = 1;

  private final Semaphore room;
  private final boolean rejecting;
  private final Consumer<ExecutorService> onEnd;

  /**
   * @param onEnd called when it has terminated
   */
  PoolExecutor(int threads, PoolSettings settings, Consumer<ExecutorService> onEnd) {
    super(
        threads,
        threads,
        IDLE_SECONDS,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        Thread.ofVirtual().name("polyproc-executor-", 1).factory());
    allowCoreThreadTimeOut(true);
    int waiting = settings.maxWaiting();
    this.room =
        new Semaphore(
            waiting > Integer.MAX_VALUE - threads ? Integer.MAX_VALUE : waiting + threads);
    this.rejecting = settings.isRejecting();
    this.onEnd = onEnd;
  }

  /**
   * Runs a task some time.
   *
   * @throws RejectedExecutionException if this is shut down, or too many tasks wait and it rejects
   *     them then
   * @throws CancellationException if the calling thread is interrupted while it waits for room
   */
  @Override
  public void execute(Runnable task) {
    enter();
    try {
      super.execute(task);
    } catch (RuntimeException e) {
      room.release();
      throw e;
    }
  }

  private void enter() {
    if (isShutdown()) {
      throw new RejectedExecutionException("this executor is shut down");
    }
    if (rejecting) {
      if (!room.tryAcquire()) {
        throw new RejectedExecutionException(
            "%d tasks wait for the pool's workers already".formatted(getQueue().size()));
      }
      return;
    }
    try {
      room.acquire();
    } catch (InterruptedException e) {
      throw Waits.cancelled(e);
    }
  }

  @Override
  protected void afterExecute(Runnable task, @Nullable Throwable failure) {
    room.release();
  }

  @Override
  public boolean remove(Runnable task) {
    boolean removed = super.remove(task);
    if (removed) {
      room.release();
    }
    return removed;
  }

  @Override
  public List<Runnable> shutdownNow() {
    List<Runnable> never = super.shutdownNow();
    room.release(never.size());
    return never;
  }

  @Override
  protected void terminated() {
    onEnd.accept(this);
  }
}
