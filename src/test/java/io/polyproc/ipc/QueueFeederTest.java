package io.polyproc.ipc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.posix.Descriptors;
import io.polyproc.posix.PacketBuffer;
import io.polyproc.sync.SemaphoreArena;
import io.polyproc.sync.SharedSemaphore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class QueueFeederTest {
  private static final int EPIPE = 32;

  private final SharedSemaphore slots =
      SemaphoreArena.newSemaphore(SharedSemaphore.SEMAPHORE, 2, 2);
  private final PacketCodec reader = new PacketCodec();
  private QueueFeeder feeder;
  private int in;
  private int out;

  @BeforeEach
  void open() {
    int[] pair = PacketBuffer.pipe();
    out = pair[0];
    in = pair[1];
    feeder = new QueueFeeder(in, slots);
  }

  @AfterEach
  void close() {
    if (out >= 0) {
      Descriptors.close(out);
    }
    Descriptors.close(in);
    slots.close();
  }

  private static byte[] message(int number, int size) {
    return ByteBuffer.allocate(size).putInt(number).array();
  }

  private void assertNext(byte[] message) {
    assertEquals(PacketCodec.DONE, reader.read(out, Long.MAX_VALUE));
    assertArrayEquals(message, reader.take());
  }

  @Test
  void shouldWriteAtOnceWhereThereIsRoom() {
    assertEquals(0, feeder.put(message(1, 10)));
    assertTrue(feeder.isIdle());
    assertNext(message(1, 10));
  }

  @Test
  void shouldRefuseWhatHasNoPlace() {
    assertEquals(0, feeder.offer(message(1, 10)));
    assertEquals(0, feeder.offer(message(2, 10)));
    assertEquals(QueueFeeder.FULL, feeder.offer(message(3, 10)));
    slots.release();
    assertEquals(0, feeder.offer(message(4, 10)));
    assertNext(message(1, 10));
    assertNext(message(2, 10));
    assertNext(message(4, 10));
  }

  @Test
  void shouldNeverWaitForRoomAndKeepTheOrder() throws Exception {
    int count = 3000;
    for (int i = 0; i < count; i++) {
      assertEquals(0, feeder.put(message(i, i % 7 == 0 ? 10_000 : 100)));
    }
    assertFalse(feeder.awaitWritten(50), "more than fits into the buffers of the kernel");
    for (int i = 0; i < count; i++) {
      assertNext(message(i, i % 7 == 0 ? 10_000 : 100));
    }
    assertTrue(feeder.awaitWritten(10_000));
    assertNull(feeder.nextFailure());
  }

  @Test
  void shouldDropWhatIsNotWrittenWhenItIsClosed() throws Exception {
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    QueueFeeder watched =
        new QueueFeeder(
            in,
            slots,
            new QueueFeeder.IdleListener() {
              @Override
              public void busy() {
                told.add("busy");
              }

              @Override
              public void idle() {
                told.add("idle");
              }
            });
    int count = 0;
    while (watched.isIdle()) {
      assertEquals(0, watched.put(message(count++, 10_000)));
    }
    assertEquals(0, watched.put(message(count, 10_000)));
    assertEquals(List.of("busy"), told);
    watched.close();
    assertEquals(0, watched.put(message(-1, 10)));
    // The system's buffer has all but the last; the thread may have been writing that one.
    int read = 0;
    while (!watched.isIdle() || Descriptors.poll(new int[] {out}, 0)[0]) {
      if (Descriptors.poll(new int[] {out}, 10)[0]) {
        assertNext(message(read++, 10_000));
      }
    }
    assertTrue(read == count || read == count - 1, read + " of " + count);
    while (told.size() < 2) {
      Thread.onSpinWait(); // the thread ends
    }
    assertEquals(List.of("busy", "idle"), told);
    assertEquals(0, slots.delistGone());
    assertFalse(slots.delist(), "its places are no longer listed");
  }

  @Test
  void shouldTellOfWhatCouldNotBeWritten() throws Exception {
    Descriptors.close(out);
    out = -1;
    assertEquals(-EPIPE, feeder.put(message(1, 10)));
    assertEquals(0, feeder.put(message(2, 100_000)));
    assertTrue(feeder.awaitWritten(10_000));
    QueueFeeder.Failure failure = feeder.nextFailure();
    assertNotNull(failure);
    assertEquals(EPIPE, failure.errno());
    assertArrayEquals(message(2, 100_000), failure.message());
    assertNull(feeder.nextFailure());
  }
}
