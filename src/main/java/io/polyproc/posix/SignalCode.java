package io.polyproc.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Signal handlers in machine code, as no Java code may run where a signal interrupts a thread. What
 * was mapped stays for the life of the process: a thread may be in it at any time.
 */
final class SignalCode {
  /** The size of the C library's {@code struct sigaction}. */
  static final int ACTION_BYTES = 152;

  private static final int ACTION_FLAGS = 136;
  private static final int SA_SIGINFO = 4;
  private static final int SA_RESTART = 0x10000000;
  private static final int SA_ONSTACK = 0x08000000;

  private static final int PAGE = 4096;
  // man 2 mmap
  private static final long READ_WRITE = 3;
  private static final long READ_EXECUTE = 5;
  private static final long PRIVATE_ANONYMOUS = 0x22;

  private SignalCode() {}

  /** Copies code, of a page at most, to where it can be executed; returns its address. */
  static long map(byte[] code) {
    long page = LibC.MMAP.call(0, PAGE, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
    SystemCalls.write(page, code);
    LibC.MPROTECT.call(page, PAGE, READ_EXECUTE);
    return page;
  }

  /** A {@code struct sigaction} with a handler of three arguments, after which calls go on. */
  static MemorySegment action(Arena arena, long handler) {
    MemorySegment action = arena.allocate(ACTION_BYTES, 8);
    action.set(ValueLayout.JAVA_LONG, 0, handler);
    action.set(ValueLayout.JAVA_INT, ACTION_FLAGS, SA_SIGINFO | SA_RESTART | SA_ONSTACK);
    return action;
  }

  /** The handler that a signal has. */
  static long handler(int signal) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment action = arena.allocate(ACTION_BYTES, 8);
      LibC.SIGACTION.call(signal, 0, action.address());
      return action.get(ValueLayout.JAVA_LONG, 0);
    }
  }
}
