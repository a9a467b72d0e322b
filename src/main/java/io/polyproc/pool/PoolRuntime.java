package io.polyproc.pool;

import io.polyproc.PoolMetrics;
import io.polyproc.PythonPipe;
import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.host.JavaObservation;
import io.polyproc.process.ProcessStarter;
import io.polyproc.value.KnownTypes;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The pools of one runtime, and what they have in common. Any thread may call. */
public final class PoolRuntime implements AutoCloseable {
  private final EmbeddedRuntime host;
  private final KnownTypes types;
  private final ProcessStarter processes;
  private final Supplier<PythonPipe> pipes;
  private final Counters counters = new Counters(null);
  private final Set<WorkerPool> pools = ConcurrentHashMap.newKeySet();
  private final Supplier<List<Map<String, Object>>> observed = this::describe;

  /**
   * Observers of this JVM are told of the pools from now on.
   *
   * @param pipes makes a new pipe between this program and a worker
   */
  public PoolRuntime(
      EmbeddedRuntime host,
      KnownTypes types,
      ProcessStarter processes,
      Supplier<PythonPipe> pipes) {
    this.host = host;
    this.types = types;
    this.processes = processes;
    this.pipes = pipes;
    JavaObservation.add(observed);
  }

  /** Starts a pool. */
  public WorkerPool open(int workers, PoolSettings settings) {
    WorkerPool pool = new WorkerPool(this, workers, settings);
    pools.add(pool);
    return pool;
  }

  /** What all pools have done so far, also those that are closed. */
  public PoolMetrics metrics() {
    return counters.read();
  }

  /** What observers of this JVM are told of the pools. */
  private List<Map<String, Object>> describe() {
    return pools.stream().map(WorkerPool::describe).toList();
  }

  /** Observers are told of these pools no more. The pools end with the runtime itself. */
  @Override
  public void close() {
    JavaObservation.remove(observed);
  }

  /** What values are read by. */
  KnownTypes types() {
    return types;
  }

  /** Where descriptors and memory are left for workers. */
  EmbeddedRuntime host() {
    return host;
  }

  /** Starts workers. */
  ProcessStarter processes() {
    return processes;
  }

  /** Whether workers may be on other nodes of a cluster. */
  boolean isSpread() {
    return host.options().isSpread();
  }

  /** What is counted for all pools. */
  Counters counters() {
    return counters;
  }

  /** A new pipe between this program and a worker. */
  PythonPipe pipe() {
    return pipes.get();
  }

  /** A pool has ended. */
  void ended(WorkerPool pool) {
    pools.remove(pool);
  }
}
