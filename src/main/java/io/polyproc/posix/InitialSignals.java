package io.polyproc.posix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The actions that signals have when a Python program begins: CPython's, in place of the JVM's.
 *
 * <p>The JVM needs the handlers of some signals for itself: the kernel raises SIGSEGV and others
 * where a thread of the JVM runs into a fault, and its flight recorder sends SIGUSR2 to threads. A
 * piece of machine code stands before these handlers, and ends the process if somebody sent it the
 * signal with {@code kill}, as {@code siginfo_t} tells.
 */
public final class InitialSignals {
  private static final int SIGILL = 4;
  private static final int SIGBUS = 7;
  private static final int SIGFPE = 8;
  private static final int SIGSEGV = 11;
  private static final int SIGUSR2 = 12;
  private static final int SIGPIPE = 13;
  private static final int SIGXFSZ = 25;
  private static final int HIGHEST = 31;

  // man 2 sigaction, si_code
  private static final byte SI_USER = 0;
  private static final byte SI_TKILL = -6;

  /** The kernel's {@code struct sigaction}: zeros are the default action. */
  private static final byte KERNEL_ACTION_BYTES = 32;

  private static final int SYS_RT_SIGACTION = 13;
  private static final int SYS_GETPID = 39;
  private static final int SYS_KILL = 62;

  private static final long FIRST_ADDRESS = 4096;

  private InitialSignals() {}

  /**
   * Sets them for all programs that an image of this process is to run, whatever this process was
   * started with; each program keeps ignored what it was started with.
   */
  public static void setForAll() {
    for (int signal = 1; signal <= HIGHEST; signal++) {
      if (Processes.ignores(signal)) {
        Processes.setDefaultAction(signal);
      }
    }
    set();
  }

  /**
   * Sets them, of this process; to be called once, before Python starts. What was ignored when this
   * process was started stays so, as {@code nohup} expects.
   */
  public static void set() {
    for (int signal : new int[] {Processes.SIGHUP, Processes.SIGINT, Processes.SIGTERM}) {
      if (!Processes.ignores(signal)) {
        Processes.setDefaultAction(signal);
      }
    }
    Processes.ignore(SIGPIPE);
    Processes.ignore(SIGXFSZ);
    if (System.getProperty("os.arch", "").equals("amd64")) {
      for (int fault : new int[] {SIGILL, SIGBUS, SIGFPE, SIGSEGV}) {
        endIfSent(fault, SI_USER);
      }
      endIfSent(SIGUSR2, SI_TKILL);
    }
  }

  /**
   * Lets a signal of which the JVM has a handler end this process, unless it is the JVM's.
   *
   * @param code the {@code si_code} of the JVM's is this one or, if this is {@code SI_USER}, a
   *     greater one
   */
  private static void endIfSent(int signal, byte code) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment action = arena.allocate(SignalCode.ACTION_BYTES, 8);
      LibC.SIGACTION.call(signal, 0, action.address());
      long handler = action.get(ValueLayout.JAVA_LONG, 0);
      if (handler < FIRST_ADDRESS) {
        return; // the JVM has none
      }
      action.set(ValueLayout.JAVA_LONG, 0, SignalCode.map(code(handler, code)));
      LibC.SIGACTION.call(signal, action.address(), 0);
    }
  }

  /** The handler, which has the number of the signal, the address of the info, and a context. */
  private static byte[] code(long handler, byte siCode) {
    ByteBuffer code = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN);
    code.putShort((short) 0x7e83).put((byte) 8).put(siCode); // cmp dword [rsi + 8], siCode
    code.put((byte) (siCode == SI_USER ? 0x7e : 0x75)).put((byte) 12); // jle or jne, past the jump
    code.putShort((short) 0xb848).putLong(handler); // mov rax, handler
    code.putShort((short) 0xe0ff); // jmp rax
    code.putShort((short) 0x8941).put((byte) 0xf8); // mov r8d, edi
    code.putShort((short) 0xc031); // xor eax, eax
    for (int at = 0; at < KERNEL_ACTION_BYTES; at += Long.BYTES) {
      code.put((byte) 0x50); // push rax
    }
    code.putShort((short) 0x8948).put((byte) 0xe6); // mov rsi, rsp
    code.putShort((short) 0xd231); // xor edx, edx
    code.putShort((short) 0xba41).putInt(Long.BYTES); // mov r10d, the size of a set of signals
    code.put((byte) 0xb8).putInt(SYS_RT_SIGACTION).putShort((short) 0x050f);
    code.put((byte) 0xb8).putInt(SYS_GETPID).putShort((short) 0x050f);
    code.putShort((short) 0xc789); // mov edi, eax
    code.putShort((short) 0x8944).put((byte) 0xc6); // mov esi, r8d
    code.put((byte) 0xb8).putInt(SYS_KILL).putShort((short) 0x050f);
    code.putShort((short) 0x8348).put((byte) 0xc4).put(KERNEL_ACTION_BYTES); // add rsp, 32
    code.put((byte) 0xc3); // ret
    return code.array();
  }
}
