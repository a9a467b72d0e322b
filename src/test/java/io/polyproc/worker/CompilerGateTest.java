package io.polyproc.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import org.graalvm.polyglot.Context;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * That it holds up a compiler shows in the processor time of a worker only; that it holds up nobody
 * else, here.
 */
@Timeout(60)
final class CompilerGateTest {

  @Test
  void shouldLetPythonRunWhileItIsClosed() {
    CompilerGate gate = CompilerGate.close();
    try (Context context =
        Context.newBuilder("python").option("engine.WarnInterpreterOnly", "false").build()) {
      assertEquals(42, context.eval("python", "6 * 7").asInt());
    } finally {
      gate.open();
    }
  }

  @Test
  void shouldEndItsThreadWhenItOpens() throws InterruptedException {
    CompilerGate gate = CompilerGate.close();
    Optional<Thread> holder = holder();
    gate.openAfter(Duration.ofMillis(1));
    if (holder.isPresent()) {
      assertTrue(holder.get().join(Duration.ofSeconds(10)));
    }
    assertFalse(holder().isPresent());
  }

  private static Optional<Thread> holder() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("polyproc-compiler-gate"))
        .findAny();
  }
}
