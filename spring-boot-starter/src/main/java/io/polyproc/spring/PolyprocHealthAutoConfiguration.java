package io.polyproc.spring;

import io.polyproc.PythonPool;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * The health of the pool, under the name {@code polyproc}: {@code /actuator/health} has
 *
 * <pre>{@code
 * "polyproc": {"status": "UP", "details": {"workersAlive": 2, …}}
 * }</pre>
 */
@AutoConfiguration(after = PolyprocAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnSingleCandidate(PythonPool.class)
@ConditionalOnEnabledHealthIndicator("polyproc")
public class PolyprocHealthAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean(name = "polyprocHealthIndicator")
  HealthIndicator polyprocHealthIndicator(PythonPool pool) {
    return new PolyprocHealthIndicator(pool);
  }
}
