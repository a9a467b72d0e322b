package io.polyproc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Python's generators as Java's streams and publishers. */
@Timeout(900) // a worker takes minutes to boot on a machine that is busy enough
@NullUnmarked // a null fails the test anyhow
final class GeneratorIT {
  private static final String SOURCE =
      """
      import asyncio, os, time

      def count(limit):
          for i in range(limit):
              yield {"title": f"t{i}", "pages": i}

      def watched(told):
          try:
              i = 0
              while True:
                  told.put(i)
                  yield i
                  i += 1
          finally:
              told.put("closed")

      def stuck(told):
          told.put("stuck")
          time.sleep(1000)
          yield 1

      def fails():
          yield 1
          raise ValueError("no more")

      def dies():
          yield 1
          os._exit(3)

      def unsendable():
          yield lambda: None

      def nones():
          yield None

      async def ticks(limit):
          try:
              for i in range(limit):
                  await asyncio.sleep(0.001)
                  yield i
          finally:
              await asyncio.sleep(0)

      def pid():
          return os.getpid()
      """;
  private static final Duration LONG = Duration.ofMinutes(5);

  private static Polyproc polyproc;
  private static PythonPool pool;

  record Doc(String title, int pages) {}

  @BeforeAll
  static void start() {
    polyproc = Polyproc.builder().standby(1).build();
    pool = polyproc.pool(1, PythonPool.options().taskTimeout(Duration.ofMinutes(10)));
  }

  @AfterAll
  static void close() {
    polyproc.close();
  }

  private static PythonFunction function(String name) {
    return PythonFunction.ofSource(SOURCE, name);
  }

  private static int pid() {
    return pool.submit(Integer.class, function("pid")).join();
  }

  @Test
  void shouldStreamElements() {
    try (Stream<Doc> docs = pool.generate(Doc.class, function("count"), 3)) {
      assertEquals(List.of(new Doc("t0", 0), new Doc("t1", 1), new Doc("t2", 2)), docs.toList());
    }
    assertEquals(0, pool.generate(Doc.class, function("count"), 0).count());
    assertEquals(
        List.of(1, 2),
        pool.generate(Integer.class, PythonFunction.of("builtins", "list"), List.of(1, 2))
            .toList());
  }

  @Test
  void shouldComputeWhatIsAskedForOnly() throws Exception {
    PythonQueue told = polyproc.queue();
    int worker = pid();
    try (Stream<Integer> numbers = pool.generate(Integer.class, function("watched"), told)) {
      Iterator<Integer> iterator = numbers.iterator();
      assertTrue(told.poll(Object.class, Duration.ofMillis(100)).isEmpty());
      for (int i = 0; i < 3; i++) {
        assertEquals(i, iterator.next());
        assertEquals((long) i, told.poll(Object.class, LONG).orElseThrow());
      }
      assertTrue(told.poll(Object.class, Duration.ofMillis(100)).isEmpty());
    }
    assertEquals("closed", told.poll(Object.class, LONG).orElseThrow());
    assertEquals(worker, pid());
  }

  @Test
  void shouldStopAGeneratorThatComputes() throws Exception {
    PythonQueue told = polyproc.queue();
    Stream<Integer> numbers = pool.generate(Integer.class, function("stuck"), told);
    CompletableFuture<IllegalStateException> reader =
        CompletableFuture.supplyAsync(
            () -> assertThrows(IllegalStateException.class, () -> numbers.forEach(_ -> {})));
    assertEquals("stuck", told.poll(Object.class, LONG).orElseThrow());
    numbers.close();
    assertEquals("this generator is closed", reader.join().getMessage());
    assertTrue(pid() > 0);
  }

  @Test
  void shouldThrowWhatAGeneratorRaises() {
    Stream<Integer> numbers = pool.generate(Integer.class, function("fails"));
    PythonException e = assertThrows(PythonException.class, numbers::toList);
    assertEquals("no more", e.message());
    assertTrue(e.remoteTraceback().contains("in fails"), e::remoteTraceback);
    WorkerLostException lost =
        assertThrows(
            WorkerLostException.class,
            () -> pool.generate(Integer.class, function("dies")).toList());
    assertEquals(3, lost.exitStatus());
    assertThrows(
        PythonException.class, () -> pool.generate(Object.class, function("unsendable")).toList());
    e =
        assertThrows(
            PythonException.class, () -> pool.generate(Object.class, function("pid")).toList());
    assertEquals("pid() yields nothing: it returns an object of type int", e.message());
    UnconvertibleValueException unfit =
        assertThrows(
            UnconvertibleValueException.class,
            () -> pool.generate(Doc.class, PythonFunction.of("builtins", "list"), "a").toList());
    assertEquals("element[0]", unfit.element());
    assertTrue(pid() > 0);
  }

  @Test
  void shouldStreamAsynchronousGenerators() {
    assertEquals(List.of(0, 1, 2), pool.generate(Integer.class, function("ticks"), 3).toList());
    try (Stream<Integer> ticks = pool.generate(Integer.class, function("ticks"), 1000)) {
      assertEquals(List.of(0, 1), ticks.limit(2).toList());
    }
    assertTrue(pid() > 0);
  }

  /** Keeps what it is told. */
  private static final class Subscriber implements Flow.Subscriber<Object> {
    final BlockingQueue<Object> told = new LinkedBlockingQueue<>();
    volatile Flow.Subscription subscription;

    @Override
    public void onSubscribe(Flow.Subscription made) {
      subscription = made;
      told.add("subscribed");
    }

    @Override
    public void onNext(Object element) {
      told.add(element);
    }

    @Override
    public void onError(Throwable failure) {
      told.add(failure);
    }

    @Override
    public void onComplete() {
      told.add("complete");
    }

    Object next() throws InterruptedException {
      return told.poll(5, TimeUnit.MINUTES);
    }

    Subscriber to(Flow.Publisher<?> publisher) throws InterruptedException {
      publisher.subscribe(this);
      assertEquals("subscribed", next());
      return this;
    }
  }

  @Test
  void shouldPublishAsMuchAsIsRequested() throws Exception {
    PythonQueue queue = polyproc.queue();
    Subscriber subscriber =
        new Subscriber().to(pool.publish(Integer.class, function("watched"), queue));
    subscriber.subscription.request(2);
    assertEquals(0, subscriber.next());
    assertEquals(1, subscriber.next());
    assertFalse(subscriber.told.poll(100, TimeUnit.MILLISECONDS) instanceof Integer);
    assertEquals(2, queue.size());
    subscriber.subscription.request(1);
    assertEquals(2, subscriber.next());
    subscriber.subscription.cancel();
    for (Object expected : List.of(0L, 1L, 2L, "closed")) {
      assertEquals(expected, queue.poll(Object.class, LONG).orElseThrow());
    }
    assertTrue(subscriber.told.isEmpty());
  }

  @Test
  void shouldTellSubscribersOfTheEnd() throws Exception {
    Subscriber all = new Subscriber().to(pool.publish(Integer.class, function("ticks"), 200));
    all.subscription.request(Long.MAX_VALUE);
    for (int i = 0; i < 200; i++) {
      assertEquals(i, all.next());
    }
    assertEquals("complete", all.next());

    Subscriber failing = new Subscriber().to(pool.publish(Integer.class, function("fails")));
    failing.subscription.request(5);
    assertEquals(1, failing.next());
    assertInstanceOf(PythonException.class, failing.next());

    Subscriber nothing = new Subscriber().to(pool.publish(Object.class, function("nones")));
    nothing.subscription.request(1);
    assertInstanceOf(NullPointerException.class, nothing.next());

    Subscriber wrong = new Subscriber().to(pool.publish(Integer.class, function("fails")));
    wrong.subscription.request(0);
    assertInstanceOf(IllegalArgumentException.class, wrong.next());
  }

  /** A part of {@code builtins}. */
  interface Builtins {
    Stream<Integer> range(int end);

    Flow.Publisher<String> list(String text);
  }

  @Test
  void shouldBeMethodsOfInterfaces() throws Exception {
    Builtins builtins = pool.proxy(Builtins.class, "builtins");
    assertEquals(List.of(0, 1), builtins.range(2).toList());
    Subscriber subscriber = new Subscriber().to(builtins.list("ab"));
    subscriber.subscription.request(9);
    assertEquals(
        List.of("a", "b", "complete"),
        List.of(subscriber.next(), subscriber.next(), subscriber.next()));
  }

  @Test
  void shouldEndWithThePool() {
    PythonPool other = polyproc.pool(1);
    Stream<Integer> numbers = other.generate(Integer.class, function("watched"), polyproc.queue());
    Iterator<Integer> iterator = numbers.iterator();
    assertEquals(0, iterator.next());
    other.close(); // returns, although the generator could go on for ever
    assertThrows(IllegalStateException.class, iterator::next);
    assertThrows(
        IllegalStateException.class, () -> other.generate(Integer.class, function("count"), 1));
  }
}
