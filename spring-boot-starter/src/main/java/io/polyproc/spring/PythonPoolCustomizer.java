package io.polyproc.spring;

import io.polyproc.PythonPool;

/**
 * A bean that changes the pool's options, after the properties have been applied.
 *
 * <pre>{@code
 * @Bean
 * PythonPoolCustomizer model() {
 *   return options -> options.initializer(PythonFunction.of("model", "load"), "weights.bin");
 * }
 * }</pre>
 */
@FunctionalInterface
public interface PythonPoolCustomizer {
  /** Changes the options. */
  void customize(PythonPool.Options options);
}
