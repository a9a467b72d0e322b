package io.polyproc.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessTraitsTest {
  private static final ProcessTraits BEFORE =
      new ProcessTraits(Map.of("nice", "0", "root", "/"), Set.of("/lib/a.so"), Set.of("main"));

  @TempDir Path folder;

  @Test
  void shouldFindNothingWhereAllIsAsItWas() {
    assertEquals(List.of(), BEFORE.changesSince(BEFORE));
    // What has gone is no change.
    ProcessTraits less = new ProcessTraits(BEFORE.values(), Set.of(), Set.of());
    assertEquals(List.of(), less.changesSince(BEFORE));
  }

  @Test
  void shouldNameWhatHasChanged() {
    ProcessTraits now =
        new ProcessTraits(
            Map.of("nice", "5", "root", "/"),
            Set.of("/lib/a.so", "/lib/b.so"),
            Set.of("main", "worker"));
    assertEquals(List.of("nice", "/lib/b.so", "thread worker"), now.changesSince(BEFORE));
  }

  @Test
  void shouldSeeThreadsAndMappedFilesOfThisProcess() throws Exception {
    Path file = Files.writeString(folder.resolve("mapped"), "text");
    CountDownLatch seen = new CountDownLatch(1);
    ProcessTraits before = ProcessTraits.now();
    assertTrue(before.values().containsKey("limits"), () -> before.values().keySet().toString());
    Thread thread = Thread.ofPlatform().name("of a program").start(() -> await(seen));
    try (FileChannel channel = FileChannel.open(file);
        Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = channel.map(MapMode.READ_ONLY, 0, 4, arena);
      assertEquals(4, mapped.byteSize());
      List<String> changes = ProcessTraits.now().changesSince(before);
      assertTrue(changes.contains(file.toRealPath().toString()), changes::toString);
      assertTrue(changes.contains("thread of a program"), changes::toString);
    } finally {
      seen.countDown();
      thread.join();
    }
  }

  @Test
  void shouldSeeASignalThatIsIgnored() throws IOException {
    ProcessTraits before = ProcessTraits.now();
    int unused = 59;
    Processes.ignore(unused);
    try {
      assertTrue(ProcessTraits.now().changesSince(before).contains("signals ignored"));
    } finally {
      Processes.setDefaultAction(unused);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
