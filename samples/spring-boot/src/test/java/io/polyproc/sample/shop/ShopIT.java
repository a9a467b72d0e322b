package io.polyproc.sample.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The fat jar, as it is started in production, asked over HTTP. */
@Timeout(900) // the first start on a machine makes the installation that workers are started from
class ShopIT {
  private static RunningShop shared;

  private static ProcessBuilder fatJar() {
    return new ProcessBuilder(
        Path.of(System.getProperty("java.home"), "bin/java").toString(),
        "--sun-misc-unsafe-memory-access=allow",
        "-jar",
        System.getProperty("shop.jar"));
  }

  @BeforeAll
  static void start() throws IOException {
    shared = RunningShop.start(fatJar());
  }

  @AfterAll
  static void stop() {
    shared.close();
  }

  @Test
  void shouldCallBeansFromPython() throws Exception {
    assertThat(shared.get("/total?articles=tea,tea,cup").body()).isEqualTo("13.90");
    HttpResponse<String> refused = shared.get("/total?articles=tea,car");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).isEqualTo("there is no article car");
  }

  @Test
  void shouldStreamWhatAGeneratorYields() throws Exception {
    HttpResponse<InputStream> response =
        RunningShop.CLIENT.send(
            shared.request("/offers?count=3&pause=0.5"), HttpResponse.BodyHandlers.ofInputStream());
    List<String> lines = new ArrayList<>();
    List<Long> times = new ArrayList<>();
    try (BufferedReader body =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      for (String line = body.readLine(); line != null; line = body.readLine()) {
        lines.add(line);
        times.add(System.nanoTime());
      }
    }
    assertThat(lines).containsExactly("offer 0", "offer 1", "offer 2");
    // The first one comes long before the last one is there.
    assertThat(times.getLast() - times.getFirst())
        .isGreaterThan(TimeUnit.MILLISECONDS.toNanos(700));
  }

  @Test
  void shouldLetABrowserGoDuringAStream() throws Exception {
    HttpResponse<InputStream> response =
        RunningShop.CLIENT.send(
            shared.request("/offers?count=1000000&pause=0.01"),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.body().read()).isEqualTo('o');
    response.body().close();
    // Both workers serve again.
    assertThat(
            shared
                .ask("/ship?seconds=0.1")
                .thenCombine(
                    shared.ask("/ship?seconds=0.1"), (one, other) -> one.body() + other.body())
                .join())
        .isEqualTo("shippedshipped");
  }

  @Test
  void shouldTellActuator() throws Exception {
    assertThat(shared.get("/ship?seconds=0").body()).isEqualTo("shipped");
    assertThat(shared.get("/actuator/health").body())
        .contains("\"polyproc\"")
        .contains("\"workersAlive\"");
    assertThat(shared.get("/actuator/metrics/polyproc.workers").body()).contains("\"value\":2.0");
    assertThat(shared.get("/actuator/metrics/polyproc.tasks").body()).contains("TOTAL_TIME");
    assertThat(shared.get("/actuator/metrics/polyproc.workers.boot").body()).contains("COUNT");
  }

  @Test
  void shouldServeWhatItHasBegunWhenItIsStopped() throws Exception {
    try (RunningShop shop = RunningShop.start(fatJar())) {
      List<CompletableFuture<HttpResponse<String>>> requests = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        requests.add(shop.ask("/ship?seconds=0.5"));
      }
      Thread.sleep(300); // they are on their way: two run, four wait for a worker
      List<ProcessHandle> workers =
          shop.process().descendants().filter(ProcessHandle::isAlive).toList();
      assertThat(workers).isNotEmpty();
      shop.process().destroy();
      for (CompletableFuture<HttpResponse<String>> request : requests) {
        assertThat(request.join().body()).isEqualTo("shipped");
      }
      assertThat(shop.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(shop.process().exitValue()).isEqualTo(143);
      assertThat(workers).noneMatch(ProcessHandle::isAlive);
    }
  }
}
