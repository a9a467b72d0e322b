package io.polyproc.posix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.posix.SystemCalls.Result;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class SystemCallsTest {
  private static final int ENOENT = 2;
  private static final int EBADF = 9;
  private static final int F_GETFD = 1;

  @Test
  void shouldAnswerResults() {
    assertEquals(Processes.id(), SystemCalls.call(Result.INT, "getpid"));
    assertEquals(5, SystemCalls.call(Result.INT, "abs", -5));
    assertEquals(8.0, SystemCalls.callDouble("exp2", 3.0));
  }

  @Test
  void shouldAnswerErrorNumbers() {
    assertEquals(SystemCalls.FAILED + EBADF, SystemCalls.call(Result.INT, "fcntl", -1, F_GETFD, 0));
    long path = SystemCalls.allocate(100);
    SystemCalls.write(path, "/no/such/file".getBytes(StandardCharsets.UTF_8));
    assertEquals(SystemCalls.FAILED + ENOENT, SystemCalls.call(Result.INT, "open", path, 0));
    assertEquals(SystemCalls.FAILED + ENOENT, SystemCalls.call(Result.POINTER, "opendir", path));
    SystemCalls.free(path);
  }

  @Test
  void shouldReadWhatItHasWritten() {
    long memory = SystemCalls.allocate(8);
    SystemCalls.write(memory, new byte[] {'a', 'b'});
    assertArrayEquals(new byte[] {'a', 'b', 0}, SystemCalls.read(memory, 3));
    assertArrayEquals(new byte[] {'a', 'b'}, SystemCalls.readText(memory));
    SystemCalls.free(memory);
  }

  @Test
  void shouldSayThatThereIsNoSuchFunction() {
    assertTrue(SystemCalls.isAvailable("getpid"));
    assertFalse(SystemCalls.isAvailable("no_such_function"));
    assertThrows(
        UnsupportedOperationException.class,
        () -> SystemCalls.call(Result.INT, "no_such_function"));
  }
}
