package io.polyproc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A pool with a limit, as an executor, and its counters. */
@Timeout(900) // a worker takes minutes to boot on a machine that is busy enough
@NullUnmarked // a null fails the test anyhow
final class PoolViewsIT {
  private static final String SOURCE =
      """
      import os

      def meet(told, event):
          told.put("running")
          event.wait()
          return 1

      def fail():
          raise ValueError("no")

      def die():
          os._exit(3)
      """;

  private static Polyproc polyproc;

  @BeforeAll
  static void start() {
    polyproc = Polyproc.builder().standby(2).build();
  }

  @AfterAll
  static void close() {
    polyproc.close();
  }

  private static PythonFunction function(String name) {
    return PythonFunction.ofSource(SOURCE, name);
  }

  private static PythonFunction abs() {
    return PythonFunction.of("builtins", "abs");
  }

  /** A task that runs, of which the pool's only worker has so much that others wait. */
  private record Blocked(PythonEvent event, CompletableFuture<Integer> task) {
    static Blocked in(PythonPool pool) throws InterruptedException {
      PythonQueue told = polyproc.queue();
      PythonEvent event = polyproc.event();
      CompletableFuture<Integer> task = pool.submit(Integer.class, function("meet"), told, event);
      assertEquals("running", told.take(String.class));
      return new Blocked(event, task);
    }
  }

  @Test
  void shouldRejectWhatDoesNotFit() throws Exception {
    try (PythonPool pool = polyproc.pool(1, PythonPool.options().maxWaiting(2).rejectWhenFull())) {
      Blocked first = Blocked.in(pool);
      List<CompletableFuture<Integer>> waiting =
          List.of(pool.submit(Integer.class, abs(), -1), pool.submit(Integer.class, abs(), -2));
      RejectedExecutionException e =
          assertThrows(
              RejectedExecutionException.class, () -> pool.submit(Integer.class, abs(), -3));
      assertEquals("2 tasks wait for the pool's workers already", e.getMessage());
      waiting.getFirst().cancel(true);
      CompletableFuture<Integer> fits = pool.submit(Integer.class, abs(), -4);
      first.event().set();
      assertEquals(4, fits.join());
      assertEquals(List.of(1, 2, 3, 4), pool.map(Integer.class, abs(), List.of(-1, 2, -3, 4)));
    }
  }

  @Test
  void shouldWaitForRoom() throws Exception {
    try (PythonPool pool = polyproc.pool(1, PythonPool.options().maxWaiting(1))) {
      Blocked first = Blocked.in(pool);
      CompletableFuture<Integer> second = pool.submit(Integer.class, abs(), -2);
      AtomicBoolean submitted = new AtomicBoolean();
      CompletableFuture<Integer> third = new CompletableFuture<>();
      Thread submitter =
          Thread.startVirtualThread(
              () -> {
                CompletableFuture<Integer> task = pool.submit(Integer.class, abs(), -3);
                submitted.set(true);
                third.complete(task.join());
              });
      Thread interrupted =
          Thread.startVirtualThread(
              () -> {
                assertThrows(
                    CancellationException.class, () -> pool.submit(Integer.class, abs(), -4));
                assertTrue(Thread.currentThread().isInterrupted());
              });
      Thread.sleep(100);
      assertTrue(!submitted.get() && interrupted.isAlive());
      interrupted.interrupt();
      interrupted.join();
      first.event().set();
      assertEquals(2, second.join());
      assertEquals(3, third.join());
      submitter.join();
    }
  }

  @Test
  void shouldLetWhoWaitsForRoomKnowOfTheEnd() throws Exception {
    PythonPool pool = polyproc.pool(1, PythonPool.options().maxWaiting(1));
    Blocked.in(pool);
    CompletableFuture<Integer> second = pool.submit(Integer.class, abs(), -2);
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread submitter =
        Thread.startVirtualThread(
            () -> {
              try {
                thrown.complete(new AssertionError(pool.submit(Integer.class, abs(), -3)));
              } catch (RuntimeException e) {
                thrown.complete(e);
              }
            });
    Thread.sleep(100);
    pool.terminate();
    assertInstanceOf(IllegalStateException.class, thrown.get(1, TimeUnit.MINUTES));
    assertThrows(CancellationException.class, second::join);
    submitter.join();
  }

  @Test
  void shouldBeAnExecutor() throws Exception {
    try (PythonPool pool = polyproc.pool(2)) {
      ExecutorService executor = pool.executorService();
      List<Integer> results = new ArrayList<>();
      for (Future<Integer> each :
          executor.invokeAll(
              List.of(
                  pool.callable(Integer.class, abs(), -1),
                  pool.callable(Integer.class, abs(), -2),
                  pool.callable(Integer.class, abs(), -3)))) {
        results.add(each.get());
      }
      assertEquals(List.of(1, 2, 3), results);
      assertEquals("java", executor.submit(() -> "java").get());

      PythonQueue told = polyproc.queue();
      assertEquals(
          5,
          executor.invokeAny(
              List.of(
                  pool.callable(Integer.class, function("meet"), told, polyproc.event()),
                  pool.callable(Integer.class, abs(), -5))));

      ExecutionException e =
          assertThrows(
              ExecutionException.class,
              () -> executor.submit(pool.callable(Integer.class, function("fail"))).get());
      assertInstanceOf(PythonException.class, e.getCause());

      executor.shutdown();
      assertTrue(executor.awaitTermination(1, TimeUnit.MINUTES));
      assertThrows(RejectedExecutionException.class, () -> executor.submit(() -> 1));
      assertEquals(7, pool.submit(Integer.class, abs(), -7).join());
    }
  }

  @Test
  void shouldStopWhatAnExecutorRunsAtOnce() throws Exception {
    try (PythonPool pool = polyproc.pool(1)) {
      PythonQueue told = polyproc.queue();
      ExecutorService executor = pool.executorService();
      Future<Integer> running =
          executor.submit(pool.callable(Integer.class, function("meet"), told, polyproc.event()));
      Future<Integer> waiting = executor.submit(pool.callable(Integer.class, abs(), -1));
      assertEquals("running", told.take(String.class));
      assertEquals(1, executor.shutdownNow().size());
      assertTrue(executor.awaitTermination(1, TimeUnit.MINUTES));
      assertThrows(ExecutionException.class, running::get);
      assertTrue(!waiting.isDone());
      assertEquals(7, pool.submit(Integer.class, abs(), -7).join());
    }
  }

  @Test
  void shouldEndExecutorsWithThePool() throws Exception {
    ExecutorService executor;
    Future<Integer> last;
    try (PythonPool pool = polyproc.pool(1, PythonPool.options().maxWaiting(3).rejectWhenFull())) {
      executor = pool.executorService();
      last = null;
      for (int i = 1; i <= 4; i++) {
        last = executor.submit(pool.callable(Integer.class, abs(), -i));
      }
    }
    assertEquals(4, last.get());
    assertTrue(executor.isTerminated());
  }

  @Test
  void shouldCount() throws Exception {
    PoolMetrics before = polyproc.metrics();
    try (PythonPool pool = polyproc.pool(1)) {
      Blocked first = Blocked.in(pool);
      CompletableFuture<Integer> second = pool.submit(Integer.class, abs(), -2);
      PoolMetrics now = pool.metrics();
      assertEquals(1, now.workersAlive());
      assertEquals(1, now.tasksRunning());
      assertEquals(1, now.tasksWaiting());
      first.event().set();
      second.join();
      assertThrows(
          RuntimeException.class, () -> pool.submit(Integer.class, function("fail")).join());
      assertThrows(
          RuntimeException.class, () -> pool.submit(Integer.class, function("die")).join());
      assertEquals(3, pool.submit(Integer.class, abs(), -3).join());
      now = pool.metrics();
      assertEquals(2, now.workersStarted());
      assertEquals(2, now.workersReady());
      assertEquals(1, now.workersRestarted());
      assertEquals(1, now.workersLost());
      assertEquals(0, now.tasksWaiting());
      assertEquals(3, now.tasksSucceeded());
      assertEquals(2, now.tasksFailed());
      assertTrue(now.taskTime().compareTo(Duration.ofNanos(1)) > 0);
      assertTrue(now.bootTime().compareTo(Duration.ofMinutes(30)) < 0);
      assertTrue(polyproc.metrics().tasksSucceeded() >= before.tasksSucceeded() + 3);
    }
  }
}
