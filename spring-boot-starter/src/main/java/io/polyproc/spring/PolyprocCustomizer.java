package io.polyproc.spring;

import io.polyproc.Polyproc;

/**
 * A bean that changes how the runtime is made, after the properties have been applied.
 *
 * <pre>{@code
 * @Bean
 * PolyprocCustomizer output() {
 *   return builder -> builder.output(line -> log.info("python: {}", line));
 * }
 * }</pre>
 */
@FunctionalInterface
public interface PolyprocCustomizer {
  /** Changes the builder. */
  void customize(Polyproc.Builder builder);
}
