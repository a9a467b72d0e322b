package io.polyproc.observation;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("sunapi") // the JDK has no other interface to signals
class ResponderTest {
  private static final sun.misc.Signal URGENT = new sun.misc.Signal("URG");

  private final Responder responder =
      new Responder(Thread.currentThread().getThreadGroup(), _ -> Map.of());
  private sun.misc.SignalHandler before = sun.misc.SignalHandler.SIG_DFL;

  @BeforeEach
  void remember() {
    before = sun.misc.Signal.handle(URGENT, sun.misc.SignalHandler.SIG_DFL);
  }

  @AfterEach
  void restore() {
    sun.misc.Signal.handle(URGENT, before);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldIgnoreTheSignalThatNoObserverSent(boolean ignored) {
    sun.misc.Signal.handle(
        URGENT, ignored ? sun.misc.SignalHandler.SIG_IGN : sun.misc.SignalHandler.SIG_DFL);
    responder.open();

    assertDoesNotThrow(() -> responder.handle(URGENT));
  }

  @Test
  void shouldLeaveTheSignalToTheHandlerThatWasThere() {
    AtomicInteger calls = new AtomicInteger();
    sun.misc.Signal.handle(URGENT, _ -> calls.incrementAndGet());
    responder.open();
    responder.open();

    responder.handle(URGENT);

    assertEquals(1, calls.get());
  }
}
