package io.polyproc.posix;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Code of our own in this process's memory: compiled ahead, without relocations, and kept as a
 * listing among the resources. Nothing has to be compiled, unpacked or linked where it runs.
 *
 * <p>It has one entry, at its beginning, which takes three words and returns one. Memory of its own
 * follows the code, zero at first. It stays until the process ends. Any thread may call; whether at
 * once, is the code's affair.
 */
public final class MachineCode {
  // man 2 mmap
  private static final long READ_WRITE = 3;
  private static final long READ_EXECUTE = 5;
  private static final long PRIVATE_ANONYMOUS = 0x22;

  private final long address;

  private MachineCode(long address) {
    this.address = address;
  }

  /**
   * Puts code into memory.
   *
   * @param owner the class whose resource the listing is
   * @param name the resource's name
   * @param codeBytes how many bytes belong to the code: a multiple of the page size
   * @param bytes how many belong to the code and its memory
   * @throws PosixException if the system allows no new code in memory
   */
  public static MachineCode load(Class<?> owner, String name, int codeBytes, int bytes) {
    byte[] code = listing(owner, name);
    if (code.length == 0 || code.length > codeBytes) {
      throw new IllegalStateException(
          "%s has %d bytes of code and not at most %d".formatted(name, code.length, codeBytes));
    }
    long address = LibC.MMAP.call(0, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
    MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(bytes);
    MemorySegment.copy(code, 0, memory, ValueLayout.JAVA_BYTE, 0, code.length);
    LibC.MPROTECT.call(address, codeBytes, READ_EXECUTE);
    return new MachineCode(address);
  }

  /** The bytes in a listing, which has the form of {@code objdump -d}: address, bytes, text. */
  static byte[] listing(Class<?> owner, String name) {
    StringBuilder digits = new StringBuilder();
    try (InputStream resource = owner.getResourceAsStream(name)) {
      if (resource == null) {
        throw new IllegalStateException("the resource " + name + " is missing: reinstall polyproc");
      }
      new BufferedReader(new InputStreamReader(resource, StandardCharsets.US_ASCII))
          .lines()
          .map(line -> line.split("\t", -1))
          .filter(fields -> fields.length > 1)
          .forEach(fields -> digits.append(fields[1].replace(" ", "")));
    } catch (IOException e) {
      throw new UncheckedIOException("the resource " + name + " can't be read", e);
    }
    return HexFormat.of().parseHex(digits);
  }

  /** Calls the entry and returns its result. */
  public long call(long what, long a, long b) {
    return LibC.callAt(address, what, a, b);
  }
}
