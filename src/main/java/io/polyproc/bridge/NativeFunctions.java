package io.polyproc.bridge;

import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.SystemCalls;
import io.polyproc.posix.SystemCalls.Result;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import org.graalvm.polyglot.Value;

/**
 * Functions of the C library for Python, see {@link SystemCalls}. An argument is a number; or
 * {@code bytes}, of which the function gets a copy with a zero after them; or a {@code bytearray},
 * which afterwards has what the function has made of its copy.
 *
 * <p>Any thread may call; GraalPy releases the GIL around each call. A failed call returns {@link
 * SystemCalls#FAILED} plus the error number.
 */
public final class NativeFunctions {
  NativeFunctions() {}

  /** Whether the C library has a function. */
  public boolean has(String function) {
    return SystemCalls.isAvailable(function);
  }

  /** The address of a variable or function. */
  public long address(String symbol) {
    return SystemCalls.address(symbol);
  }

  /** Calls a function that returns an {@code int}. */
  public long call(String function, Value... arguments) {
    return call(Result.INT, function, arguments);
  }

  /** Calls a function that returns a {@code long}, or a {@code ssize_t}. */
  public long callLong(String function, Value... arguments) {
    return call(Result.LONG, function, arguments);
  }

  /** Calls a function that returns a pointer. */
  public long callPointer(String function, Value... arguments) {
    return call(Result.POINTER, function, arguments);
  }

  /** Calls a function of the mathematical library. */
  public double callDouble(String function, double argument) {
    return SystemCalls.callDouble(function, argument);
  }

  /** The bytes of the heap that objects have, those without references among them. */
  public long usedHeap() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  /**
   * Derives a key from a password; see {@link Scrypt}.
   *
   * @param length the number of bytes wanted
   */
  public Object scrypt(Value password, Value salt, int cost, int block, int lanes, int length) {
    return handOver(Scrypt.derive(content(password), content(salt), cost, block, lanes, length));
  }

  private static long call(Result kind, String function, Value... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      long[] words = new long[arguments.length];
      for (int i = 0; i < words.length; i++) {
        Value argument = arguments[i];
        words[i] =
            argument.hasBufferElements()
                ? SystemCalls.copyOf(arena, content(argument))
                : argument.asLong();
      }
      long result = SystemCalls.call(kind, function, words);
      for (int i = 0; i < words.length; i++) {
        if (arguments[i].hasBufferElements() && arguments[i].isBufferWritable()) {
          copyBack(words[i], arguments[i]);
        }
      }
      return result;
    }
  }

  private static void copyBack(long address, Value target) {
    byte[] content = SystemCalls.read(address, Math.toIntExact(target.getBufferSize()));
    for (int i = 0; i < content.length; i++) {
      target.writeBufferByte(i, content[i]);
    }
  }

  private static byte[] content(Value bytes) {
    if (PythonObjects.areAvailable()) {
      Object object = PythonObjects.of(bytes);
      byte[] content = PythonObjects.isBytes(object) ? PythonObjects.content(object) : null;
      if (content != null) {
        return content;
      }
    }
    byte[] copy = new byte[Math.toIntExact(bytes.getBufferSize())];
    bytes.readBuffer(0, copy, 0, copy.length);
    return copy;
  }

  /** Whether a child process is the runtime's and not the program's. */
  public boolean isRuntimeChild(int pid) {
    return ChildProcess.isRuntimes(pid);
  }

  /** The address of so many bytes of zeros, to be given to {@link #free}. */
  public long allocate(long size) {
    return SystemCalls.allocate(size);
  }

  /** Gives memory back. */
  public void free(long address) {
    SystemCalls.free(address);
  }

  /** A copy of memory: {@code bytes}, or a string with as many characters below 256. */
  public Object read(long address, int size) {
    return handOver(SystemCalls.read(address, size));
  }

  /** {@link #read} of a string that a zero ends. */
  public Object readText(long address) {
    return handOver(SystemCalls.readText(address));
  }

  private static Object handOver(byte[] content) {
    return PythonObjects.areAvailable()
        ? PythonObjects.bytes(content)
        : new String(content, StandardCharsets.ISO_8859_1);
  }

  /** Copies {@code bytes} into memory. */
  public void write(long address, Value bytes) {
    SystemCalls.write(address, content(bytes));
  }
}
