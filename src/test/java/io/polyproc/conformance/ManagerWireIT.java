package io.polyproc.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A manager served by polyproc and one served by CPython are the same to clients of the other. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ManagerWireIT {
  private static final Path FOLDER = Path.of("tests-py", "wire");
  private static final int SECONDS_TO_END = 30;

  private static final String SEEN_BY_CLIENT =
      """
      AuthenticationError: digest sent was rejected
      {'values': [1, 2.5, b'bytes', 'é', None, 1180591620717411303424]} 0
      Empty:\s
      [1, 2, 3, 4] 4 ['a', 'list'] Namespace(x=1, y=2) 6 2
      IndexError: list index out of range
      True False None None True 0
      None
      """;

  private final Interpreter polyproc = Interpreter.polyproc();
  private Interpreter cpython = polyproc;

  @BeforeEach
  void findCPython() throws IOException {
    var found = CPythonFinder.find();
    assumeTrue(found.isPresent(), "no CPython 3.12 found; see CPythonFinder");
    cpython = found.orElseThrow();
  }

  @Test
  void shouldServeClientsThatRunOnCPython() throws IOException, InterruptedException {
    assertEquals(SEEN_BY_CLIENT, talk(polyproc, cpython));
  }

  @Test
  void shouldUseManagersServedByCPython() throws IOException, InterruptedException {
    assertEquals(SEEN_BY_CLIENT, talk(cpython, polyproc));
  }

  /** What the client prints; it shuts the server down. */
  private static String talk(Interpreter serving, Interpreter using)
      throws IOException, InterruptedException {
    Process server = start(serving, "server.py");
    try (BufferedReader printed = server.inputReader()) {
      Process client = start(using, "client.py", String.valueOf(printed.readLine()));
      try {
        String seen = new String(client.getInputStream().readAllBytes(), UTF_8);
        assertTrue(server.waitFor(SECONDS_TO_END, TimeUnit.SECONDS), "the server still runs");
        assertEquals(0, server.exitValue());
        return seen;
      } finally {
        client.destroyForcibly();
      }
    } finally {
      server.destroyForcibly();
    }
  }

  private static Process start(Interpreter interpreter, String script, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(interpreter.command());
    command.add(FOLDER.resolve(script).toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("PYTHON"));
    builder.environment().put("LANG", "C.UTF-8");
    return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }
}
