package io.polyproc.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SharedLogTest {
  @TempDir Path folder;

  private static void append(SharedLog log, String piece) {
    byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
    var _ = log.append(bytes, bytes.length);
  }

  @Test
  void shouldEndWithItsEndingAlways() throws IOException {
    Path file = folder.resolve("log");
    SharedLog log = new SharedLog(file, "]\n");
    log.create("[\n1\n");
    assertEquals("[\n1\n]\n", Files.readString(file));
    append(log, ",2\n");
    append(new SharedLog(file, "]\n"), ",3\n,4\n");
    assertEquals("[\n1\n,2\n,3\n,4\n]\n", Files.readString(file));
  }

  @Test
  void shouldGoOnBehindTheLastWholeLineOfAKilledWriter() throws IOException {
    Path file = folder.resolve("log");
    SharedLog log = new SharedLog(file, "]\n");
    log.create("[\n1\n");
    Files.writeString(file, "[\n1\n,2\n,{\"cu");
    append(log, ",3\n");
    assertEquals("[\n1\n,2\n,3\n]\n", Files.readString(file));
  }

  @Test
  void shouldCutWhatIsLeftOfALongerPiece() throws IOException {
    Path file = folder.resolve("log");
    SharedLog log = new SharedLog(file, "]\n");
    log.create("[\n1\n");
    Files.writeString(file, "[\n1\n" + "x".repeat(1000));
    append(log, ",2\n");
    assertEquals("[\n1\n,2\n]\n", Files.readString(file));
  }

  @Test
  void shouldFailWhereItCannotBeWritten() {
    SharedLog log = new SharedLog(folder.resolve("none/log"), "");
    assertThrows(PosixException.class, () -> log.create(""));
    assertThrows(PosixException.class, () -> append(log, "x\n"));
  }
}
