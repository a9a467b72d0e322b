package io.polyproc.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.posix.SystemCalls.Result;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class SignalRecorderTest {
  private static final int SIGXFSZ = 25;
  private static final int INFO_BYTES = 128;

  @Test
  void shouldRecordASignalInPlaceOfItsAction() {
    SignalRecorder recorder = SignalRecorder.create();
    byte[] former = recorder.record(SIGXFSZ);
    assertTrue(recorder.records(SIGXFSZ));
    // Its default action ends the process.
    Processes.signal(Processes.id(), SIGXFSZ);
    ByteBuffer info = read(recorder.input());
    assertEquals(SIGXFSZ, info.getInt(0));
    assertEquals(Processes.id(), info.getInt(16));
    SignalRecorder.restore(SIGXFSZ, former);
    assertFalse(recorder.records(SIGXFSZ));
  }

  private static ByteBuffer read(int input) {
    long memory = SystemCalls.allocate(INFO_BYTES);
    while (SystemCalls.call(Result.LONG, "read", input, memory, INFO_BYTES) != INFO_BYTES) {
      Thread.onSpinWait();
    }
    ByteBuffer info =
        ByteBuffer.wrap(SystemCalls.read(memory, INFO_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    SystemCalls.free(memory);
    return info;
  }
}
