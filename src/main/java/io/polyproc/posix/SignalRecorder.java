package io.polyproc.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes what the kernel tells of a signal, its {@code siginfo_t}, into a pipe, in place of
 * whatever the signal would do. So a signal that a program blocks can wait for the program,
 * although the JVM has threads that block nothing: see {@code _polyproc/compat/signal_masks.py}.
 *
 * <p>The handler is {@code write(pipe, info, 128)} in machine code, as no Java code may run where a
 * signal interrupts a thread. A recorder stays for the life of its process; after a fork the child
 * makes one of its own.
 */
public final class SignalRecorder {
  private static final int INFO_BYTES = 128;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;

  private final int input;
  private final long handler;

  private SignalRecorder(int input, long handler) {
    this.input = input;
    this.handler = handler;
  }

  /**
   * A recorder with a pipe of its own.
   *
   * @throws UnsupportedOperationException on a processor that there is no handler for
   */
  public static SignalRecorder create() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
      LibC.PIPE2.call(ends.address(), O_NONBLOCK | O_CLOEXEC);
      int input = Descriptors.internal(ends.getAtIndex(ValueLayout.JAVA_INT, 0));
      int output = Descriptors.internal(ends.getAtIndex(ValueLayout.JAVA_INT, 1));
      return new SignalRecorder(input, SignalCode.map(code(output)));
    }
  }

  /** The handler, which has the number of the signal, the address of the info, and a context. */
  private static byte[] code(int output) {
    ByteBuffer code = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    switch (System.getProperty("os.arch", "")) {
      case "amd64" ->
          code.put((byte) 0xbf)
              .putInt(output) // mov edi, output
              .put((byte) 0xba)
              .putInt(INFO_BYTES) // mov edx, 128
              .put((byte) 0xb8)
              .putInt(1) // mov eax, SYS_write
              .putShort((short) 0x050f) // syscall
              .put((byte) 0xc3); // ret
      case "aarch64" ->
          code.putInt(0x52800000 | output << 5) // mov w0, output
              .putInt(0xd2801002) // mov x2, 128
              .putInt(0xd2800808) // mov x8, SYS_write
              .putInt(0xd4000001) // svc 0
              .putInt(0xd65f03c0); // ret
      default -> throw new UnsupportedOperationException("signals can't be blocked on this system");
    }
    return code.array();
  }

  /** The end of the pipe to read infos from, 128 bytes each; it does not block. */
  public int input() {
    return input;
  }

  /**
   * Lets a signal be recorded from now on.
   *
   * @return what is to be given to {@link #restore}
   * @throws PosixException if the signal can't be caught
   */
  public byte[] record(int signal) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment action = SignalCode.action(arena, handler);
      MemorySegment former = arena.allocate(SignalCode.ACTION_BYTES, 8);
      LibC.SIGACTION.call(signal, action.address(), former.address());
      return former.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /** Lets a signal do again what it did before {@link #record}. */
  public static void restore(int signal, byte[] former) {
    try (Arena arena = Arena.ofConfined()) {
      LibC.SIGACTION.call(signal, SystemCalls.copyOf(arena, former), 0);
    }
  }

  /** Whether an action that {@link #record} returned ignores its signal. */
  public static boolean ignores(byte[] former) {
    return ByteBuffer.wrap(former).order(ByteOrder.nativeOrder()).getLong() == Processes.SIG_IGN;
  }

  /** Whether a signal is being recorded, and nothing else has taken it over since. */
  public boolean records(int signal) {
    return SignalCode.handler(signal) == handler;
  }
}
