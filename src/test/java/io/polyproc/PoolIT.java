package io.polyproc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(900) // a worker takes minutes to boot on a machine that is busy enough
@NullUnmarked // a null fails the test anyhow
final class PoolIT {
  private static final String SOURCE =
      """
      import os, sys, time

      base = 0

      def initialise(value):
          global base
          base = value

      def broken():
          raise RuntimeError("no model")

      def square(x):
          return x * x

      def add(x):
          return base + x

      def pid(_=None):
          return os.getpid()

      def die(status):
          os._exit(status)

      def nap(seconds):
          time.sleep(seconds)
          return seconds

      def fail(text):
          raise ValueError(text)

      def price():
          import java
          return java.type("com.acme.Pricing").price("tea")
      """;

  private static Polyproc polyproc;
  private static PythonPool shared;

  @BeforeAll
  static void start() {
    polyproc = Polyproc.builder().standby(1).build();
    shared = polyproc.pool(1);
  }

  @AfterAll
  static void close() {
    polyproc.close();
  }

  private static PythonFunction function(String name) {
    return PythonFunction.ofSource(SOURCE, name);
  }

  @Test
  void shouldRunTasks() {
    try (PythonPool pool = polyproc.pool(2)) {
      assertEquals(9L, pool.submit(Long.class, function("square"), 3).join());
      assertEquals(
          List.of(0, 1, 4, 9), pool.map(Integer.class, function("square"), List.of(0, 1, 2, 3)));
      try (Stream<Integer> squares =
          pool.stream(Integer.class, function("square"), IntStream.range(0, 30).boxed().toList())) {
        assertEquals(
            IntStream.range(0, 30).map(i -> i * i).boxed().collect(Collectors.toSet()),
            squares.collect(Collectors.toSet()));
      }
    }
  }

  @Test
  void shouldCallJava() {
    assertEquals("tea costs 3", shared.submit(String.class, function("price")).join());
  }

  @Test
  void shouldServeVirtualThreads() throws InterruptedException {
    Set<Integer> results = java.util.concurrent.ConcurrentHashMap.newKeySet();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      int n = i;
      callers.add(
          Thread.startVirtualThread(
              () -> results.add(shared.submit(Integer.class, function("square"), n).join())));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertEquals(50, results.size());
  }

  @Test
  void shouldTellWhatPythonRaised() {
    PythonException e =
        assertThrows(
            PythonException.class,
            () -> shared.map(Object.class, function("fail"), List.of("no good")));
    assertEquals("ValueError", e.typeName());
    assertEquals("no good", e.message());
    assertTrue(e.remoteTraceback().contains("raise ValueError(text)"), e.remoteTraceback());
    assertFalse(e.remoteTraceback().contains("embedding.py"), e.remoteTraceback());
    assertEquals(4L, shared.submit(Long.class, function("square"), 2).join());
  }

  @Test
  void shouldFailOnAWrongName() {
    PythonException e =
        assertThrows(
            PythonException.class,
            () -> shared.map(Object.class, PythonFunction.of("no_such_module", "f"), List.of(1)));
    assertEquals("ModuleNotFoundError", e.typeName());
  }

  @Test
  void shouldLoseOnlyTheTaskWhoseWorkerDies() {
    CompletableFuture<Void> lost = shared.submit(Void.class, function("die"), 3);
    CompletableFuture<Long> next = shared.submit(Long.class, function("square"), 5);
    CompletionException e = assertThrows(CompletionException.class, lost::join);
    WorkerLostException why = assertInstanceOf(WorkerLostException.class, e.getCause());
    assertEquals(3, why.exitStatus());
    assertTrue(why.task().endsWith("(die)"), why.task());
    assertFalse(isAlive(why.pid()));
    assertEquals(25L, next.join());
  }

  @Test
  void shouldTellTheSignalThatKilledAWorker() throws Exception {
    long pid = shared.submit(Long.class, function("pid")).join();
    CompletableFuture<Object> task = shared.submit(Object.class, function("nap"), 60);
    Thread.sleep(300);
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    CompletionException e = assertThrows(CompletionException.class, task::join);
    assertEquals(-9, ((WorkerLostException) e.getCause()).exitStatus());
  }

  @Test
  void shouldStopATaskWhoseTimeIsOver() {
    try (PythonPool pool =
        polyproc.pool(1, PythonPool.options().taskTimeout(Duration.ofSeconds(20)))) {
      long pid = pool.submit(Long.class, function("pid")).join();
      CompletableFuture<Object> slow =
          pool.submit(Object.class, Duration.ofMillis(500), function("nap"), 60);
      CompletionException e = assertThrows(CompletionException.class, slow::join);
      assertInstanceOf(TimeoutException.class, e.getCause());
      assertTrue(e.getCause().getMessage().contains("(nap) did not end within 0.5 s"));
      assertTrue(pid != pool.submit(Long.class, function("pid")).join());
    }
  }

  @Test
  void shouldStopATaskThatIsCancelled() throws Exception {
    long pid = shared.submit(Long.class, function("pid")).join();
    CompletableFuture<Object> running = shared.submit(Object.class, function("nap"), 60);
    CompletableFuture<Object> waiting = shared.submit(Object.class, function("nap"), 60);
    Thread.sleep(300);
    waiting.cancel(true);
    running.cancel(true);
    assertTrue(pid != shared.submit(Long.class, function("pid")).join());
    awaitEnd(pid);
  }

  @Test
  void shouldStopATaskThatItsSubmitterGivesUp() {
    CompletableFuture<Object> task =
        shared.submit(Object.class, function("nap"), 60).orTimeout(300, TimeUnit.MILLISECONDS);
    assertThrows(CompletionException.class, task::join);
    assertEquals(4L, shared.submit(Long.class, function("square"), 2).join());
  }

  @Test
  void shouldInitialiseEachWorker() {
    try (PythonPool pool =
        polyproc.pool(1, PythonPool.options().initializer(function("initialise"), 100))) {
      assertEquals(101L, pool.submit(Long.class, function("add"), 1).join());
    }
  }

  @Test
  void shouldFailAllTasksIfTheInitializerFails() {
    try (PythonPool pool = polyproc.pool(2, PythonPool.options().initializer(function("broken")))) {
      PythonException e =
          assertThrows(
              PythonException.class, () -> pool.map(Long.class, function("add"), List.of(1, 2, 3)));
      assertEquals("no model", e.message());
    }
  }

  @Test
  void shouldReplaceAWorkerAfterSoManyTasks() {
    try (PythonPool pool = polyproc.pool(1, PythonPool.options().maxTasksPerWorker(2))) {
      List<Long> pids = pool.map(Long.class, function("pid"), List.of(1, 2, 3, 4));
      assertEquals(2, new HashSet<>(pids).size());
      assertEquals(pids.get(0), pids.get(1));
    }
  }

  @Test
  void shouldTellHowFarItIs() {
    ConcurrentLinkedQueue<PythonPool.Progress> progress = new ConcurrentLinkedQueue<>();
    try (PythonPool pool = polyproc.pool(1, PythonPool.options().onProgress(progress::add))) {
      pool.map(Long.class, function("square"), List.of(1, 2));
      assertThrows(
          PythonException.class, () -> pool.map(Long.class, function("fail"), List.of("x")));
    }
    PythonPool.Progress last = List.copyOf(progress).getLast();
    assertEquals(new PythonPool.Progress(3, 1, 3), last);
    assertEquals(3, progress.size());
  }

  @Test
  void shouldFinishWhatWasSubmittedWhenClosed() {
    CompletableFuture<Double> last;
    try (PythonPool pool = polyproc.pool(1)) {
      last = pool.submit(Double.class, function("nap"), 0.3);
    }
    assertEquals(0.3, last.getNow(-1.0));
  }

  @Test
  void shouldTakeNoTaskOnceClosed() {
    PythonPool pool = polyproc.pool(1);
    pool.close();
    pool.close();
    assertThrows(IllegalStateException.class, () -> pool.submit(Long.class, function("square"), 1));
  }

  @Test
  void shouldBeRecorded(@TempDir java.nio.file.Path folder) throws Exception {
    java.nio.file.Path file = folder.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      recording.start();
      try (PythonPool pool = polyproc.pool(1)) {
        pool.submit(Long.class, function("square"), 1).join();
        assertThrows(
            CompletionException.class, () -> pool.submit(Void.class, function("die"), 3).join());
      }
      PythonQueue queue = polyproc.queue();
      queue.put("value");
      assertEquals("value", queue.take(String.class));
      PythonLock lock = polyproc.lock();
      lock.lock();
      try {
        assertFalse(lock.tryLock(20, TimeUnit.MILLISECONDS));
      } finally {
        lock.unlock();
      }
      recording.stop();
      recording.dump(file);
    }
    RecordedEvent start =
        RecordingFile.readAllEvents(file).stream()
            .filter(event -> event.getEventType().getName().equals("io.polyproc.ProcessStart"))
            .findFirst()
            .orElseThrow();
    assertTrue(start.getDuration("writing").isPositive(), start::toString);
    assertTrue(
        start.getDuration().compareTo(start.getDuration("assignment")) >= 0, start::toString);
    Set<String> names =
        RecordingFile.readAllEvents(file).stream()
            .map(RecordedEvent::getEventType)
            .map(type -> type.getName())
            .filter(name -> name.startsWith("io.polyproc."))
            .collect(Collectors.toSet());
    assertEquals(
        Set.of(
            "io.polyproc.LockWait",
            "io.polyproc.ProcessStart",
            "io.polyproc.QueueGet",
            "io.polyproc.QueuePut",
            "io.polyproc.ProcessExit",
            "io.polyproc.TaskStart",
            "io.polyproc.TaskEnd",
            "io.polyproc.WorkerLost"),
        names);
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).isPresent();
  }

  private static void awaitEnd(long pid) throws InterruptedException {
    for (int i = 0; i < 100 && isAlive(pid); i++) {
      Thread.sleep(50);
    }
    assertFalse(isAlive(pid));
  }
}
