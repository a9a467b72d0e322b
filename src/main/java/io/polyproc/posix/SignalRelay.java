package io.polyproc.posix;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * Lets one signal do what another one does, whose handler is the JVM's: so Java code can handle a
 * signal for which the JVM takes no handler, as SIGQUIT. The handler is a jump into the other one's
 * handler, with the other one's number.
 */
public final class SignalRelay {
  private record Way(int to, long handler) {}

  private static final Map<Way, Long> CODES = new HashMap<>();

  private SignalRelay() {}

  /**
   * Lets a signal have the effect of another one, which has a handler, from now on.
   *
   * @throws PosixException if the signal can't be caught
   * @throws UnsupportedOperationException on a processor that there is no code for
   */
  public static synchronized void relay(int signal, int to) {
    Way way = new Way(to, SignalCode.handler(to));
    long code = CODES.computeIfAbsent(way, SignalRelay::map);
    try (Arena arena = Arena.ofConfined()) {
      LibC.SIGACTION.call(signal, SignalCode.action(arena, code).address(), 0);
    }
  }

  private static long map(Way way) {
    ByteBuffer code = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    switch (System.getProperty("os.arch", "")) {
      case "amd64" ->
          code.put((byte) 0xbf)
              .putInt(way.to()) // mov edi, to
              .putShort((short) 0xb848)
              .putLong(way.handler()) // mov rax, handler
              .putShort((short) 0xe0ff); // jmp rax
      case "aarch64" ->
          code.putInt(0x52800000 | way.to() << 5) // mov w0, to
              .putInt(0x58000050) // ldr x16, handler
              .putInt(0xd61f0200) // br x16
              .putLong(way.handler());
      default -> throw new UnsupportedOperationException("a handler of Python's on this processor");
    }
    return SignalCode.map(code.array());
  }
}
