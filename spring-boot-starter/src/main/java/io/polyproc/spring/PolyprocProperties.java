package io.polyproc.spring;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of the runtime and of its pool.
 *
 * <pre>
 * polyproc.resources=python
 * polyproc.start-timeout=30s
 * polyproc.pool.size=4
 * polyproc.pool.max-waiting=100
 * </pre>
 *
 * @param enabled whether there are a runtime and a pool
 * @param home the installation that workers are started from; by default POLYPROC_HOME, or one that
 *     is made on first use
 * @param pythonPath folders, or zip files, in which workers look for modules first
 * @param resources folders of the application's resources in which workers look for modules
 * @param graalpyResources folders of the application's resources that graalpy-maven-plugin has
 *     filled, such as GRAALPY-VFS/com.acme/shop
 * @param workerOptions options for the JVM of each worker, such as -Xmx512m
 * @param environment environment variables for the workers, beside those of the application
 * @param standby how many workers wait booted for the next process; by default as many as there are
 *     cores, as far as memory allows
 * @param startTimeout how long the application waits at its start for a worker that runs, and fails
 *     if there is none; by default it does not wait
 * @param pool the settings of the pool
 */
@ConfigurationProperties("polyproc")
public record PolyprocProperties(
    @DefaultValue("true") boolean enabled,
    @Nullable Path home,
    @DefaultValue List<Path> pythonPath,
    @DefaultValue List<String> resources,
    @DefaultValue List<String> graalpyResources,
    @DefaultValue List<String> workerOptions,
    @DefaultValue Map<String, String> environment,
    @Nullable Integer standby,
    @Nullable Duration startTimeout,
    @DefaultValue Pool pool) {

  /**
   * The settings of the pool.
   *
   * @param enabled whether there is a pool
   * @param size how many workers it has; by default as many as there are cores
   * @param taskTimeout how long a task may run; by default as long as it wants
   * @param maxTasksPerWorker after how many tasks a worker is replaced by a new one; by default
   *     never
   * @param maxWaiting how many tasks may wait for a worker; by default any number
   * @param rejectWhenFull whether a task that has no room is rejected instead of waiting for some
   * @param shutdownTimeout how long the application waits at its end for tasks that run and wait,
   *     before it stops them
   */
  public record Pool(
      @DefaultValue("true") boolean enabled,
      @Nullable Integer size,
      @Nullable Duration taskTimeout,
      @Nullable Integer maxTasksPerWorker,
      @Nullable Integer maxWaiting,
      @DefaultValue("false") boolean rejectWhenFull,
      @DefaultValue("30s") Duration shutdownTimeout) {}
}
