package io.polyproc.pool;

import io.polyproc.PythonFunction;
import io.polyproc.PythonPool;
import io.polyproc.PythonTuple;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The {@link PythonPool.Options} of a pool, as they were when it was made.
 *
 * @param taskTimeout how long a task may run; null for any time
 * @param initializer what each worker calls first; null for nothing
 * @param initializerArguments of that call
 * @param maxTasksPerWorker after how many a worker is replaced; 0 for never
 * @param maxWaiting how many tasks may wait for a worker
 * @param isRejecting whether one more is refused, and does not wait for room
 * @param onProgress called after each task
 */
public record PoolSettings(
    @Nullable Duration taskTimeout,
    @Nullable PythonFunction initializer,
    PythonTuple initializerArguments,
    int maxTasksPerWorker,
    int maxWaiting,
    boolean isRejecting,
    Consumer<PythonPool.Progress> onProgress) {}
