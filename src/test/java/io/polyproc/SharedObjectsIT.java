package io.polyproc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.shared.SharedLock;
import java.io.EOFException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What Java and Python processes share, made by either. */
@Timeout(900) // a worker takes minutes to boot on a machine that is busy enough
@NullUnmarked // a null fails the test anyhow
final class SharedObjectsIT {
  private static final String SOURCE =
      """
      import multiprocessing as mp
      import os
      import time

      kept = []

      def kind(value):
          return f"{type(value).__module__}.{type(value).__name__}"

      def put(queue, values):
          for value in values:
              queue.put(value)

      def drain(queue, out):
          for value in iter(queue.get, None):
              out.put((os.getpid(), value))

      def echo(connection):
          try:
              while True:
                  connection.send(("echo", connection.recv()))
          except EOFError:
              return "the end"

      def count(lock, value, times):
          for _ in range(times):
              with lock:
                  value.value += 1

      def count_with_own_lock(value, times):
          for _ in range(times):
              with value.get_lock():
                  value.value += 1

      def hold(lock, held, seconds):
          with lock:
              held.set()
              time.sleep(seconds)

      def hold_for_ever(lock, held):
          lock.acquire()
          held.set()
          time.sleep(600)

      def take_for_ever(queue, waiting):
          waiting.set()
          queue.get()

      def await_for_ever(event, waiting):
          waiting.set()
          event.wait()

      def fill(array):
          for i in range(len(array)):
              array[i] = i * 1.5

      def write(memory):
          memory.buf[:3] = b"abc"
          memory.close()

      def wait(event):
          return event.wait(60)

      def set_event(event):
          event.set()

      def meet(barrier):
          return barrier.wait(60)

      def take_all(semaphore):
          taken = 0
          while semaphore.acquire(False):
              taken += 1
          return taken

      def make():
          queue, value, array, lock = mp.Queue(), mp.Value("i", 7), mp.Array("d", [1, 2]), mp.Lock()
          event, here_there = mp.Event(), mp.Pipe()
          queue.put("from Python")
          event.set()
          here_there[0].send("through a pipe")
          kept.extend((queue, value, array, lock, event, here_there))
          return {"queue": queue, "value": value, "array": array, "lock": lock, "event": event,
                  "connection": here_there[1], "barrier": mp.Barrier(1), "semaphore": mp.Semaphore(2),
                  "rlock": mp.RLock()}
      """;

  private static Polyproc polyproc;
  private static PythonPool pool;

  @BeforeAll
  static void start() {
    polyproc = Polyproc.builder().standby(0).build();
    pool = polyproc.pool(2);
  }

  @AfterAll
  static void close() {
    polyproc.close();
  }

  private static PythonFunction function(String name) {
    return PythonFunction.ofSource(SOURCE, name);
  }

  private static <T> CompletableFuture<T> run(Class<T> type, String name, Object... arguments) {
    return pool.submit(type, function(name), arguments);
  }

  @Test
  void shouldArriveAsWhatPythonExpects() {
    List<Object> values =
        List.of(
            polyproc.queue(),
            polyproc.pipe().there(),
            polyproc.lock(),
            polyproc.reentrantLock(),
            polyproc.semaphore(1),
            polyproc.event(),
            polyproc.barrier(1),
            polyproc.value('i', 0),
            polyproc.array('i', 1));
    assertEquals(
        List.of(
            "multiprocessing.queues.Queue",
            "multiprocessing.connection.Connection",
            "multiprocessing.synchronize.Lock",
            "multiprocessing.synchronize.RLock",
            "multiprocessing.synchronize.BoundedSemaphore",
            "multiprocessing.synchronize.Event",
            "multiprocessing.synchronize.Barrier",
            "multiprocessing.sharedctypes.Synchronized",
            "multiprocessing.sharedctypes.SynchronizedArray"),
        pool.map(String.class, function("kind"), values));
  }

  @Test
  void shouldArriveFromPython() throws Exception {
    Map<?, ?> made = run(Map.class, "make").join();
    assertEquals("from Python", ((PythonQueue) made.get("queue")).take(String.class));
    assertEquals(7L, ((SharedValue) made.get("value")).get());
    assertEquals(2.0, ((SharedArray) made.get("array")).get(1));
    assertTrue(((PythonLock) made.get("lock")).tryLock());
    assertTrue(((PythonLock) made.get("rlock")).tryLock());
    assertTrue(((PythonEvent) made.get("event")).isSet());
    assertEquals(
        "through a pipe", ((PythonConnection) made.get("connection")).receive(String.class));
    assertEquals(0, ((PythonBarrier) made.get("barrier")).await());
    assertEquals(2, ((PythonSemaphore) made.get("semaphore")).availablePermits());
    assertEquals(
        "multiprocessing.queues.Queue", run(String.class, "kind", made.get("queue")).join());
  }

  @Test
  void shouldBeFedAndDrainedByProcessesOfBothKinds() throws Exception {
    PythonQueue queue = polyproc.queue();
    PythonQueue out = polyproc.queue();
    List<PythonProcess> drains = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      drains.add(polyproc.process(function("drain"), queue, out).start());
    }
    CompletableFuture<Void> fed = run(Void.class, "put", queue, List.of(1, 2, 3));
    for (int i = 4; i <= 6; i++) {
      queue.put(i);
    }
    fed.join();
    long sum = 0;
    for (int i = 0; i < 6; i++) {
      sum += (Long) out.take(PythonTuple.class).get(1);
    }
    assertEquals(21, sum);
    queue.put(null);
    queue.put(null);
    for (PythonProcess drain : drains) {
      assertTrue(drain.join(Duration.ofSeconds(60)));
      assertEquals(0, drain.exitCode().orElseThrow());
    }
  }

  @Test
  void shouldWaitForRoomInAQueue() throws InterruptedException {
    PythonQueue queue = polyproc.queue(1);
    queue.put(1);
    assertEquals(1, queue.size());
    assertFalse(queue.offer(2, Duration.ofMillis(50)));
    assertEquals(1L, queue.take(Long.class));
    assertEquals(0, queue.size());
    assertTrue(queue.offer(2, Duration.ZERO));
  }

  @Test
  void shouldTakeWhatIsLargerThanAPipe() throws InterruptedException {
    PythonQueue queue = polyproc.queue();
    queue.put(new byte[3_000_000]);
    queue.put("next");
    assertEquals(3_000_000, queue.take(byte[].class).length);
    assertEquals("next", queue.take(String.class));
  }

  @Test
  void shouldGiveUpTakingAfterAWhile() throws InterruptedException {
    PythonQueue queue = polyproc.queue();
    assertEquals(Optional.empty(), queue.poll(Object.class, Duration.ofMillis(50)));
    assertTrue(queue.isEmpty());
  }

  @Test
  void shouldBeInterruptedWhileTaking() throws InterruptedException {
    PythonQueue queue = polyproc.queue();
    for (Thread.Builder kind : List.of(Thread.ofPlatform(), Thread.ofVirtual())) {
      CompletableFuture<String> outcome = new CompletableFuture<>();
      Thread taker =
          kind.start(
              () -> {
                try {
                  outcome.complete(queue.take(String.class));
                } catch (InterruptedException e) {
                  outcome.complete("interrupted");
                }
              });
      Thread.sleep(200);
      taker.interrupt();
      assertEquals("interrupted", outcome.join());
    }
    queue.put("still usable");
    assertEquals("still usable", queue.take(String.class));
  }

  @Test
  void shouldSendAndReceive() throws Exception {
    try (PythonPipe pipe = polyproc.pipe()) {
      CompletableFuture<String> echo = run(String.class, "echo", pipe.there());
      pipe.here().send(List.of(1, "a"));
      assertEquals(
          PythonTuple.of("echo", List.of(1L, "a")), pipe.here().receive(PythonTuple.class));
      assertEquals(Optional.empty(), pipe.here().poll(Object.class, Duration.ofMillis(50)));
      pipe.there().close();
      pipe.here().close();
      assertEquals("the end", echo.join());
    }
  }

  @Test
  void shouldSeeThatTheOtherEndIsClosed() {
    PythonPipe pipe = polyproc.pipe();
    pipe.there().close();
    assertThrows(EOFException.class, () -> pipe.here().receive(Object.class));
    pipe.close();
  }

  @Test
  void shouldExcludeEachOther() {
    PythonLock lock = polyproc.lock();
    SharedValue value = polyproc.value('i', 0);
    CompletableFuture<Void> python = run(Void.class, "count", lock, value, 300);
    for (int i = 0; i < 300; i++) {
      lock.lock();
      try {
        value.set(value.get().intValue() + 1);
      } finally {
        lock.unlock();
      }
    }
    python.join();
    assertEquals(600L, value.get());
  }

  @Test
  void shouldExcludeEachOtherFromVirtualThreads() throws InterruptedException {
    SharedValue value = polyproc.value('l', 0);
    CompletableFuture<Void> python = run(Void.class, "count_with_own_lock", value, 200);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      threads.add(
          Thread.startVirtualThread(
              () -> {
                for (int j = 0; j < 10; j++) {
                  value.update(n -> n.longValue() + 1);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    python.join();
    assertEquals(400L, value.get());
  }

  @Test
  void shouldWaitForALockThatPythonHolds() throws InterruptedException {
    PythonLock lock = polyproc.lock();
    PythonEvent held = polyproc.event();
    CompletableFuture<Void> holder = run(Void.class, "hold", lock, held, 0.5);
    held.await();
    assertFalse(lock.tryLock());
    assertFalse(lock.tryLock(10, TimeUnit.MILLISECONDS));
    lock.lockInterruptibly();
    try {
      assertFalse(lock.tryLock());
    } finally {
      lock.unlock();
    }
    holder.join();
    assertThrows(IllegalMonitorStateException.class, lock::unlock);
    assertThrows(UnsupportedOperationException.class, lock::newCondition);
  }

  /** Starts a process that blocks with the object, and kills it there. */
  private static long killAt(String name, Object shared) throws InterruptedException {
    PythonEvent reached = polyproc.event();
    PythonProcess process = polyproc.process(function(name), shared, reached);
    process.start();
    reached.await();
    Thread.sleep(200); // what it does after it has told so
    process.kill();
    process.join();
    return process.pid();
  }

  @Test
  void shouldTakeOverWhatAKilledProcessHeld() throws InterruptedException {
    PythonLock lock = polyproc.lock();
    PythonLock reentrant = polyproc.reentrantLock();
    PythonSemaphore semaphore = polyproc.semaphore(2);
    semaphore.acquire();
    Logger logger = Logger.getLogger(SharedLock.class.getName());
    List<String> warnings = Collections.synchronizedList(new ArrayList<>());
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            warnings.add(new SimpleFormatter().formatMessage(record));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    try {
      long holder = killAt("hold_for_ever", lock);
      assertTrue(lock.tryLock(30, TimeUnit.SECONDS));
      lock.unlock();
      assertEquals(
          "the process with pid %d has ended without releasing a Lock, which is acquired in its place; what it protects may be half done"
              .formatted(holder),
          warnings.getLast());
      assertTrue(lock.tryLock(), "once taken over it is as any other");
      long _ = killAt("hold_for_ever", reentrant);
      assertTrue(reentrant.tryLock());
      reentrant.unlock();
      long _ = killAt("hold_for_ever", semaphore);
      assertTrue(semaphore.tryAcquire(Duration.ofSeconds(30)));
      assertFalse(semaphore.tryAcquire());
      semaphore.release();
      semaphore.release();
      assertEquals(2, semaphore.availablePermits());
      assertEquals(3, warnings.size());
    } finally {
      logger.removeHandler(handler);
    }
  }

  @Test
  void shouldTakeFromAQueueWhereAProcessWasKilledTaking() throws InterruptedException {
    PythonQueue queue = polyproc.queue(1);
    long _ = killAt("take_for_ever", queue);
    queue.put("for the next");
    assertEquals("for the next", queue.take(String.class));
    assertTrue(queue.offer("more", Duration.ZERO));
  }

  @Test
  void shouldWakeTheOthersWhereAProcessWasKilledWaiting() throws InterruptedException {
    PythonEvent event = polyproc.event();
    CompletableFuture<Boolean> other = run(Boolean.class, "wait", event);
    long _ = killAt("await_for_ever", event);
    event.set();
    assertTrue(other.join());
  }

  @Test
  void shouldLockAgainWhatIsReentrant() {
    PythonLock lock = polyproc.reentrantLock();
    assertTrue(lock.tryLock());
    assertTrue(lock.tryLock());
    CompletableFuture<Boolean> other = CompletableFuture.supplyAsync(lock::tryLock);
    assertFalse(other.join());
    lock.unlock();
    lock.unlock();
    assertThrows(IllegalMonitorStateException.class, lock::unlock);
  }

  @Test
  void shouldCountPermits() throws InterruptedException {
    PythonSemaphore semaphore = polyproc.semaphore(3);
    semaphore.acquire();
    assertEquals(2L, run(Long.class, "take_all", semaphore).join());
    assertFalse(semaphore.tryAcquire(Duration.ofMillis(10)));
    semaphore.release();
    semaphore.release();
    semaphore.release();
    assertEquals(3, semaphore.availablePermits());
    assertThrows(IllegalStateException.class, semaphore::release);
  }

  @Test
  void shouldWakeThoseThatWaitForAnEvent() throws InterruptedException {
    PythonEvent event = polyproc.event();
    assertFalse(event.await(Duration.ofMillis(10)));
    CompletableFuture<Boolean> python = run(Boolean.class, "wait", event);
    Thread.sleep(200);
    event.set();
    assertTrue(python.join());
    event.clear();
    assertFalse(event.isSet());
    CompletableFuture<Void> setter = run(Void.class, "set_event", event);
    event.await();
    setter.join();
  }

  @Test
  void shouldMeetAtABarrier() throws Exception {
    PythonBarrier barrier = polyproc.barrier(2);
    for (int round = 0; round < 3; round++) {
      CompletableFuture<Integer> python = run(Integer.class, "meet", barrier);
      int index = barrier.await(Duration.ofSeconds(60));
      assertEquals(1, index + python.join());
    }
    assertThrows(BrokenBarrierException.class, () -> barrier.await(Duration.ofMillis(20)));
    assertTrue(barrier.isBroken());
  }

  @Test
  void shouldShareNumbers() {
    SharedArray array = polyproc.array('d', 4);
    run(Void.class, "fill", array).join();
    assertEquals(4.5, array.get(3));
    assertArrayEquals(
        new double[] {0, 1.5, 3, 4.5}, array.segment().toArray(ValueLayout.JAVA_DOUBLE));
    assertThrows(IndexOutOfBoundsException.class, () -> array.get(4));
    SharedValue unsigned = polyproc.value('B', 255);
    assertEquals(255L, unsigned.get());
  }

  @Test
  void shouldShareNamedMemory() {
    Path file;
    try (PythonSharedMemory memory = polyproc.sharedMemory(100)) {
      file = Path.of("/dev/shm", memory.name());
      run(Void.class, "write", memory).join();
      byte[] bytes = new byte[3];
      MemorySegment.copy(memory.segment(), ValueLayout.JAVA_BYTE, 0, bytes, 0, 3);
      assertArrayEquals(new byte[] {'a', 'b', 'c'}, bytes);
      memory.unlink();
    }
    assertFalse(Files.exists(file));
  }
}
