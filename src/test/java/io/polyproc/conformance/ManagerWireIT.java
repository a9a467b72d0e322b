package io.polyproc.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A manager served by polyproc and one served by CPython are the same to clients of the other. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ManagerWireIT {
  private static final Path FOLDER = Path.of("tests-py", "wire");
  private static final int SECONDS_TO_END = 30;

  private static final Path SEEN_BY_CLIENT = FOLDER.resolve("client.out");

  @TempDir Path sockets;

  private final Interpreter polyproc = Interpreter.polyproc();
  private Interpreter cpython = polyproc;

  @BeforeEach
  void findCPython() throws IOException {
    var found = CPythonFinder.find();
    assumeTrue(found.isPresent(), "no CPython 3.12 found; see CPythonFinder");
    cpython = found.orElseThrow();
  }

  @ParameterizedTest
  @EnumSource
  void shouldServeClientsThatRunOnCPython(Family family) throws IOException, InterruptedException {
    assertEquals(Files.readString(SEEN_BY_CLIENT), talk(polyproc, cpython, family));
  }

  @ParameterizedTest
  @EnumSource
  void shouldUseManagersServedByCPython(Family family) throws IOException, InterruptedException {
    assertEquals(Files.readString(SEEN_BY_CLIENT), talk(cpython, polyproc, family));
  }

  enum Family {
    INET,
    UNIX
  }

  /** What the client prints; it shuts the server down. */
  private String talk(Interpreter serving, Interpreter using, Family family)
      throws IOException, InterruptedException {
    String address = family == Family.INET ? "tcp" : sockets.resolve("manager").toString();
    Process server = start(serving, "server.py", address);
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
