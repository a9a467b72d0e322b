package io.polyproc.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.observation.Json;
import io.polyproc.posix.Descriptors;
import io.polyproc.trace.Trace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked // what is not there fails the test
@Timeout(60)
final class TaskClaimsTest {

  private final TaskClaims pool = TaskClaims.create();
  private final TaskClaims worker = TaskClaims.open(Descriptors.duplicate(pool.descriptor()));

  @Test
  void shouldLetAWorkerClaimWhatWasOffered() {
    assertFalse(worker.claim(0));
    int epoch = pool.offer(2);
    assertTrue(worker.claim(epoch));
    assertTrue(worker.claim(epoch));
    assertFalse(worker.claim(epoch));
    assertEquals(2, pool.claimed());
  }

  @Test
  void shouldTakeBackOnlyWhatWasNotClaimed() {
    int former = pool.offer(3);
    assertTrue(worker.claim(former));
    assertEquals(1, pool.revoke());
    int epoch = pool.offer(1);
    assertFalse(worker.claim(former));
    assertTrue(worker.claim(epoch));
    assertEquals(2, pool.claimed());
  }

  @Test
  void shouldCountBeyondItsRange() {
    for (int i = 0; i < 3 << 16; i++) {
      int epoch = pool.offer(300);
      assertTrue(worker.claim(epoch));
      for (int j = 1; j < 3; j++) {
        assertTrue(worker.claim(epoch));
      }
      assertEquals(3 * (i + 1) & 0xffffff, pool.revoke());
    }
  }

  @Test
  void shouldLeadArrowsFromAMessageToItsTasksAndToTheLastResult(@TempDir Path folder)
      throws Exception {
    Path file = folder.resolve("t.json");
    Trace.begin(file, "test");
    try {
      TaskClaims pool = TaskClaims.create();
      TaskClaims worker = TaskClaims.open(Descriptors.duplicate(pool.descriptor()));
      int epoch = pool.offer(3);
      assertTrue(worker.claim(epoch));
      assertTrue(worker.claim(epoch));
      pool.traceResults(1);
      assertEquals(2, pool.revoke());
      worker.traceTasks("first");
      pool.traceResults(1);
      epoch = pool.offer(2);
      assertTrue(worker.claim(epoch));
      assertTrue(worker.claim(epoch));
      worker.traceTasks("second");
      pool.traceResults(2);
      Trace.flush();
    } finally {
      Trace.afterFork();
    }

    List<String> arrows = new ArrayList<>();
    for (Object event : (List<?>) Json.parse(Files.readString(file))) {
      Map<?, ?> map = (Map<?, ?>) event;
      if (map.get("bind_id") instanceof String id) {
        arrows.add(
            "%s %s%s%s"
                .formatted(
                    id,
                    map.get("name"),
                    map.containsKey("flow_in") ? " in" : "",
                    map.containsKey("flow_out") ? " out" : ""));
      }
    }
    assertEquals(6, arrows.size(), arrows::toString);
    String first = arrows.get(0).split(" ", -1)[0];
    String second = arrows.get(3).split(" ", -1)[0];
    assertNotEquals(first, second);
    assertEquals(
        List.of(
            first + " send out",
            first + " first × n in out",
            first + " result in",
            second + " send out",
            second + " second × n in out",
            second + " result in"),
        arrows);
  }

  @Test
  void shouldGiveEachTaskToOneSide() throws Exception {
    int rounds = 20_000;
    CompletableFuture<Integer> claimed =
        CompletableFuture.supplyAsync(
            () -> {
              int count = 0;
              for (int epoch = 0; epoch < rounds; ) {
                if (worker.claim(epoch)) {
                  count++;
                } else {
                  epoch = Math.max(epoch, taken);
                }
              }
              return count;
            });
    int back = 0;
    int before = 0;
    for (int i = 0; i < rounds; i++) {
      pool.offer(2);
      int now = pool.revoke();
      back += 2 - (now - before);
      before = now;
      taken = i + 1;
    }
    assertEquals(2 * rounds, back + claimed.get(30, TimeUnit.SECONDS));
  }

  private volatile int taken;
}
