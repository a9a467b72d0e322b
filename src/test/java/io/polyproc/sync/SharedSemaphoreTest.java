package io.polyproc.sync;

import static io.polyproc.sync.SharedSemaphore.RECURSIVE_MUTEX;
import static io.polyproc.sync.SharedSemaphore.SEMAPHORE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.ProcessIdentity;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class SharedSemaphoreTest {

  @Test
  void shouldCountPermits() {
    SharedSemaphore semaphore = SemaphoreArena.newSemaphore(SEMAPHORE, 2, 5);
    assertTrue(semaphore.tryAcquire());
    assertTrue(semaphore.tryAcquire());
    assertFalse(semaphore.tryAcquire());
    assertFalse(semaphore.acquire(0.01));
    assertEquals(0, semaphore.release());
    assertEquals(1, semaphore.value());
    semaphore.close();
  }

  @Test
  void shouldRefuseMorePermitsThanTheMaximum() {
    SharedSemaphore semaphore = SemaphoreArena.newSemaphore(SEMAPHORE, 1, 1);
    assertEquals(2, semaphore.release());
    assertEquals(1, semaphore.value());
    semaphore.close();
  }

  @Test
  void shouldUseTheSlotsOfThoseThatNobodyKnowsAnyMore() {
    Set<String> dropped = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      dropped.add(place(SemaphoreArena.newSemaphore(SEMAPHORE, 1, 1)));
    }
    List<SharedSemaphore> kept = new ArrayList<>();
    do {
      System.gc();
      kept.add(SemaphoreArena.newSemaphore(SEMAPHORE, 1, 1));
    } while (!dropped.contains(place(kept.getLast())));
    kept.forEach(SharedSemaphore::close);
  }

  private static String place(SharedSemaphore semaphore) {
    return semaphore.arena().identity() + ":" + semaphore.slot();
  }

  @Test
  void shouldKeepTheSlotOfOneThatTravels() throws Exception {
    long slot = travelling();
    List<SharedSemaphore> others = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      System.gc();
      Thread.sleep(10);
      others.add(SemaphoreArena.newSemaphore(SEMAPHORE, 1, 1));
    }
    assertTrue(others.stream().noneMatch(other -> other.slot() == slot));
    others.forEach(SharedSemaphore::close);
  }

  private static long travelling() {
    SharedSemaphore semaphore = SemaphoreArena.newSemaphore(SEMAPHORE, 1, 1);
    semaphore.retain();
    return semaphore.slot();
  }

  @Test
  void shouldLetOnlyItsOwnerReleaseARecursiveMutex() throws Exception {
    SharedSemaphore mutex = SemaphoreArena.newSemaphore(RECURSIVE_MUTEX, 1, 1);
    assertEquals(1, mutex.release());
    assertTrue(mutex.tryAcquire());
    assertTrue(mutex.acquire(0));
    assertEquals(2, mutex.count());
    assertEquals(1, CompletableFuture.supplyAsync(mutex::release).get(10, TimeUnit.SECONDS));
    assertFalse(CompletableFuture.supplyAsync(mutex::tryAcquire).get(10, TimeUnit.SECONDS));
    assertEquals(0, mutex.release());
    assertTrue(mutex.isMine());
    assertEquals(0, mutex.release());
    assertFalse(mutex.isMine());
    mutex.close();
  }

  @Test
  void shouldWakeAWaiterOnRelease() throws Exception {
    SharedSemaphore semaphore = SemaphoreArena.newSemaphore(SEMAPHORE, 0, 1);
    CompletableFuture<Boolean> waiter =
        CompletableFuture.supplyAsync(() -> semaphore.acquire(30.0));
    assertEquals(0, semaphore.release());
    assertTrue(waiter.get(10, TimeUnit.SECONDS));
    semaphore.close();
  }

  @Test
  void shouldExcludeThreadsFromEachOther() throws Exception {
    SharedSemaphore mutex = SemaphoreArena.newSemaphore(SEMAPHORE, 1, 1);
    int[] counter = {0};
    AtomicInteger timedOut = new AtomicInteger();
    List<CompletableFuture<Void>> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(CompletableFuture.runAsync(() -> count(mutex, counter, timedOut)));
    }
    for (CompletableFuture<Void> thread : threads) {
      thread.get(50, TimeUnit.SECONDS);
    }
    assertEquals(0, timedOut.get());
    assertEquals(20_000, counter[0]);
    mutex.close();
  }

  private static void count(SharedSemaphore mutex, int[] counter, AtomicInteger timedOut) {
    for (int i = 0; i < 5_000; i++) {
      if (!mutex.acquire(30.0)) {
        timedOut.incrementAndGet();
        return;
      }
      counter[0]++;
      assertEquals(0, mutex.release());
    }
  }

  @Test
  void shouldBeOneSemaphoreForWhoeverOpensIt() {
    SharedSemaphore semaphore = SemaphoreArena.newSemaphore(SEMAPHORE, 1, 1);
    SharedSemaphore other = open(semaphore);
    assertTrue(other.tryAcquire());
    assertFalse(semaphore.tryAcquire());
    assertEquals(0, semaphore.count());
    assertEquals(0, other.release());
    semaphore.close();
    other.close();
  }

  @Test
  void shouldReuseASlotOnlyAfterItsLastReference() {
    SharedSemaphore first = SemaphoreArena.newSemaphore(SEMAPHORE, 1, 1);
    SharedSemaphore reference = open(first);
    first.close();
    first.close();
    SharedSemaphore second = SemaphoreArena.newSemaphore(SEMAPHORE, 1, 1);
    assertNotEquals(first.slot(), second.slot());
    reference.close();
    SharedSemaphore third = SemaphoreArena.newSemaphore(SEMAPHORE, 7, 9);
    assertEquals(first.slot(), third.slot());
    assertEquals(7, third.value());
    second.close();
    third.close();
  }

  @Test
  void shouldGrowByFurtherArenas() {
    List<SharedSemaphore> all = new ArrayList<>();
    Set<Long> arenas = new HashSet<>();
    for (int i = 0; i < 5_000; i++) {
      SharedSemaphore semaphore = SemaphoreArena.newSemaphore(SEMAPHORE, i, Integer.MAX_VALUE);
      all.add(semaphore);
      arenas.add(semaphore.arena().identity());
    }
    assertEquals(2, arenas.size());
    for (int i = 0; i < all.size(); i++) {
      assertEquals(i, all.get(i).value());
      all.get(i).close();
    }
  }

  @Test
  void shouldRefuseADescriptorOfSomethingElse() {
    try (MemoryFile file = MemoryFile.create("not an arena", 1 << 20)) {
      int descriptor = Descriptors.duplicate(file.fd());
      assertThrows(
          IllegalArgumentException.class,
          () -> SemaphoreArena.open(descriptor, 12345L, 64, SEMAPHORE, 1));
    }
  }

  @Test
  void shouldKnowItsHolder() {
    SharedSemaphore mutex = SemaphoreArena.newSemaphore(SEMAPHORE, 1, 1);
    assertEquals(0, mutex.holder());
    assertTrue(mutex.tryAcquire());
    assertEquals(ProcessHandle.current().pid(), mutex.holder());
    assertEquals(0, mutex.release());
    assertEquals(0, mutex.holder());
    mutex.close();
  }

  @Test
  void shouldPassFromAProcessThatHasEndedToWhoeverWaits() throws Exception {
    SharedSemaphore mutex = SemaphoreArena.newSemaphore(SEMAPHORE, 1, 1);
    int dead = endedProcess();
    mutex.hold(dead);
    assertTrue(mutex.acquire(10));
    assertEquals(dead, mutex.takeLostHolder());
    assertEquals(0, mutex.takeLostHolder());
    assertEquals(0, mutex.release());
    assertEquals(1, mutex.value());
    mutex.close();
  }

  @Test
  void shouldPassToOneWaiterOnly() throws Exception {
    SharedSemaphore mutex = SemaphoreArena.newSemaphore(RECURSIVE_MUTEX, 1, 1);
    mutex.hold(endedProcess());
    List<CompletableFuture<Boolean>> waiters = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      waiters.add(CompletableFuture.supplyAsync(() -> open(mutex).acquire(1)));
    }
    int winners = 0;
    for (CompletableFuture<Boolean> waiter : waiters) {
      winners += waiter.get(30, TimeUnit.SECONDS) ? 1 : 0;
    }
    assertEquals(1, winners);
    mutex.close();
  }

  @Test
  void shouldNotTakeAProcessForAFormerOneWithItsId() throws Exception {
    SharedSemaphore mutex = SemaphoreArena.newSemaphore(SEMAPHORE, 1, 1);
    int self = (int) ProcessHandle.current().pid();
    mutex.hold(ProcessIdentity.own() == (self | 1 << 22) ? self | 2 << 22 : self | 1 << 22);
    assertTrue(mutex.acquire(10));
    assertEquals(self, mutex.takeLostHolder());
    mutex.close();
  }

  @Test
  void shouldStayWithAProcessThatRuns() throws Exception {
    SharedSemaphore mutex = SemaphoreArena.newSemaphore(SEMAPHORE, 1, 1);
    Process process = new ProcessBuilder("sleep", "100").start();
    try {
      mutex.hold((int) process.pid());
      assertFalse(mutex.acquire(0.3));
    } finally {
      process.destroyForcibly();
    }
    mutex.close();
  }

  @Test
  void shouldPassAPermitOfATrackedOneOn() throws Exception {
    SharedSemaphore semaphore = tracked(2);
    assertTrue(semaphore.tryAcquire());
    assertTrue(semaphore.tryAcquire());
    int dead = endedProcess();
    semaphore.list(0, dead);
    assertTrue(semaphore.acquire(10));
    assertEquals(dead, semaphore.takeLostHolder());
    assertFalse(semaphore.acquire(0.2));
    assertEquals(0, semaphore.release());
    assertEquals(0, semaphore.release());
    assertEquals(2, semaphore.value());
    semaphore.close();
  }

  @Test
  void shouldNotTakeSignalsForPermitsThatSomebodyHolds() throws Exception {
    SharedSemaphore semaphore = tracked(1);
    assertTrue(semaphore.tryAcquire());
    semaphore.list(0, endedProcess());
    assertEquals(0, semaphore.release());
    assertTrue(semaphore.tryAcquire());
    assertFalse(semaphore.acquire(0.3));
    semaphore.close();
  }

  @Test
  void shouldNotTrackMoreThanItHasPlacesFor() throws Exception {
    SharedSemaphore semaphore = tracked(12);
    for (int i = 0; i < 12; i++) {
      assertTrue(semaphore.tryAcquire());
    }
    semaphore.list(3, endedProcess());
    assertFalse(semaphore.acquire(0.3));
    semaphore.close();
  }

  @Test
  void shouldCountWhoOfAListHasEnded() throws Exception {
    SharedSemaphore semaphore = SemaphoreArena.newSemaphore(SEMAPHORE, 0, Integer.MAX_VALUE);
    assertTrue(semaphore.enlist());
    semaphore.list(4, endedProcess());
    semaphore.list(7, endedProcess());
    assertEquals(2, semaphore.delistGone());
    assertEquals(0, semaphore.delistGone());
    assertTrue(semaphore.delist());
    assertFalse(semaphore.delist());
    semaphore.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void shouldPassThePlaceOfADeadProcessOn(int places) throws Exception {
    SharedSemaphore semaphore = SemaphoreArena.newSemaphore(SEMAPHORE, places, places);
    semaphore.useForPlaces();
    for (int i = 0; i < places; i++) {
      assertTrue(semaphore.tryAcquire());
    }
    assertFalse(semaphore.acquire(0.2), "all places are taken, and the holders are not known");
    semaphore.list(0, endedProcess());
    assertTrue(semaphore.acquire(0.2));
    assertEquals(0, semaphore.takeLostHolder(), "there is no warning");
    assertFalse(semaphore.acquire(0));
    assertEquals(0, semaphore.release());
    assertTrue(semaphore.tryAcquire());
    semaphore.close();
  }

  @Test
  void shouldRefuseAFileThatIsNoSemaphore() {
    MemoryFile text = MemoryFile.of("polyproc-test", new byte[] {1, 2, 3});
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> SemaphoreArena.openIn(text.fd(), SEMAPHORE, 1));
    assertEquals("sem_open of another file failed: EINVAL (22)", e.getMessage());
  }

  private static SharedSemaphore tracked(int permits) {
    SharedSemaphore semaphore = SemaphoreArena.newSemaphore(SEMAPHORE, permits, Integer.MAX_VALUE);
    semaphore.track();
    return semaphore;
  }

  private static int endedProcess() throws Exception {
    Process process = new ProcessBuilder("true").start();
    process.waitFor();
    return (int) process.pid();
  }

  private static SharedSemaphore open(SharedSemaphore semaphore) {
    semaphore.retain();
    SemaphoreArena arena = semaphore.arena();
    return SemaphoreArena.open(
        Descriptors.duplicate(arena.descriptor()),
        arena.identity(),
        semaphore.slot(),
        SEMAPHORE,
        1);
  }
}
