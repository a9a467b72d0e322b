package io.polyproc.spring;

import io.polyproc.PoolMetrics;
import io.polyproc.PythonPool;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** Down when the pool can't run tasks any more, with the reason. */
final class PolyprocHealthIndicator extends AbstractHealthIndicator {
  private final PythonPool pool;

  PolyprocHealthIndicator(PythonPool pool) {
    super("the pool of Python workers can't be asked for its health");
    this.pool = pool;
  }

  @Override
  protected void doHealthCheck(Health.Builder builder) {
    pool.failure().ifPresentOrElse(builder::down, builder::up);
    PoolMetrics metrics = pool.metrics();
    builder
        .withDetail("workersAlive", metrics.workersAlive())
        .withDetail("workersLost", metrics.workersLost())
        .withDetail("tasksWaiting", metrics.tasksWaiting())
        .withDetail("tasksRunning", metrics.tasksRunning());
  }
}
