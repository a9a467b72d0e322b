package io.polyproc.spring;

import io.polyproc.PythonPool;
import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/**
 * Closes the pool at the end of the application: after the web server, whose requests may still
 * submit tasks while it shuts down. Tasks may end within the timeout, and are stopped then.
 */
final class PythonPoolLifecycle implements SmartLifecycle {
  /** Spring Boot's web servers stop in phases that are up to 2048 below the default. */
  private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

  private final PythonPool pool;
  private final Duration timeout;
  private volatile boolean running;

  PythonPoolLifecycle(PythonPool pool, Duration timeout) {
    this.pool = pool;
    this.timeout = timeout;
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public void stop() {
    running = false;
    Thread closing = Thread.ofPlatform().name("polyproc-close").start(pool::close);
    try {
      if (!closing.join(timeout)) {
        pool.terminate();
      }
    } catch (InterruptedException e) {
      pool.terminate();
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return PHASE;
  }
}
