package io.polyproc.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.observation.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The timeline of this JVM. */
@NullUnmarked // what is not there fails the test
final class TraceTest {
  private static final long MILLISECOND = 1_000_000;
  private static final int MANY = 10_000;

  @TempDir Path folder;

  @AfterEach
  void forget() {
    Trace.afterFork();
  }

  private Trace begin(long maxBytes) {
    Trace.begin(folder.resolve("t.json"), "this \"test\"", maxBytes);
    Trace trace = Trace.current();
    assertNotNull(trace);
    return trace;
  }

  private List<Map<?, ?>> events(String name) throws Exception {
    Trace.flush();
    List<?> all = (List<?>) Json.parse(Files.readString(folder.resolve("t.json")));
    return all.stream()
        .<Map<?, ?>>map(event -> (Map<?, ?>) event)
        .filter(event -> name.equals(event.get("name")))
        .toList();
  }

  @Test
  void shouldTellOfShortTasksTogetherAndOfLongOnesAlone() throws Exception {
    Trace trace = begin(Trace.MAX_BYTES);
    long now = Trace.now();
    long first = now - 100 * MILLISECOND;
    long[] begun = {
      first, first + 10_000, first + 20_000, first + 30_000, first + 50 * MILLISECOND, 0
    };

    trace.tasks("work", begun, 5, 17);

    Map<?, ?> group = events("work × n").getFirst();
    assertEquals(1, events("work × n").size());
    assertEquals(Map.of("n", 3L), group.get("args"));
    assertEquals(30.0, ((Number) group.get("dur")).doubleValue(), 0.001);
    assertEquals(true, group.get("flow_in"));
    assertFalse(group.containsKey("flow_out"));
    List<Map<?, ?>> alone = events("work");
    assertEquals(2, alone.size());
    assertEquals("0x11", alone.getLast().get("bind_id"));
    assertEquals(true, alone.getLast().get("flow_out"));
    assertFalse(alone.getFirst().containsKey("bind_id"));
  }

  @Test
  void shouldTellOfManyMessagesOnlySome() throws Exception {
    Trace trace = begin(Trace.MAX_BYTES);
    int told = 0;
    for (int i = 0; i < MANY; i++) {
      long flow = trace.newMessage();
      if (flow != 0) {
        told++;
        trace.sent(Trace.now(), flow);
      }
    }
    assertTrue(told >= 500 && told < MANY, "told: " + told);
    assertEquals(told, events("put").size());
  }

  @Test
  void shouldTellTheLastValueOfManyQuickOnes() throws Exception {
    Trace.Value value = begin(Trace.MAX_BYTES).value("queue 1", "items");
    for (int i = 0; i < MANY; i++) {
      value.note(i);
    }
    value.note(7);

    List<Map<?, ?>> told = events("queue 1");
    assertTrue(told.size() < MANY, "told: " + told.size());
    assertEquals(Map.of("items", 7L), told.getLast().get("args"));
  }

  @Test
  void shouldEndTheFileWhenItIsFull() throws Exception {
    Trace trace = begin(20_000);
    for (int i = 0; i < MANY; i++) {
      trace.slice("test", "something", Trace.now(), 0, 0, "detail " + i);
    }

    assertEquals(1, events("the file is full: no more events").size());
    // What one piece adds.
    assertTrue(Files.size(folder.resolve("t.json")) < 20_000 + (70 << 10));
    long before = Files.size(folder.resolve("t.json"));
    trace.slice("test", "more", Trace.now(), 0, 0, "");
    assertEquals(List.of(), events("more"));
    assertEquals(before, Files.size(folder.resolve("t.json")));
  }

  @Test
  void shouldQuoteWhatItIsTold() throws Exception {
    begin(Trace.MAX_BYTES).slice("test", "a \"b\" \\ \n é \ud83d", Trace.now(), 0, 0, "c\"d");

    Map<?, ?> event = events("a \"b\" \\ \n é \ud83d").getFirst();
    assertEquals(Map.of("detail", "c\"d"), event.get("args"));
    assertEquals(Map.of("name", "this \"test\""), events("process_name").getFirst().get("args"));
  }
}
