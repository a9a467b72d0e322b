package io.polyproc.posix;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
final class ChildProcessTest {
  private final MemoryFile output = MemoryFile.create("output", 0);
  private final MessageSocket[] control = MessageSocket.pair();

  @AfterEach
  void close() {
    output.close();
    control[0].close();
    control[1].close();
  }

  @ParameterizedTest
  @CsvSource({"exit 0,0", "exit 3,3", "exit 143,143", "kill -TERM $$,-15", "kill -KILL $$,-9"})
  void shouldTellAnExitStatusFromASignal(String script, int status) {
    assertEquals(status, shell(script).reap());
  }

  @Test
  void shouldShowTheTitleAndPassOnlyStandardStreamsAndControl() throws IOException {
    ChildProcess child =
        shell(
            "cd /proc/$$/fd; readlink 0 1 2 3 4 255; test -e 256 || echo none; "
                + "tr '\\0' ' ' < ../cmdline");
    assertEquals(0, child.reap());
    String written = written();
    assertTrue(
        written.matches(
            "(?s)/dev/null\n(/memfd:output \\(deleted\\)\n){2}socket:\\S+\n(/dev/null\n){2}"
                + "none\na title -c.*"),
        written);
  }

  @Test
  void shouldStartInAFolderThatIsAlwaysThere() throws IOException {
    assertEquals(0, shell("pwd").reap());
    assertEquals("/", written().strip());
  }

  @Test
  void shouldGiveTheEnvironmentAndNothingElse() throws IOException {
    assertEquals(0, shell("echo \"<$NAME><$HOME>\"").reap());
    assertEquals("<value><>", written().strip());
  }

  @Test
  void shouldMakeThePidfdReadableAtTheEnd() {
    ChildProcess child = shell("read line <&3");
    assertFalse(Descriptors.poll(new int[] {child.pidfd()}, 0)[0]);
    assertTrue(Processes.exists(child.pid()));
    assertTrue(ChildProcess.signal(child.pidfd(), Processes.SIGKILL));
    assertTrue(Descriptors.poll(new int[] {child.pidfd()}, 10_000)[0]);
    assertEquals(-9, child.reap());
  }

  @Test
  void shouldGiveAHelperItsInputAndNoSignalsOfTheTerminal() throws IOException {
    try (MemoryFile input = MemoryFile.of("input", "a line\n".getBytes(UTF_8))) {
      int pid =
          ChildProcess.startHelper(
              List.of(
                  "/bin/sh",
                  "-c",
                  "kill -INT $$; kill -TERM $$; read line; test ! -e /proc/$$/fd/3 || exit 1;"
                      + " test \"$line $NAME\" = 'a line value'"),
              "a helper",
              List.of("NAME=value"),
              input.fd());
      assertEquals(0, ChildProcess.of(pid).reap());
    }
  }

  @Test
  void shouldNameTheFailedCallAndItsReason() {
    PosixException e =
        assertThrows(
            PosixException.class,
            () ->
                ChildProcess.start(
                    List.of("/nowhere/java"), "x", Map.of(), output.fd(), control[1].fd()));
    assertEquals("posix_spawn failed: ENOENT (2)", e.getMessage());
    assertEquals(2, e.errno());
  }

  private ChildProcess shell(String script) {
    return ChildProcess.start(
        List.of("/bin/sh", "-c", script),
        "a title",
        Map.of("NAME", "value", "PATH", "/usr/bin:/bin"),
        output.fd(),
        control[1].fd());
  }

  private String written() throws IOException {
    return MemoryFile.tail(output.fd(), 1000);
  }
}
