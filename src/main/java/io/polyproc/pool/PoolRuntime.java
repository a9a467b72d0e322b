package io.polyproc.pool;

import io.polyproc.PythonFunction;
import io.polyproc.PythonPipe;
import io.polyproc.PythonTuple;
import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.protocol.ChildHandle;
import io.polyproc.value.KnownTypes;

/** What a pool needs of the runtime whose workers it has. Any thread may call. */
public interface PoolRuntime {
  /** What values are read by. */
  KnownTypes types();

  /** Where descriptors and memory are left for workers. */
  EmbeddedRuntime host();

  /** Whether workers may be on other nodes of a cluster. */
  boolean isSpread();

  /** What is counted for all pools. */
  Counters counters();

  /** Starts a process that calls a function. */
  ChildHandle startProcess(String name, PythonFunction function, PythonTuple arguments);

  /** A new pipe between this program and a worker. */
  PythonPipe pipe();

  /** Has an action run before the runtime is closed. */
  void onClose(Runnable action);

  /** Takes that back. */
  void forgetOnClose(Runnable action);

  /** A pool has ended. */
  void ended(WorkerPool pool);
}
