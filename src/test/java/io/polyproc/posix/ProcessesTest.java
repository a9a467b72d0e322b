package io.polyproc.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ProcessesTest {
  @Test
  void shouldCountWhatAThreadWantsWhetherItRunsOrWaits() {
    Duration before = Processes.wantedTime();
    long end = System.nanoTime() + Duration.ofMillis(100).toNanos();
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    Duration wanted = Processes.wantedTime().minus(before);
    assertTrue(wanted.toMillis() >= 80, () -> "wanted " + wanted);
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

  @Test
  void shouldLetOneThreadHaveLessOfAProcessor() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("polyproc-nice")
            .start(
                () -> {
                  try {
                    end.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    int id = awaitThread("polyproc-nice");
    int own = nice(Processes.currentThread());
    Processes.addToNice(id, 3);
    assertEquals(Math.min(own + 3, 19), nice(id));
    assertEquals(own, nice(Processes.currentThread()));
    end.countDown();
    assertTrue(thread.join(Duration.ofSeconds(30)));
    Processes.addToNice(id, 3); // a process that has ended has none
  }

  /** A thread has its name a moment after its start. */
  private static int awaitThread(String name) {
    List<Integer> found = Processes.threads(name);
    while (found.isEmpty()) {
      found = Processes.threads(name);
    }
    return found.getFirst();
  }

  /** Field 19 of {@code man 5 proc_pid_stat}, counted from the end of the name in brackets. */
  private static int nice(int thread) throws IOException {
    String stat = Files.readString(Path.of("/proc/self/task/" + thread + "/stat"));
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]);
  }
}
