package io.polyproc.hotspot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.polyproc.posix.Processes;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

final class NativeThreadsTest {

  @Test
  void shouldKnowTheIdOfTheCallingThread() {
    assertEquals(Processes.currentThread(), NativeThreads.id(Thread.currentThread()));
  }

  @Test
  void shouldKnowTheIdOfAnotherThread() throws InterruptedException {
    BlockingQueue<Integer> told = new LinkedBlockingQueue<>();
    CountDownLatch end = new CountDownLatch(1);
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  told.add(Processes.currentThread());
                  try {
                    end.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    try {
      assertEquals(told.take(), NativeThreads.id(other));
    } finally {
      end.countDown();
      other.join();
    }
    assertEquals(0, NativeThreads.id(other));
  }
}
