package io.polyproc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.pool.PoolTask;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What Java developers expect of an API: types, arguments, interfaces, exceptions. */
@Timeout(900) // a worker takes minutes to boot on a machine that is busy enough
@NullUnmarked // a null fails the test anyhow
final class JavaApiIT {
  @TempDir private static Path folder;
  private static Polyproc polyproc;
  private static PythonPool pool;

  /** A record that Python's dicts become. */
  record Doc(String title, int pages) {}

  @BeforeAll
  static void start() throws Exception {
    Files.writeString(
        folder.resolve("shelf.py"),
        """
        import java

        def docs(count):
            return [{"title": f"t{i}", "pages": i} for i in range(count)]

        def by_title(title, *, pages=1):
            return {title: {"title": title, "pages": pages}}

        def join(*words, sep="-"):
            return sep.join(words)

        def apply(f, x):
            return f(x)

        def half(x):
            return x / 2

        def price():
            return java.type("java.math.BigDecimal")("9.90")

        def made_by_java():
            numbers = java.type("java.util.ArrayList")()
            numbers.add(java.type("java.time.LocalDate").of(2026, 11, 29))
            return {"dates": numbers, "price": price()}

        def parse(text):
            return java.type("java.lang.Integer").parseInt(text)

        def nested_failure():
            java.type("io.polyproc.JavaApiIT$Failing").fail()

        answer = 42
        """);
    polyproc = Polyproc.builder().standby(1).pythonPath(folder).build();
    pool = polyproc.pool(1);
  }

  @AfterAll
  static void close() {
    polyproc.close();
  }

  private static PythonFunction shelf(String name) {
    return PythonFunction.of("shelf", name);
  }

  @Test
  void shouldConvertToTypesWithArguments() throws Exception {
    List<Doc> expected = List.of(new Doc("t0", 0), new Doc("t1", 1));
    assertEquals(expected, pool.submit(new TypeReference<List<Doc>>() {}, shelf("docs"), 2).join());
    assertEquals(
        List.of(List.of(), expected),
        pool.map(new TypeReference<List<Doc>>() {}, shelf("docs"), List.of(0, 2)));
    try (Stream<List<Doc>> docs =
        pool.stream(new TypeReference<List<Doc>>() {}, shelf("docs"), List.of(2))) {
      assertEquals(List.of(expected), docs.toList());
    }
    PythonQueue queue = polyproc.queue();
    queue.put(Map.of("a", List.of(1, 2)));
    assertEquals(
        Map.of("a", List.of(1, 2)), queue.take(new TypeReference<Map<String, List<Integer>>>() {}));
    CompletionException e =
        assertThrows(
            CompletionException.class,
            () -> pool.submit(new TypeReference<List<String>>() {}, shelf("docs"), 1).join());
    assertInstanceOf(UnconvertibleValueException.class, e.getCause());
    assertEquals("result[0]", ((UnconvertibleValueException) e.getCause()).element());
  }

  @Test
  void shouldPassKeywordArguments() {
    PythonFunction join = shelf("join").keyword("sep", "+");
    assertEquals("a+b", pool.submit(String.class, join, "a", "b").join());
    assertEquals("a, b", pool.submit(String.class, join.keyword("sep", ", "), "a", "b").join());
    assertEquals("a-b", pool.submit(String.class, shelf("join"), "a", "b").join());
    assertEquals(
        Map.of("x", new Doc("x", 7)),
        pool.submit(
                new TypeReference<Map<String, Doc>>() {},
                shelf("by_title").bind("x").keyword("pages", 7))
            .join());
  }

  @Test
  void shouldBindArguments() {
    PythonFunction greet = shelf("join").bind("hello", "dear");
    assertEquals("hello-dear-world", pool.submit(String.class, greet, "world").join());
    assertEquals(List.of("hello-dear-a"), pool.map(String.class, greet, List.of("a")));
    assertEquals(
        "a-b", pool.submit(String.class, shelf("apply"), shelf("join").bind("a"), "b").join());
    assertEquals(shelf("join").bind("a"), shelf("join").bind("a"));
  }

  @Test
  void shouldBindArgumentsOfProcessesAndInitializers() throws Exception {
    PythonQueue queue = polyproc.queue();
    PythonFunction put =
        PythonFunction.ofSource("def put(q, x, *, times=1): q.put(x * times)", "put");
    polyproc.process(put.bind(queue).keyword("times", 2), "ab").start().join();
    assertEquals("abab", queue.take(String.class));
    try (PythonPool initialized =
        polyproc.pool(1, PythonPool.options().initializer(put.bind(queue), "ready"))) {
      assertEquals(
          2L, initialized.submit(Long.class, PythonFunction.of("builtins", "int"), 2).join());
    }
    assertEquals("ready", queue.take(String.class));
  }

  @Test
  void shouldMapOverSeveralArguments() {
    PythonFunction pow = PythonFunction.of("builtins", "pow");
    assertEquals(
        List.of(32L, 9L), pool.starmap(Long.class, pow, List.of(List.of(2, 5), List.of(3, 2))));
  }

  @Test
  void shouldTakeSourceThatIsIndented() {
    PythonFunction twice =
        PythonFunction.ofSource("\n    def twice(x):\n      return 2 * x\n", "twice");
    assertEquals(6L, pool.submit(Long.class, twice, 3).join());
  }

  @Test
  void shouldRunResources() {
    PythonFunction greet = PythonFunction.ofResource(JavaApiIT.class, "resource.py", "greet");
    assertEquals("Grüße, Ada", pool.submit(String.class, greet, "Ada").join());
    PythonFunction fail = PythonFunction.ofResource(JavaApiIT.class, "resource.py", "fail");
    PythonException e =
        assertThrows(PythonException.class, () -> PoolTask.result(pool.submit(Object.class, fail)));
    assertTrue(
        e.remoteTraceback()
            .contains(
                """
                  File "io/polyproc/resource.py", line 6, in fail
                    raise ValueError("no greeting")
                """),
        e::remoteTraceback);
  }

  @Test
  void shouldPassBuffersThroughSharedMemory() {
    PythonFunction describe =
        PythonFunction.ofSource(
            """
            def describe(view):
                total = sum(view)
                view[0] = 0  # the worker's own
                return type(view).__name__, view.format, view.nbytes, total
            """,
            "describe");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 1, (byte) 2);
      assertEquals(
          PythonTuple.of("memoryview", "B", 2L, 3L),
          pool.submit(Object.class, describe, segment).join());
      assertEquals(1, segment.get(ValueLayout.JAVA_BYTE, 0));
    }
    ByteBuffer direct = ByteBuffer.allocateDirect(64); // big-endian, as every new one
    direct.asDoubleBuffer().put(0, 0.5).put(1, 1.5);
    assertEquals(
        PythonTuple.of("memoryview", "d", 64L, 2.0),
        pool.submit(Object.class, describe, direct.asDoubleBuffer()).join());
    assertEquals(
        PythonTuple.of("memoryview", "i", 8L, 12L),
        pool.submit(Object.class, describe, IntBuffer.wrap(new int[] {1, 5, 7}, 1, 2)).join());
    assertEquals(
        PythonTuple.of("memoryview", "B", 3L, 0L),
        pool.submit(Object.class, describe, direct.slice(61, 3)).join());
    PythonFunction length = PythonFunction.of("builtins", "len");
    assertEquals(0, pool.submit(Integer.class, length, ByteBuffer.allocateDirect(0)).join());
    int large = 64 << 20;
    assertEquals(
        large, pool.submit(Integer.class, length, ByteBuffer.allocateDirect(large)).join());
  }

  @Test
  void shouldAwaitCoroutines() {
    PythonFunction slowly =
        PythonFunction.ofSource(
            """
            import asyncio

            async def twice(x):
                await asyncio.sleep(0.01)
                return 2 * x
            """,
            "twice");
    assertEquals(List.of(2, 4), pool.map(Integer.class, slowly, List.of(1, 2)));
  }

  @Test
  void shouldSayWhatItIs() throws Exception {
    assertEquals("SharedArray[3 of type d]", polyproc.array('d', 3).toString());
    assertEquals("SharedValue[7 of type i]", polyproc.value('i', 7).toString());
    assertEquals("PythonSemaphore[2 permits free]", polyproc.semaphore(2).toString());
    PythonLock lock = polyproc.lock();
    lock.lock();
    try {
      assertEquals("PythonLock[Lock, taken]", lock.toString());
    } finally {
      lock.unlock();
    }
    assertEquals("PythonLock[Lock, free]", lock.toString());
    PythonEvent event = polyproc.event();
    event.set();
    assertEquals("PythonEvent[set]", event.toString());
    assertEquals("PythonBarrier[2 parties]", polyproc.barrier(2).toString());
    PythonQueue queue = polyproc.queue();
    queue.put(1);
    assertEquals("PythonQueue[about 1 values]", queue.toString());
    PythonPipe pipe = polyproc.pipe();
    pipe.there().close();
    assertEquals(
        "PythonPipe[here PythonConnection[reads and writes], there PythonConnection[closed]]",
        pipe.toString());
    pipe.close();
  }

  /** What {@code shelf.py} is in Java. */
  interface Shelf {
    List<Doc> docs(int count);

    CompletableFuture<Map<String, Doc>> byTitle(String title);

    double half(double x);

    int parse(String text);

    default int pages(int count) {
      return docs(count).stream().mapToInt(Doc::pages).sum();
    }
  }

  @Test
  void shouldImplementAnInterface() {
    Shelf shelf = pool.proxy(Shelf.class, "shelf");
    assertEquals(List.of(new Doc("t0", 0)), shelf.docs(1));
    assertEquals(Map.of("x", new Doc("x", 1)), shelf.byTitle("x").join());
    assertEquals(2.5, shelf.half(5));
    assertEquals(3, shelf.pages(3));
    assertThrows(NumberFormatException.class, () -> shelf.parse("seven"));
    assertEquals("Shelf[shelf]", shelf.toString());
    assertEquals(shelf, shelf);
  }

  /** What {@code shelf.py} is not. */
  interface NoShelf {
    void gone();

    int half(int x, int y);

    int answer();
  }

  @Test
  void shouldCheckAnInterfaceWhenItIsMade() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> pool.proxy(NoShelf.class, "shelf"));
    assertTrue(e.getMessage().contains("gone: there is no such function"), e::getMessage);
    assertTrue(e.getMessage().contains("half() can't be called with 2 arguments"), e::getMessage);
    assertTrue(e.getMessage().contains("answer is not a function"), e::getMessage);
    assertThrows(IllegalArgumentException.class, () -> pool.proxy(String.class, "shelf"));
    assertThrows(PythonException.class, () -> pool.proxy(NoShelf.class, "no_such_module"));
  }

  @Test
  void shouldGiveBackWhatJavaMadeInAWorker() {
    assertEquals(new BigDecimal("9.90"), pool.submit(BigDecimal.class, shelf("price")).join());
    assertEquals(
        Map.of("dates", List.of(LocalDate.of(2026, 11, 29)), "price", new BigDecimal("9.90")),
        pool.submit(Object.class, shelf("made_by_java")).join());
  }

  /** On the class path of the workers. */
  public static final class Failing {
    private Failing() {}

    /** Fails with a cause. */
    public static void fail() {
      throw new IllegalStateException("out of stock", new java.io.IOException("no connection"));
    }
  }

  @Test
  void shouldThrowWhatJavaThrewInAWorker() {
    IllegalStateException e =
        assertThrows(
            IllegalStateException.class,
            () -> PoolTask.result(pool.submit(Object.class, shelf("nested_failure"))));
    assertEquals("out of stock", e.getMessage());
    assertInstanceOf(java.io.IOException.class, e.getCause());
    assertEquals("no connection", e.getCause().getMessage());
    assertEquals("fail", e.getStackTrace()[0].getMethodName());
  }

  @Test
  void shouldShowWhereItsCallerWaited() {
    Shelf shelf = pool.proxy(Shelf.class, "shelf");
    NumberFormatException java =
        assertThrows(NumberFormatException.class, () -> shelf.parse("seven"));
    assertTrue(isParsing(java.getStackTrace()[0]), () -> java.getStackTrace()[0].toString());
    assertShowsThisTest(java);
    assertShowsThisTest(
        assertThrows(
            PythonException.class,
            () -> pool.map(Object.class, PythonFunction.of("math", "sqrt"), List.of(-1))));
    assertShowsThisTest(
        assertThrows(
            PythonException.class,
            () ->
                pool.generate(Object.class, PythonFunction.of("math", "sqrt"), -1)
                    .forEach(_ -> {})));
  }

  private static boolean isParsing(StackTraceElement frame) {
    return frame.getClassName().equals(NumberFormatException.class.getName())
        || frame.getMethodName().equals("parseInt");
  }

  private static void assertShowsThisTest(Throwable failure) {
    assertTrue(
        Stream.of(failure.getStackTrace())
            .anyMatch(frame -> frame.getMethodName().contains("shouldShowWhereItsCallerWaited")),
        () -> List.of(failure.getStackTrace()).toString());
  }

  /** What Python may call. */
  interface Store {
    BigDecimal priceOf(String article);

    Doc longer(Doc doc, int pages);

    List<String> fail(String text);
  }

  /** A bean of the program. */
  private record Shop(Thread maker) implements Store {
    @Override
    public BigDecimal priceOf(String article) {
      return BigDecimal.valueOf(article.length());
    }

    @Override
    public Doc longer(Doc doc, int pages) {
      return new Doc(doc.title(), doc.pages() + pages);
    }

    @Override
    public List<String> fail(String text) {
      throw new IllegalArgumentException(text);
    }
  }

  private static PythonFunction caller(String expression) {
    return PythonFunction.ofSource("def call(store): return " + expression, "call");
  }

  @Test
  void shouldCallJavaObjectsOfTheProgram() {
    JavaCallback<Store> store = polyproc.callback(Store.class, new Shop(Thread.currentThread()));
    assertEquals(
        new BigDecimal("7"),
        pool.submit(
                BigDecimal.class, caller("store.price_of('tea') + store.priceOf('milk')"), store)
            .join());
    assertEquals(
        new Doc("a", 7),
        pool.submit(Doc.class, caller("store.longer({'title': 'a', 'pages': 3}, 4)"), store)
            .join());
    assertRaises("ValueError", "no good", caller("store.fail('no good')"), store);
    assertRaises(
        "TypeError", "Store has no fail() of 2 arguments", caller("store.fail(1, 2)"), store);
    assertRaises("AttributeError", "'Store' has no method 'gone'", caller("store.gone()"), store);
    store.close();
    assertRaises(
        "RuntimeError",
        "java.lang.IllegalStateException: this callback was closed by the Java program",
        caller("store.price_of('tea')"),
        store);
  }

  private static void assertRaises(
      String type, String message, PythonFunction function, Object argument) {
    PythonException e =
        assertThrows(
            PythonException.class,
            () -> PoolTask.result(pool.submit(Object.class, function, argument)));
    assertEquals(type, e.typeName());
    assertEquals(message, e.message());
  }

  @Test
  @SuppressWarnings("rawtypes") // as lambdas are
  void shouldCallLambdasFromManyProcesses() throws Exception {
    java.util.concurrent.atomic.LongAdder sum = new java.util.concurrent.atomic.LongAdder();
    JavaCallback<java.util.function.ToLongFunction> add =
        polyproc.callback(
            java.util.function.ToLongFunction.class,
            number -> {
              sum.add((Long) number);
              return sum.sum();
            });
    PythonFunction work =
        PythonFunction.ofSource(
            """
            import threading

            def work(f, number):
                others = [threading.Thread(target=f, args=(number,)) for _ in range(2)]
                for each in others:
                    each.start()
                for each in others:
                    each.join()
                return [f(number) for _ in range(3)][-1] > 0
            """,
            "work");
    try (PythonPool many = polyproc.pool(3)) {
      assertEquals(
          List.of(true, true, true, true),
          many.map(Boolean.class, work.bind(add), List.of(1, 2, 3, 4)));
    }
    assertEquals(50, sum.sum());
    polyproc.process(work.bind(add), 10).start().join();
    assertEquals(100, sum.sum());
  }

  @Test
  void shouldSayThatItIsClosed() {
    Polyproc closed = Polyproc.builder().standby(0).build();
    closed.close();
    for (org.junit.jupiter.api.function.Executable use :
        List.<org.junit.jupiter.api.function.Executable>of(
            closed::queue,
            closed::pipe,
            closed::lock,
            closed::reentrantLock,
            () -> closed.semaphore(1),
            closed::event,
            () -> closed.barrier(2),
            () -> closed.value('i', 0),
            () -> closed.array('d', 2),
            () -> closed.sharedMemory(16),
            closed::manager,
            closed::newContext,
            () -> closed.callback(Runnable.class, () -> {}),
            () -> closed.pool(1),
            () -> closed.process(shelf("docs")))) {
      IllegalStateException e = assertThrows(IllegalStateException.class, use);
      assertEquals("this Polyproc is closed", e.getMessage());
    }
    assertTrue(closed.toString().endsWith(", closed]"), closed::toString);
  }
}
