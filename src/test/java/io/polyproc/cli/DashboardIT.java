package io.polyproc.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.observation.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Asks {@code polyproc dashboard} as a browser does, and as one that must not be answered. */
@NullUnmarked // what is not there fails the test
@Timeout(120)
final class DashboardIT {
  @TempDir Path folder;
  private Commands commands = new Commands(Path.of("."));
  private URI address = URI.create("http://127.0.0.1");

  @BeforeEach
  void start() throws IOException {
    commands = new Commands(folder);
    Process dashboard = commands.start("dashboard", "--interval", "0.5");
    address = URI.create(dashboard.inputReader().readLine());
  }

  @AfterEach
  void tearDown() throws InterruptedException {
    commands.endAll();
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), address.getPort());
  }

  /** A request as it is written, as an HTTP client would not let its headers be chosen. */
  private String ask(String method, String path, String... headers) throws IOException {
    try (Socket socket = connect()) {
      send(socket, method, path, headers);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void send(Socket socket, String method, String path, String... headers)
      throws IOException {
    OutputStream out = socket.getOutputStream();
    String lines = String.join("\r\n", headers);
    out.write(
        "%s %s HTTP/1.0\r\n%s\r\nConnection: close\r\n\r\n"
            .formatted(method, path, lines)
            .getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private String host() {
    return "Host: 127.0.0.1:" + address.getPort();
  }

  private String cookie() {
    return "Cookie: polyproc=" + address.getQuery().substring("secret=".length());
  }

  private static int status(String answer) {
    return Integer.parseInt(answer.split(" ", -1)[1]);
  }

  @Test
  void shouldAnswerOnlyWhoHasTheSecretAndMeansThisServer() throws Exception {
    assertEquals(403, status(ask("GET", "/", host())));
    assertEquals(403, status(ask("GET", "/events", host(), "Cookie: polyproc=guess")));
    assertEquals(403, status(ask("GET", "/?secret=guess", host())));
    assertEquals(200, status(ask("GET", "/", host(), cookie())));
    assertEquals(403, status(ask("GET", "/", "Host: evil.example", cookie())));
    assertEquals(
        403, status(ask("GET", "/stack?pid=1", host(), cookie(), "Origin: http://evil.example")));
    assertEquals(405, status(ask("POST", "/", host(), cookie())));
    assertEquals(404, status(ask("GET", "/../secret", host(), cookie())));
    assertEquals(400, status(ask("GET", "/stack?pid=x", host(), cookie())));

    String entry = ask("GET", "/?" + address.getQuery(), host());
    assertEquals(303, status(entry));
    assertTrue(entry.contains("HttpOnly; SameSite=Strict"), entry);
  }

  @Test
  void shouldServeAPageThatNeedsNothingFromElsewhere() throws Exception {
    for (String path : List.of("/", "/style.css", "/script.js")) {
      String answer = ask("GET", path, host(), cookie());
      assertEquals(200, status(answer));
      assertTrue(answer.contains("default-src 'none'"), answer);
      String body = answer.substring(answer.indexOf("\r\n\r\n"));
      assertEquals(
          List.of(),
          Pattern.compile("https?://(?!www\\.w3\\.org/2000/svg)\\S+")
              .matcher(body)
              .results()
              .map(found -> found.group())
              .toList());
    }
  }

  @Test
  void shouldTellOfProgramsTheirStacksAndDeadlocks() throws Exception {
    Process program =
        commands.start(Path.of("tests-py/hangs/two_locks.py").toAbsolutePath().toString());
    try (Socket socket = connect()) {
      send(socket, "GET", "/events", host(), cookie());
      BufferedReader events = reader(socket.getInputStream());
      Map<?, ?> hanging = Map.of();
      while (!"waiting for lock".equals(hanging.get("state"))) {
        for (Object row : next(events)) {
          Map<?, ?> process = (Map<?, ?>) row;
          if (process.get("parent").equals(program.pid())) {
            hanging = process;
          }
        }
      }
      assertEquals(1L, hanging.get("depth"));
      Object pid = hanging.get("pid");
      String stack = ask("GET", "/stack?pid=" + pid, host(), cookie());
      assertTrue(stack.contains("in take_both"), stack);
      String why = ask("GET", "/why?pid=" + pid, host(), cookie());
      assertTrue(why.contains("DEADLOCK: 2 threads wait for each other"), why);
      String waits = ask("GET", "/waits?pid=" + pid, host(), cookie());
      Map<?, ?> found = (Map<?, ?>) Json.parse(waits.substring(waits.indexOf("\r\n\r\n")).strip());
      assertEquals(1, ((List<?>) found.get("deadlocks")).size(), waits);
      assertEquals(404, status(ask("GET", "/logs?pid=1", host(), cookie())));
    }
  }

  @Test
  void shouldShowTheLastLinesOfWhatAProgramWrites() throws Exception {
    Path script =
        commands.script(
            """
            import logging, sys, time
            logging.basicConfig(filename="app.log", level=logging.INFO)
            logging.info("this was logged")
            print("ready", flush=True)
            sys.stderr.write("this is an error\\n")
            sys.stderr.flush()
            time.sleep(1000)
            """);
    Process program = commands.start(script.toString());
    assertEquals("ready", program.inputReader().readLine());

    String logs = ask("GET", "/logs?pid=" + program.pid(), host(), cookie());
    while (!logs.contains("this is an error")) {
      logs = ask("GET", "/logs?pid=" + program.pid(), host(), cookie());
    }

    assertEquals(200, status(logs));
    assertTrue(logs.contains("standard output: pipe:"), logs);
    assertTrue(logs.contains("app.log\n  INFO:root:this was logged\n"), logs);
  }

  private static BufferedReader reader(InputStream in) {
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  /** The processes of the next event. */
  private static List<?> next(BufferedReader events) throws IOException {
    String line = events.readLine();
    while (!line.startsWith("data: ")) {
      line = events.readLine();
    }
    return (List<?>) ((Map<?, ?>) Json.parse(line.substring("data: ".length()))).get("processes");
  }
}
