package io.polyproc.bridge;

import static io.polyproc.bridge.SignalHandler.Place.BUFFERED_WRITE;
import static io.polyproc.bridge.SignalHandler.Place.COMPILED_LOOP;
import static io.polyproc.bridge.SignalHandler.Place.GOOD;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SignalHandlerTest {
  private static final String HANDLER = "io.polyproc.bridge.SignalHandler";
  private static final String LOOK =
      "com.oracle.truffle.runtime.hotspot.HotSpotThreadLocalHandshake";
  private static final String POLL = "com.oracle.truffle.api.TruffleSafepoint";
  private static final String CALL = "com.oracle.truffle.runtime.OptimizedCallTarget";
  private static final String LOOP = "com.oracle.graal.python.nodes.bytecode.PBytecodeRootNode";
  private static final String FILES = "com.oracle.graal.python.builtins.modules.io.";

  @Test
  void shouldRaiseBetweenTwoInstructions() {
    assertEquals(GOOD, place(POLL, LOOP));
    assertEquals(GOOD, place(POLL, CALL, LOOP, FILES + "BufferedWriterNodes"));
  }

  @Test
  void shouldNotRaiseAtTheEndOfACompiledRound() {
    assertEquals(COMPILED_LOOP, place(LOOP, CALL, LOOP));
  }

  @Test
  void shouldNotRaiseWithinABufferedWrite() {
    assertEquals(BUFFERED_WRITE, place(FILES + "BufferedWriterNodes$FlushUnlockedNode", LOOP));
    assertEquals(BUFFERED_WRITE, place(POLL, CALL, FILES + "TextIOWrapperBuiltins$WriteNode"));
  }

  @Test
  void shouldNotRaiseWithinPrint() {
    assertEquals(
        BUFFERED_WRITE,
        place("com.oracle.graal.python.builtins.modules.BuiltinFunctions$PrintNode", CALL, LOOP));
  }

  @Test
  void shouldRaiseWithinARead() {
    assertEquals(GOOD, place(POLL, FILES + "BufferedReaderNodes$ReadNode", LOOP));
  }

  @Test
  void shouldRaiseWhereNothingIsKnown() {
    assertEquals(GOOD, SignalHandler.place(Stream.of(HANDLER, LOOP)));
  }

  private static SignalHandler.Place place(String... classes) {
    // The handler's own frames come first, and GraalPy may look twice.
    return SignalHandler.place(
        Stream.concat(Stream.of(HANDLER, LOOP, CALL, LOOK, LOOK), Stream.of(classes)));
  }
}
