package io.polyproc.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.polyproc.Polyproc;
import io.polyproc.PythonFunction;
import io.polyproc.PythonPool;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Timeout(900) // a worker takes minutes to boot on a machine that is busy enough
class PolyprocAutoConfigurationTest {
  private static final PythonFunction ABS = PythonFunction.of("builtins", "abs");

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  PolyprocAutoConfiguration.class,
                  PolyprocHealthAutoConfiguration.class,
                  PolyprocMetricsAutoConfiguration.class))
          .withPropertyValues("polyproc.standby=0", "polyproc.pool.size=1");

  @Test
  void shouldMakeARuntimeAndAPool() {
    runner
        .withPropertyValues(
            "polyproc.resources=python",
            "polyproc.environment.GREETING=hello",
            "polyproc.start-timeout=10m",
            "polyproc.pool.max-waiting=5",
            "polyproc.pool.reject-when-full=true",
            "polyproc.pool.task-timeout=5m")
        .run(
            context -> {
              PythonPool pool = context.getBean(PythonPool.class);
              assertThat(
                      pool.submit(String.class, PythonFunction.of("greeting", "greet"), "Ada")
                          .join())
                  .isEqualTo("hello, Ada");
              assertThat(pool.toString()).contains("1 workers");
              assertThat(context.getBean(HealthIndicator.class).health().getStatus())
                  .isEqualTo(Status.UP);
            });
  }

  @Test
  void shouldLeaveOutWhatIsDisabled() {
    runner
        .withPropertyValues("polyproc.enabled=false")
        .run(
            context -> {
              assertThat(context).hasNotFailed().doesNotHaveBean(Polyproc.class);
              assertThat(context).doesNotHaveBean(HealthIndicator.class);
              assertThat(context).doesNotHaveBean(PolyprocMeters.class);
            });
    runner
        .withPropertyValues("polyproc.pool.enabled=false")
        .run(
            context -> {
              assertThat(context).hasSingleBean(Polyproc.class);
              assertThat(context).doesNotHaveBean(PythonPool.class);
            });
  }

  /** An application with a runtime of its own. */
  @Configuration(proxyBeanMethods = false)
  static class OwnRuntime {
    @Bean
    Polyproc own() {
      return Polyproc.builder().standby(0).build();
    }

    @Bean
    PythonPoolCustomizer failing() {
      return options -> options.initializer(PythonFunction.of("builtins", "int"), "no number");
    }
  }

  @Test
  void shouldUseTheApplicationsOwnRuntimeAndSayWhatIsWrongWithItsPool() {
    runner
        .withUserConfiguration(OwnRuntime.class)
        .run(
            context -> {
              assertThat(context).hasSingleBean(Polyproc.class).hasBean("own");
              PythonPool pool = context.getBean(PythonPool.class);
              assertThat(pool.submit(Integer.class, ABS, -1)).failsWithin(Duration.ofMinutes(10));
              Health health = context.getBean(HealthIndicator.class).health();
              assertThat(health.getStatus()).isEqualTo(Status.DOWN);
              assertThat(health.getDetails().get("error").toString()).contains("no number");
            });
  }

  /** Imports as Spring Boot itself does: by name, the classes' annotations read from their files. */
  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration({
    PolyprocAutoConfiguration.class,
    PolyprocHealthAutoConfiguration.class,
    PolyprocMetricsAutoConfiguration.class
  })
  static class Application {}

  @Test
  void shouldWorkWithoutActuator() {
    new ApplicationContextRunner()
        .withUserConfiguration(Application.class)
        .withPropertyValues("polyproc.standby=0", "polyproc.pool.size=1")
        .withClassLoader(
            new FilteredClassLoader("org.springframework.boot.health", "io.micrometer"))
        .run(
            context -> {
              assertThat(context).hasNotFailed().hasSingleBean(PythonPool.class);
              assertThat(context).doesNotHaveBean("polyprocHealthIndicator");
              assertThat(context).doesNotHaveBean("polyprocMeters");
            });
  }

  @Test
  void shouldMeasure() {
    runner.run(
        context -> {
          MeterRegistry registry = new SimpleMeterRegistry();
          context.getBean(PolyprocMeters.class).bindTo(registry);
          PythonPool pool = context.getBean(PythonPool.class);
          assertThat(pool.map(Integer.class, ABS, List.of(-1, -2))).containsExactly(1, 2);
          CompletableFuture<Integer> failing = pool.submit(Integer.class, ABS, "text");
          assertThat(failing).failsWithin(Duration.ofMinutes(1));
          assertThat(registry.get("polyproc.workers").gauge().value()).isEqualTo(1);
          assertThat(registry.get("polyproc.workers.lost").functionCounter().count()).isZero();
          assertThat(registry.get("polyproc.workers.boot").functionTimer().count()).isEqualTo(1);
          assertThat(registry.get("polyproc.tasks.waiting").gauge().value()).isZero();
          assertThat(
                  registry
                      .get("polyproc.tasks.completed")
                      .tag("outcome", "failed")
                      .functionCounter()
                      .count())
              .isEqualTo(1);
          assertThat(registry.get("polyproc.tasks").functionTimer().count()).isEqualTo(3);
          assertThat(registry.get("polyproc.tasks").functionTimer().totalTime(TimeUnit.NANOSECONDS))
              .isPositive();
        });
  }

  @Test
  void shouldLetTasksEndWithTheApplication() {
    CompletableFuture<?>[] tasks = new CompletableFuture<?>[2];
    PythonFunction sleep = PythonFunction.of("time", "sleep");
    runner.run(
        context -> {
          PythonPool pool = context.getBean(PythonPool.class);
          tasks[0] = pool.submit(Object.class, sleep, 0.2);
          tasks[1] = pool.submit(Object.class, sleep, 0.2);
        });
    assertThat(tasks[0]).isCompleted();
    assertThat(tasks[1]).isCompleted();
    runner
        .withPropertyValues("polyproc.pool.shutdown-timeout=100ms")
        .run(
            context ->
                tasks[0] = context.getBean(PythonPool.class).submit(Object.class, sleep, 1000));
    assertThat(tasks[0]).isCancelled();
  }

  @Test
  void shouldFailAtTheStartIfWorkersCannotStart() {
    runner
        .withPropertyValues("polyproc.start-timeout=10m", "polyproc.worker-options=-XX:NoSuchFlag")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("NoSuchFlag"));
  }
}
