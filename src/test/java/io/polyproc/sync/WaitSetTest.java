package io.polyproc.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.posix.Descriptors;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class WaitSetTest {

  private final int[] ends = Descriptors.privateSocketPair();
  private final WaitSet waits = new WaitSet();

  @AfterEach
  void close() {
    waits.close();
    Descriptors.closeAll(ends);
  }

  @Test
  void shouldTellWhichDescriptorsAreReady() {
    waits.add(ends[0]);
    assertEquals(0, waits.await(0));
    waits.setWriting(ends[0], true);
    assertEquals(1, waits.await(1000));
    assertEquals(ends[0], waits.ready(0));
    waits.remove(ends[0]);
    assertEquals(0, waits.await(0));
  }

  @Test
  void shouldBeWokenByAnotherThread() throws Exception {
    waits.add(ends[0]);
    CompletableFuture<Integer> waiting = CompletableFuture.supplyAsync(() -> waits.await(-1));
    waits.wake();
    assertEquals(0, waiting.get(30, TimeUnit.SECONDS));
  }

  @Test
  void shouldRememberThatItWasWoken() {
    waits.wake();
    long before = System.nanoTime();
    assertEquals(0, waits.await(30_000));
    assertTrue(System.nanoTime() - before < 20_000_000_000L);
  }
}
