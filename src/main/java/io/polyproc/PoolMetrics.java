package io.polyproc;

import java.time.Duration;

/**
 * What pools have done so far: the counters of one pool, or of all pools that a runtime has had.
 * The numbers are read one after the other while work goes on, so that they fit each other about.
 *
 * <pre>{@code
 * PoolMetrics now = polyproc.metrics();
 * log.info("{} tasks wait, {} workers were lost", now.tasksWaiting(), now.workersLost());
 * }</pre>
 *
 * @param workersAlive how many worker processes there are now
 * @param workersStarted how many there have been
 * @param workersReady how many of those have begun to serve, as far as they had something to do
 * @param workersRestarted how many of those took the place of another one: a lost one, one that was
 *     stopped with its task, one that had run so many tasks as it may
 * @param workersLost how many have ended while they ran a task, without being told to
 * @param tasksWaiting how many tasks no worker has yet
 * @param tasksRunning how many tasks a worker has
 * @param tasksSucceeded how many have ended with a result
 * @param tasksFailed how many have ended without: that raised, were cancelled or were lost
 * @param taskTime for how long workers have had tasks, all together
 * @param bootTime how long it took until workers served, all together, with their initializers:
 *     divide it by {@code workersReady}
 */
public record PoolMetrics(
    long workersAlive,
    long workersStarted,
    long workersReady,
    long workersRestarted,
    long workersLost,
    long tasksWaiting,
    long tasksRunning,
    long tasksSucceeded,
    long tasksFailed,
    Duration taskTime,
    Duration bootTime) {}
