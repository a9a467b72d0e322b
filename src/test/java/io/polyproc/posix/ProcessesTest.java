package io.polyproc.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ProcessesTest {
  @Test
  void shouldHoldAThreadUntilItIsWoken() throws InterruptedException {
    LinkedBlockingQueue<String> in = new LinkedBlockingQueue<>();
    LinkedBlockingQueue<String> out = new LinkedBlockingQueue<>();
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("polyproc-held")
            .start(
                () -> {
                  try {
                    for (String item = in.take(); !item.isEmpty(); item = in.take()) {
                      out.add(item);
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    in.add("free");
    assertEquals("free", out.take());
    while (thread.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    List<Integer> found = Processes.threads("polyproc-held");
    assertEquals(1, found.size());
    Processes.hold(found.getFirst());
    Thread.sleep(100); // the signal is on its way
    in.add("held");
    assertNull(out.poll(300, TimeUnit.MILLISECONDS));
    System.gc(); // it does not keep the others from a safepoint
    Processes.wake(found.getFirst());
    assertEquals("held", out.take());
    in.add("");
    assertTrue(thread.join(Duration.ofSeconds(30)));
  }

  @Test
  void shouldCountProcessorTime() {
    Duration before = Processes.processorTime();
    while (Processes.processorTime().equals(before)) {
      Thread.onSpinWait();
    }
    Duration used = Processes.processorTime().minus(before);
    assertTrue(used.isPositive() && used.toSeconds() < 30, used::toString);
  }
}
