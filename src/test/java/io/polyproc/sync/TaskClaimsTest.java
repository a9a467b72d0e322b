package io.polyproc.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.posix.Descriptors;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
