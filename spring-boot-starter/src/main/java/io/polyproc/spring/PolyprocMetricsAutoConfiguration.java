package io.polyproc.spring;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.polyproc.Polyproc;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/**
 * The meters of the runtime, which Spring Boot binds to its registries: {@link PolyprocMeters}.
 *
 * <pre>{@code
 * curl localhost:8080/actuator/metrics/polyproc.tasks
 * }</pre>
 */
@AutoConfiguration(after = PolyprocAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnSingleCandidate(Polyproc.class)
public class PolyprocMetricsAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean
  PolyprocMeters polyprocMeters(Polyproc polyproc) {
    return new PolyprocMeters(polyproc);
  }
}
