package io.polyproc.spring;

import io.polyproc.Polyproc;
import io.polyproc.PythonPool;
import java.nio.file.Path;
import java.util.concurrent.TimeoutException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.PropertyMapper;
import org.springframework.context.annotation.Bean;

/**
 * A {@link Polyproc} and a {@link PythonPool}, each unless the application has one of its own. See
 * {@link PolyprocProperties} for their settings.
 *
 * <pre>{@code
 * Scorer scorer(PythonPool pool) {                   // a method with @Bean
 *   return pool.proxy(Scorer.class, "scoring");      // src/main/resources/python/scoring.py
 * }
 * }</pre>
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "polyproc.enabled", matchIfMissing = true)
@EnableConfigurationProperties(PolyprocProperties.class)
public class PolyprocAutoConfiguration {

  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  Polyproc polyproc(PolyprocProperties properties, ObjectProvider<PolyprocCustomizer> customizers) {
    Polyproc.Builder builder = Polyproc.builder();
    PropertyMapper map = PropertyMapper.get();
    map.from(properties::home).to(builder::home);
    map.from(properties::standby).to(builder::standby);
    builder.pythonPath(properties.pythonPath().toArray(Path[]::new));
    builder.resources(properties.resources().toArray(String[]::new));
    properties.graalpyResources().forEach(builder::graalpyResources);
    builder.workerOptions(properties.workerOptions().toArray(String[]::new));
    properties.environment().forEach(builder::environment);
    customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
    Polyproc polyproc = builder.build();
    if (properties.startTimeout() != null) {
      awaitReady(polyproc, properties);
    }
    return polyproc;
  }

  private static void awaitReady(Polyproc polyproc, PolyprocProperties properties) {
    try {
      polyproc.awaitReady(properties.startTimeout());
    } catch (TimeoutException e) {
      polyproc.close();
      throw new IllegalStateException(e.getMessage(), e);
    } catch (InterruptedException e) {
      polyproc.close();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while workers started", e);
    } catch (RuntimeException e) {
      polyproc.close();
      throw e;
    }
  }

  /** Its lifecycle closes it, which waits for its tasks; the runtime ends what is left. */
  @Bean(destroyMethod = "")
  @ConditionalOnMissingBean
  @ConditionalOnBooleanProperty(name = "polyproc.pool.enabled", matchIfMissing = true)
  PythonPool pythonPool(
      Polyproc polyproc,
      PolyprocProperties properties,
      ObjectProvider<PythonPoolCustomizer> customizers) {
    PolyprocProperties.Pool pool = properties.pool();
    PythonPool.Options options = PythonPool.options();
    PropertyMapper map = PropertyMapper.get();
    map.from(pool::taskTimeout).to(options::taskTimeout);
    map.from(pool::maxTasksPerWorker).to(options::maxTasksPerWorker);
    map.from(pool::maxWaiting).to(options::maxWaiting);
    if (pool.rejectWhenFull()) {
      options.rejectWhenFull();
    }
    customizers.orderedStream().forEach(customizer -> customizer.customize(options));
    Integer size = pool.size();
    return polyproc.pool(size == null ? Runtime.getRuntime().availableProcessors() : size, options);
  }

  @Bean
  @ConditionalOnSingleCandidate(PythonPool.class)
  PythonPoolLifecycle pythonPoolLifecycle(PythonPool pool, PolyprocProperties properties) {
    return new PythonPoolLifecycle(pool, properties.pool().shutdownTimeout());
  }
}
