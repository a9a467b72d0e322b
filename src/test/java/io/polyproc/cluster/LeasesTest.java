package io.polyproc.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Locks that a node has in its memory: as right as those of the engine. */
final class LeasesTest {
  private static final String LOCK = "lock";

  /** An engine of one process, which counts what it executes. */
  private static final class MemoryEngine implements Engine {
    private final Map<String, Map<Long, byte[]>> objects = new HashMap<>();
    private int executed;

    @Override
    public synchronized byte[] exec(String object, byte[] command) {
      executed++;
      Map<Long, byte[]> stored = objects.computeIfAbsent(object, _ -> new HashMap<>());
      return ClusterObjects.apply(new MapCells(stored), command);
    }

    @Override
    public List<byte[]> execAll(String prefix, byte[] command) {
      return new ArrayList<>(objects.keySet()).stream().map(name -> exec(name, command)).toList();
    }

    @Override
    public synchronized void removeAll(String prefix) {
      objects.keySet().removeIf(name -> name.startsWith(prefix));
    }

    @Override
    public Set<String> members() {
      return Set.of();
    }

    @Override
    public void onLeft(Consumer<String> listener) {
      // nobody does
    }

    @Override
    public void onDataLost(Runnable listener) {
      // there is one copy
    }

    @Override
    public void close() {
      // nothing is open
    }
  }

  private final MemoryEngine engine = new MemoryEngine();
  private final Map<String, Leases> nodes = new ConcurrentHashMap<>();
  private final AtomicBoolean isConfirmed = new AtomicBoolean(true);

  private Leases node(String name) {
    return nodes.computeIfAbsent(
        name, _ -> new Leases(engine, name, isConfirmed::get, this::recall));
  }

  private void recall(String lessee, String object) throws IOException {
    Leases leases = nodes.get(lessee);
    if (leases == null) {
      throw new IOException("it is lost");
    }
    leases.giveBack(object);
  }

  private String exec(String node, Object... command) {
    Fields outcome = Fields.read(node(node).exec(LOCK, Fields.of(command)));
    return Fields.read(outcome.bytes(0)).text(0);
  }

  private String acquire(String node) {
    return exec(node, node + "#1.1/1", 1, "s.acquire", "", 1, 1, 0);
  }

  private String release(String node) {
    return exec(node, node + "#1.1/1", 2, "s.release", "", 1, 1);
  }

  private void use(String node, int times) {
    for (int i = 0; i < times; i++) {
      assertEquals(CommandResult.DONE, acquire(node));
      assertEquals(CommandResult.DONE, release(node));
    }
  }

  @Test
  void shouldNeedNoTransactionWhileOnlyOneNodeUsesALock() {
    use("leasing~1", 3);
    int before = engine.executed;
    use("leasing~1", 100);
    assertEquals(before, engine.executed);
  }

  @Test
  void shouldReturnALockThatAnotherNodeWants() {
    use("first~1", 5);
    assertEquals(CommandResult.DONE, acquire("second~1"));
    assertEquals(CommandResult.NOT_NOW, acquire("first~1"));
    assertEquals(CommandResult.DONE, release("second~1"));
    use("first~1", 5);
    assertEquals(CommandResult.DONE, acquire("first~1"));
    assertEquals(CommandResult.NOT_NOW, acquire("second~1"));
  }

  @Test
  void shouldAskTheEngineWhereOthersMayHaveGivenTheNodeUp() {
    use("unsure~1", 5);
    isConfirmed.set(false);
    int before = engine.executed;
    use("unsure~1", 1);
    assertTrue(engine.executed > before);
  }

  @Test
  void shouldPassOnWhatALostNodeHadInItsMemory() {
    use("ending~1", 5);
    assertEquals(CommandResult.DONE, acquire("ending~1"));
    nodes.remove("ending~1");
    engine.execAll("", Fields.of("agent#0/0", 0, ClusterObjects.LOST, "ending~1#"));
    assertEquals(CommandResult.DONE, acquire("heir~1"));
    assertEquals(CommandResult.FENCED, acquire("ending~1"));
  }

  @Test
  void shouldPassOnWhatALostProcessOfTheNodeHeld() {
    use("living~1", 5);
    assertEquals(CommandResult.DONE, acquire("living~1"));
    assertEquals(
        CommandResult.DONE, exec("living~1", "agent#0/0", 0, ClusterObjects.LOST, "living~1#1.1/"));
    Fields outcome =
        Fields.read(
            node("other~1").exec(LOCK, Fields.of("other~1#1.1/1", 1, "s.acquire", "", 1, 1, 0)));
    assertEquals("living~1#1.1", Fields.read(outcome.bytes(0)).text(1));
  }

  @Test
  void shouldReturnAllBeforeANodeLeaves() {
    use("leaving~1", 5);
    assertEquals(CommandResult.DONE, acquire("leaving~1"));
    node("leaving~1").giveBackAll();
    nodes.remove("leaving~1");
    assertEquals(CommandResult.NOT_NOW, acquire("staying~1"));
    engine.execAll("", Fields.of("agent#0/0", 0, ClusterObjects.LOST, "leaving~1#"));
    assertEquals(CommandResult.DONE, acquire("staying~1"));
  }

  @Test
  void shouldForgetWhatAProgramHadThatHasEnded() {
    use("tidy~1", 5);
    engine.removeAll(LOCK);
    node("tidy~1").forget(LOCK);
    use("tidy~1", 1);
  }

  @Test
  void shouldNeverLetTwoNodesHaveALock() throws Exception {
    AtomicInteger holders = new AtomicInteger();
    AtomicInteger count = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      List<Future<?>> ends = new ArrayList<>();
      for (String name : List.of("x~1", "y~1", "z~1")) {
        ends.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 3_000; i++) {
                    // Long runs of one node, so that it leases, and others that come in between.
                    if (acquire(name).equals(CommandResult.DONE)) {
                      assertEquals(1, holders.incrementAndGet());
                      int _ = count.incrementAndGet();
                      int _ = holders.decrementAndGet();
                      assertEquals(CommandResult.DONE, release(name));
                    }
                  }
                }));
      }
      for (Future<?> end : ends) {
        Object _ = end.get();
      }
    }
    assertTrue(count.get() > 0);
  }
}
