/**
 * A pool of worker processes: its tasks and who runs them, generators, and Java interfaces whose
 * methods are functions of Python.
 *
 * <pre>
 *   PythonPool, the API ──► WorkerPool ──► PoolTask ──► PoolWorker, one for each process
 * </pre>
 */
@NullMarked
package io.polyproc.pool;

import org.jspecify.annotations.NullMarked;
