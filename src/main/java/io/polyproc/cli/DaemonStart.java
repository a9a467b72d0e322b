package io.polyproc.cli;

import io.polyproc.daemon.DaemonClient;
import io.polyproc.image.Installation;
import io.polyproc.python.PythonOptions;
import io.polyproc.worker.MainProgram;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Starts a daemon for the next program when this one has run for a while, or has ended: before, it
 * would only take the processor from it.
 */
final class DaemonStart implements AutoCloseable {
  private final PythonOptions options;
  private final AtomicBoolean started = new AtomicBoolean();
  private final CountDownLatch closed = new CountDownLatch(1);

  private DaemonStart(PythonOptions options) {
    this.options = options;
  }

  /**
   * @param options of the program, as the next one's are likely to be
   */
  static DaemonStart after(Duration delay, PythonOptions options) {
    DaemonStart start = new DaemonStart(options);
    Thread.ofPlatform().daemon().name("polyproc-daemon-start").start(() -> start.startAfter(delay));
    return start;
  }

  private void startAfter(Duration delay) {
    try {
      if (!closed.await(delay.toMillis(), TimeUnit.MILLISECONDS)) {
        start();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void start() {
    if (started.compareAndSet(false, true)) {
      new DaemonClient()
          .startQuietly(MainProgram.executable(Installation.current()), options.toArguments());
    }
  }

  /** The program has ended. */
  @Override
  public void close() {
    closed.countDown();
    start();
  }
}
