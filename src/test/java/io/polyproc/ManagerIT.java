package io.polyproc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(900) // a worker takes minutes to boot on a machine that is busy enough
@NullUnmarked // a null fails the test anyhow
final class ManagerIT {
  private static final String SOURCE =
      """
      import multiprocessing as mp

      kept = []

      def fill(mapping, numbers):
          mapping["python"] = len(numbers)
          numbers.append("from Python")
          return type(mapping).__name__, type(numbers).__name__, mapping["java"]

      def make():
          manager = mp.Manager()
          kept.append(manager)
          return manager.dict(x=1)
      """;

  private static Polyproc polyproc;
  private static PythonManager manager;

  @BeforeAll
  static void start() {
    polyproc = Polyproc.builder().standby(0).build();
    manager = polyproc.manager();
  }

  @AfterAll
  static void close() {
    manager.close();
    polyproc.close();
  }

  private static PythonFunction function(String name) {
    return PythonFunction.ofSource(SOURCE, name);
  }

  @Test
  void shouldShareWithPython() {
    Map<Object, @Nullable Object> map = manager.dict();
    List<@Nullable Object> list = manager.list();
    map.put("java", 17);
    list.add(1);
    try (PythonPool pool = polyproc.pool(1)) {
      assertEquals(
          PythonTuple.of("DictProxy", "ListProxy", 17L),
          pool.submit(PythonTuple.class, function("fill"), map, list).join());
      assertEquals(Map.of("java", 17L, "python", 1L), map);
      assertEquals(List.of(1L, "from Python"), list);
      Map<?, ?> pythons = pool.submit(Map.class, function("make")).join();
      assertEquals(Map.of("x", 1L), pythons);
    }
  }

  @Test
  void shouldBeAMap() {
    Map<Object, @Nullable Object> map = manager.dict();
    assertNull(map.put("a", 1));
    assertEquals(1L, map.put("a", List.of(2)));
    map.putAll(Map.of("b", 3, PythonTuple.of(1, 2), "tuple"));
    assertEquals(3, map.size());
    assertEquals(List.of(2L), map.get("a"));
    assertEquals("tuple", map.get(PythonTuple.of(1, 2)));
    assertTrue(map.containsKey("b"));
    assertNull(map.get("none"));
    assertEquals(3L, map.remove("b"));
    map.entrySet().removeIf(entry -> "a".equals(entry.getKey()));
    map.entrySet().forEach(entry -> entry.setValue("changed"));
    assertEquals(Map.of(PythonTuple.of(1L, 2L), "changed"), map);
    map.clear();
    assertTrue(map.isEmpty());
  }

  @Test
  void shouldBeAList() {
    List<@Nullable Object> list = manager.list();
    list.addAll(List.of("a", "b", "c"));
    list.add(1, "inserted");
    assertEquals("c", list.set(3, "d"));
    assertEquals(List.of("a", "inserted", "b", "d"), new ArrayList<>(list));
    assertEquals("inserted", list.remove(1));
    assertTrue(list.contains("d"));
    assertThrows(IndexOutOfBoundsException.class, () -> list.get(3));
    assertThrows(IndexOutOfBoundsException.class, () -> list.get(-1));
    list.subList(0, 2).clear();
    assertEquals(List.of("d"), list);
    list.clear();
    assertTrue(list.isEmpty());
  }

  @Test
  void shouldCallMethodsOfOtherObjects() {
    PythonProxy queue = manager.create("Queue");
    queue.call(Void.class, "put", "x");
    assertEquals(1L, queue.call(Long.class, "qsize"));
    assertEquals("x", queue.call(String.class, "get"));
    PythonException e =
        assertThrows(PythonException.class, () -> queue.call(Object.class, "get", false));
    assertTrue(e.typeName().endsWith("Empty"), e.typeName());
    PythonException unknown = assertThrows(PythonException.class, () -> manager.create("nothing"));
    assertTrue(unknown.remoteTraceback().contains("KeyError"), unknown.remoteTraceback());
  }

  @Test
  void shouldLeaveNothingWhenTheRuntimeIsClosed() {
    Path folder;
    try (Polyproc other = Polyproc.builder().standby(0).build()) {
      PythonManager left = other.manager();
      left.dict().put("a", 1);
      folder = ((UnixDomainSocketAddress) left.address()).getPath().getParent();
      assertTrue(Files.isDirectory(folder));
    }
    assertFalse(Files.exists(folder));
  }

  @Test
  void shouldBeConnectedTo() {
    try (PythonManager other = PythonManager.connect(manager.address(), manager.authkey())) {
      Map<Object, @Nullable Object> map = other.dict();
      map.put("a", 1);
      assertEquals(1L, Objects.requireNonNull(map.get("a")));
    }
    assertFalse(manager.dict().containsKey("a"));
  }

  @Test
  void shouldRefuseAnotherKey() {
    UncheckedIOException e =
        assertThrows(
            UncheckedIOException.class,
            () -> PythonManager.connect(manager.address(), new byte[] {1}));
    assertEquals("the manager refuses the authentication key", e.getMessage());
  }
}
