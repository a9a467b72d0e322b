package io.polyproc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Contexts of this JVM in which {@code multiprocessing} works. */
@Timeout(900) // a worker takes minutes to boot on a machine that is busy enough
@NullUnmarked // a null fails the test anyhow
final class ContextIT {
  private static final List<String> LINES = new CopyOnWriteArrayList<>();
  private static Polyproc polyproc;

  @BeforeAll
  static void start() {
    polyproc = Polyproc.builder().standby(0).output(LINES::add).build();
  }

  @AfterAll
  static void close() {
    polyproc.close();
  }

  @Test
  void shouldStartProcesses() throws Exception {
    try (Context context = polyproc.newContext()) {
      PythonQueue queue = polyproc.queue();
      context.getBindings("python").putMember("queue", polyproc.toPython(context, queue));
      Value exitCode =
          context.eval(
              "python",
              """
              import multiprocessing

              def work(queue, x):
                  print("in a process", flush=True)
                  queue.put({"twice": 2 * x})

              process = multiprocessing.Process(target=work, args=(queue, 21))
              process.start()
              process.join()
              process.exitcode
              """);
      assertEquals(0, exitCode.asInt());
      assertEquals(java.util.Map.of("twice", 42L), queue.take(Object.class));
      assertEquals(
          List.of(1L, 2L),
          polyproc.fromPython(
              List.class, context.eval("python", "multiprocessing.Pool(2).map(abs, [-1, -2])")));
      PythonQueue pythons =
          Objects.requireNonNull(
              polyproc.fromPython(
                  PythonQueue.class, context.eval("python", "multiprocessing.Queue()")));
      pythons.put(1);
      assertEquals(1L, pythons.take(Long.class));
    }
    for (int i = 0; i < 100 && LINES.isEmpty(); i++) {
      Thread.sleep(20);
    }
    assertEquals(List.of("in a process"), LINES);
  }

  @Test
  void shouldBeSeveralUsedByThreads() {
    try (Context one = polyproc.newContext();
        Context other = polyproc.newContext()) {
      List<CompletableFuture<Integer>> results =
          List.of(
              startsAProcess(one, "first"),
              startsAProcess(other, "second"),
              startsAProcess(one, "third"));
      assertEquals(List.of(0, 0, 0), results.stream().map(CompletableFuture::join).toList());
    }
  }

  /** Names of its own: two threads of a context share its globals. */
  private static CompletableFuture<Integer> startsAProcess(Context context, String name) {
    String program =
        """
        def %1$s():
            import multiprocessing
            process = multiprocessing.Process(target=abs, args=(-1,))
            process.start()
            process.join()
            return process.exitcode
        %1$s()
        """
            .formatted(name);
    return CompletableFuture.supplyAsync(() -> context.eval("python", program).asInt());
  }

  @Test
  void shouldRefuseABackendWhoseDescriptorsAreNotReal() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                polyproc.newContext(
                    builder -> builder.option("python.PosixModuleBackend", "java")));
    assertTrue(e.getMessage().contains("python.PosixModuleBackend=native"), e.getMessage());
  }

  @Test
  void shouldNotEndTheJavaProgram() {
    try (Context context = polyproc.newContext()) {
      assertInstanceOf(
          RuntimeException.class,
          assertThrows(
              RuntimeException.class, () -> context.eval("python", "import sys; sys.exit(3)")));
    }
  }

  @Test
  void shouldHaveTheStartMethodThatWasChosen() {
    try (Polyproc spawning = Polyproc.builder().standby(0).startMethod("spawn").build();
        Context context = spawning.newContext()) {
      assertEquals(
          "spawn",
          context
              .eval("python", "import multiprocessing; multiprocessing.get_start_method()")
              .asString());
    }
  }
}
