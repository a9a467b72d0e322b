package io.polyproc.ipc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.polyproc.posix.ByteStream;
import io.polyproc.posix.Descriptors;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BriefWaitTest {
  private final BriefWait wait = new BriefWait();
  private int reader;
  private int writer;

  @BeforeEach
  void openSockets() {
    int[] ends = Descriptors.socketPair(1, 1, 0);
    reader = ends[0];
    writer = ends[1];
  }

  @AfterEach
  void closeSockets() {
    Descriptors.closeAll(new int[] {reader, writer});
  }

  private void write() {
    try (Arena arena = Arena.ofConfined()) {
      assertEquals(1, ByteStream.write(writer, arena.allocate(1), 0, 1));
    }
  }

  private void makeBrief() {
    write();
    while (!wait.looks()) {
      wait.begin(reader);
      wait.end();
    }
  }

  @Test
  void shouldSleepUntilWaitsAreKnownToBeShort() {
    assertFalse(wait.looks());
    wait.begin(reader); // returns at once, though there is nothing
    makeBrief();
  }

  @Test
  void shouldEndWithoutAnythingToRead() {
    makeBrief();
    try (Arena arena = Arena.ofConfined()) {
      assertEquals(1, ByteStream.read(reader, arena.allocate(1), 0, 1));
    }
    wait.begin(reader);
    wait.end();
  }

  @Test
  void shouldSleepAgainAfterALongWait() throws InterruptedException {
    makeBrief();
    wait.begin(reader);
    Thread.sleep(2);
    wait.end();
    assertFalse(wait.looks());
  }
}
