package io.polyproc.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    ChildProcess child = shell("readlink /proc/$$/fd/*; tr '\\0' ' ' < /proc/$$/cmdline");
    assertEquals(0, child.reap());
    List<String> lines = written().lines().toList();
    assertTrue(lines.getLast().startsWith("a title -c"), lines::toString);
    // What is not standard output, error or control is nothing.
    List<String> files = lines.stream().filter(line -> !line.equals("/dev/null")).toList();
    assertEquals(4, files.size(), files::toString);
    assertEquals(3, files.stream().filter(line -> line.matches("(/memfd|socket):.*")).count());
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
    return MemoryFile.tail(output.fd(), 1000, Files.size(Path.of("/proc/self/fd/" + output.fd())));
  }
}
