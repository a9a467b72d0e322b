package io.polyproc.ipc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.posix.Descriptors;
import io.polyproc.posix.PacketBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SpinThenBlockTest {
  private static final int MANY = 100;

  private final SpinThenBlock wait = new SpinThenBlock();
  private final PacketBuffer buffer = new PacketBuffer();
  private final int[] ends = PacketBuffer.pipe();

  @AfterEach
  void closeSockets() {
    Descriptors.closeAll(ends);
  }

  private void write() {
    buffer.body().set(JAVA_BYTE, 0, (byte) 'x');
    assertEquals(1, buffer.send(ends[1], 1, -1, true));
  }

  private void read() {
    assertEquals(1, wait.receive(buffer, ends[0]));
  }

  private void makeBrief() {
    for (int i = 0; i < MANY; i++) {
      write();
    }
    for (int i = 0; i < MANY; i++) {
      read();
    }
    assertTrue(wait.looks());
  }

  private Thread writeLater() {
    return Thread.ofPlatform()
        .start(
            () -> {
              LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
              PacketBuffer another = new PacketBuffer();
              assertEquals(1, another.send(ends[1], 1, -1, true));
            });
  }

  @Test
  void shouldSleepUntilWaitsAreKnownToBeShort() {
    assertFalse(wait.looks());
    makeBrief();
  }

  @Test
  void shouldSleepAgainAfterALongWait() throws InterruptedException {
    makeBrief();
    Thread writer = writeLater();
    read(); // looks, then sleeps
    writer.join();
    assertFalse(wait.looks());
  }

  @Test
  void shouldSayThatTheOtherEndIsClosed() {
    makeBrief();
    Descriptors.close(ends[1]);
    assertEquals(0, wait.receive(buffer, ends[0]));
    ends[1] = Descriptors.duplicate(ends[0]);
  }
}
