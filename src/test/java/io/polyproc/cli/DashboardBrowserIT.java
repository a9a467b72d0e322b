package io.polyproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.polyproc.observation.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Opens the page of {@code polyproc dashboard} in a Chromium, by the protocol of browser drivers
 * (W3C WebDriver); skipped where there is no {@code chromedriver}.
 */
@NullUnmarked // what is not there fails the test
@Timeout(180)
final class DashboardBrowserIT {
  private static final String ENTER = "\ue007";

  @TempDir Path folder;
  private Commands commands;
  private Process driver;
  private String session;

  @BeforeEach
  void start() throws Exception {
    Optional<Path> program =
        Stream.of("/usr/bin/chromedriver", "/usr/lib/chromium/chromedriver")
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(program.isPresent(), "no chromedriver");
    commands = new Commands(folder);
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    driver =
        new ProcessBuilder(program.get().toString(), "--port=" + port)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("driver").toFile())
            .start();
    session = "http://127.0.0.1:" + port + "/session";
    Map<?, ?> made =
        (Map<?, ?>)
            ask(
                "POST",
                "",
                Map.of(
                    "capabilities",
                    Map.of(
                        "alwaysMatch",
                        Map.of(
                            "goog:chromeOptions",
                            Map.of(
                                "args",
                                List.of("--headless=new", "--no-sandbox", "--disable-gpu"))))));
    session += "/" + made.get("sessionId");
  }

  @AfterEach
  void end() throws Exception {
    if (driver != null) {
      List<ProcessHandle> below = driver.descendants().toList();
      driver.destroyForcibly().waitFor();
      below.forEach(ProcessHandle::destroyForcibly);
      commands.endAll();
    }
  }

  private Object ask(String method, String path, Map<String, ?> body) throws Exception {
    for (int tries = 0; ; tries++) {
      try {
        HttpURLConnection request =
            (HttpURLConnection) URI.create(session + path).toURL().openConnection();
        request.setRequestMethod(method);
        request.setDoOutput(true);
        request.getOutputStream().write(Json.write(body).getBytes(StandardCharsets.UTF_8));
        try (InputStream in = request.getInputStream()) {
          String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
          return ((Map<?, ?>) Json.parse(answer)).get("value");
        }
      } catch (IOException e) { // the driver has just been started
        assertTrue(tries < 100, e::toString);
        Thread.sleep(100);
      }
    }
  }

  private Object script(String code) throws Exception {
    return ask("POST", "/execute/sync", Map.of("script", code, "args", List.of()));
  }

  private void await(String condition) throws Exception {
    for (int tries = 0; !Boolean.TRUE.equals(script("return " + condition)); tries++) {
      Object text = script("return document.body.innerText");
      assertTrue(tries < 300, () -> condition + " in\n" + text);
      Thread.sleep(100);
    }
  }

  @Test
  void shouldShowADeadlockToOneWhoUsesTheKeyboard() throws Exception {
    Process dashboard = commands.start("dashboard", "--interval", "0.5");
    String address = dashboard.inputReader().readLine();
    Process program =
        commands.start(Path.of("tests-py/hangs/two_locks.py").toAbsolutePath().toString());

    var _ = ask("POST", "/url", Map.of("url", address));
    await("document.querySelector('#processes').innerText.includes('waiting for lock')");
    assertEquals("/", script("return location.pathname + location.search"), "no secret is left");
    await(
        "document.querySelector('#timelines').innerText.includes('waiting for lock')"
            + " && document.querySelectorAll('#timelines svg rect.waiting').length >= 2");
    var _ = script("document.querySelector(\"[data-key='why " + program.pid() + "']\").focus()");
    var _ =
        ask(
            "POST",
            "/actions",
            Map.of(
                "actions",
                List.of(
                    Map.of(
                        "type",
                        "key",
                        "id",
                        "keyboard",
                        "actions",
                        List.of(
                            Map.of("type", "keyDown", "value", ENTER),
                            Map.of("type", "keyUp", "value", ENTER))))));
    await("document.querySelector('#text').innerText.includes('DEADLOCK')");

    assertEquals("details-title", script("return document.activeElement.id"));
    await("document.querySelectorAll('#graph rect.stuck').length === 2");
    Object drawn = script("return document.querySelector('#graph svg').getAttribute('aria-label')");
    assertTrue(String.valueOf(drawn).startsWith("Who waits for whom: "), String.valueOf(drawn));
    var _ = script("document.querySelector(\"[data-key='logs " + program.pid() + "']\").click()");
    await("document.querySelector('#text').innerText.includes('standard error: ')");
    program.destroyForcibly();
    await("document.querySelector('#happened').innerText.includes('has ended')");
    assertEquals(
        List.of(),
        script(
            "return performance.getEntriesByType('resource').map(e => e.name)"
                + ".filter(name => !name.startsWith(location.origin))"));
    assertEquals(
        List.of(),
        script(
            "return [...document.querySelectorAll('button, input')].filter(e =>"
                + " !(e.textContent || e.getAttribute('aria-label') || e.closest('label')))"
                + ".map(e => e.outerHTML)"));
  }
}
