package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Calls any function of the C library by its name, or one of another library as in {@code
 * libncursesw.so.6:initscr}, with up to ten integer or pointer arguments, and reads and writes
 * memory by its address. Python's modules that stand on the system ({@code _polyproc.compat}) are
 * made of it; Java code of this runtime uses {@link LibC}.
 *
 * <p>Any thread may call. A call that a signal interrupts fails with {@code EINTR} and is not made
 * again: the caller lets handlers run first.
 */
public final class SystemCalls {
  /** A failed call's result is this plus its error number, which no successful one can be. */
  public static final long FAILED = Long.MIN_VALUE;

  /** How the C function tells of failure, and how much of the register its result is. */
  public enum Result {
    /** An {@code int}, -1 after a failure. */
    INT,
    /** A {@code long} or {@code ssize_t}, -1 after a failure. */
    LONG,
    /** A pointer, {@code NULL} after a failure. */
    POINTER
  }

  /** Those with {@code ...} in their declarations, which not every ABI passes as others. */
  private static final Set<String> VARIADIC =
      Set.of("fcntl", "ioctl", "open", "openat", "prctl", "semctl", "syscall", "syslog");

  private static final Map<String, Long> ADDRESSES = new ConcurrentHashMap<>();
  private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private SystemCalls() {}

  /** Whether this C library has a function of that name. */
  public static boolean isAvailable(String function) {
    return address(function) != 0;
  }

  /** The address of a function or variable; 0 if there is none. */
  public static long address(String symbol) {
    return ADDRESSES.computeIfAbsent(symbol, SystemCalls::find);
  }

  private static long find(String symbol) {
    int colon = symbol.indexOf(':');
    try {
      SymbolLookup library =
          colon < 0
              ? Linker.nativeLinker().defaultLookup()
              : SymbolLookup.libraryLookup(symbol.substring(0, colon), Arena.global());
      return library.find(symbol.substring(colon + 1)).map(MemorySegment::address).orElse(0L);
    } catch (IllegalArgumentException e) {
      // There is no such library.
      return 0;
    }
  }

  /**
   * Calls a function.
   *
   * @param arguments numbers, or addresses of memory
   * @return its result, or {@link #FAILED} plus the error number
   * @throws UnsupportedOperationException if this C library does not have it
   */
  public static long call(Result result, String function, long... arguments) {
    long address = address(function);
    if (address == 0) {
      throw new UnsupportedOperationException("this system's C library has no " + function);
    }
    return LibC.callAny(result, VARIADIC.contains(function), address, arguments);
  }

  /** Calls a function of the mathematical library that takes a number and returns one. */
  public static double callDouble(String function, double argument) {
    long address = address(function);
    if (address == 0) {
      throw new UnsupportedOperationException("this system's C library has no " + function);
    }
    return LibC.callDouble(address, argument);
  }

  /** The address of so many bytes of zeros, until {@link #free}. */
  public static long allocate(long size) {
    long address = call(Result.POINTER, "calloc", 1, Math.max(size, 1));
    if (address < 0) {
      throw new OutOfMemoryError("no memory for " + size + " bytes outside of the heap");
    }
    return address;
  }

  /** Gives back what {@link #allocate} gave. */
  public static void free(long address) {
    var _ = call(Result.LONG, "free", address);
  }

  /** A copy of memory. */
  public static byte[] read(long address, int size) {
    return ALL.asSlice(address, size).toArray(JAVA_BYTE);
  }

  /** A copy of the text at an address, up to its final zero. */
  public static byte[] readText(long address) {
    long length = 0;
    while (ALL.get(JAVA_BYTE, address + length) != 0) {
      length++;
    }
    return read(address, Math.toIntExact(length));
  }

  /** Copies bytes into memory. */
  public static void write(long address, byte[] content) {
    MemorySegment.copy(MemorySegment.ofArray(content), 0, ALL, address, content.length);
  }

  /** The address of a copy of the bytes with a zero after them, as long as the arena lives. */
  public static long copyOf(Arena arena, byte[] content) {
    MemorySegment copy = arena.allocate(content.length + 1L, ValueLayout.JAVA_LONG.byteAlignment());
    MemorySegment.copy(content, 0, copy, JAVA_BYTE, 0, content.length);
    return copy.address();
  }
}
