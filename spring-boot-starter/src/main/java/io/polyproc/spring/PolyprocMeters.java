package io.polyproc.spring;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.polyproc.Polyproc;
import io.polyproc.PoolMetrics;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * The counters of all pools of a runtime.
 *
 * <table>
 *   <caption>Meters</caption>
 *   <tr><td>{@code polyproc.workers}</td><td>gauge: workers that there are</td></tr>
 *   <tr><td>{@code polyproc.workers.started}, {@code .restarted}, {@code .lost}</td>
 *       <td>counters</td></tr>
 *   <tr><td>{@code polyproc.workers.boot}</td>
 *       <td>timer: from a worker's start until it serves</td></tr>
 *   <tr><td>{@code polyproc.tasks.waiting}, {@code .running}</td><td>gauges</td></tr>
 *   <tr><td>{@code polyproc.tasks.completed}</td>
 *       <td>counters, tagged with the outcome {@code succeeded} or {@code failed}</td></tr>
 *   <tr><td>{@code polyproc.tasks}</td><td>timer: how long workers have tasks</td></tr>
 * </table>
 *
 * <p>Without Spring:
 *
 * <pre>{@code
 * new PolyprocMeters(polyproc).bindTo(registry);
 * }</pre>
 */
public final class PolyprocMeters implements MeterBinder {
  private final Polyproc polyproc;

  /** The meters of a runtime. */
  public PolyprocMeters(Polyproc polyproc) {
    this.polyproc = polyproc;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    gauge(registry, "polyproc.workers", "Workers that there are", PoolMetrics::workersAlive);
    counter(registry, "polyproc.workers.started", "Workers started", PoolMetrics::workersStarted);
    counter(
        registry,
        "polyproc.workers.restarted",
        "Workers started in the place of another one",
        PoolMetrics::workersRestarted);
    counter(
        registry,
        "polyproc.workers.lost",
        "Workers that ended while they ran a task",
        PoolMetrics::workersLost);
    timer(
        registry,
        "polyproc.workers.boot",
        "From the start of a worker until it serves",
        PoolMetrics::workersReady,
        metrics -> metrics.bootTime().toNanos());
    gauge(
        registry, "polyproc.tasks.waiting", "Tasks that no worker has", PoolMetrics::tasksWaiting);
    gauge(registry, "polyproc.tasks.running", "Tasks that a worker has", PoolMetrics::tasksRunning);
    completed(registry, "succeeded", PoolMetrics::tasksSucceeded);
    completed(registry, "failed", PoolMetrics::tasksFailed);
    timer(
        registry,
        "polyproc.tasks",
        "How long workers have tasks",
        metrics -> metrics.tasksSucceeded() + metrics.tasksFailed(),
        metrics -> metrics.taskTime().toNanos());
  }

  private void gauge(
      MeterRegistry registry, String name, String what, ToLongFunction<PoolMetrics> value) {
    Gauge.builder(name, polyproc, each -> value.applyAsLong(each.metrics()))
        .description(what)
        .register(registry);
  }

  private void counter(
      MeterRegistry registry, String name, String what, ToLongFunction<PoolMetrics> value) {
    FunctionCounter.builder(name, polyproc, each -> value.applyAsLong(each.metrics()))
        .description(what)
        .register(registry);
  }

  private void completed(
      MeterRegistry registry, String outcome, ToLongFunction<PoolMetrics> value) {
    FunctionCounter.builder(
            "polyproc.tasks.completed", polyproc, each -> value.applyAsLong(each.metrics()))
        .description("Tasks that have ended")
        .tag("outcome", outcome)
        .register(registry);
  }

  private void timer(
      MeterRegistry registry,
      String name,
      String what,
      ToLongFunction<PoolMetrics> count,
      ToLongFunction<PoolMetrics> nanos) {
    FunctionTimer.builder(
            name,
            polyproc,
            each -> count.applyAsLong(each.metrics()),
            each -> nanos.applyAsLong(each.metrics()),
            TimeUnit.NANOSECONDS)
        .description(what)
        .register(registry);
  }
}
