package io.polyproc.posix;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Machine code without relocations that is mapped into this process and called. Its entry is its
 * first byte, and follows the C convention with three whole words as arguments.
 *
 * <p>Any thread may call. The code stays mapped for the process's lifetime.
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
   * Maps code.
   *
   * @param code the bytes
   * @param codeBytes how many bytes from the first one on become executable, a multiple of a page
   * @param allBytes how many bytes there are with the writable ones behind the code
   * @throws PosixException if the system allows no new code in memory
   */
  public static MachineCode map(byte[] code, int codeBytes, int allBytes) {
    if (code.length > codeBytes) {
      throw new IllegalArgumentException(
          code.length + " bytes of code, and room for " + codeBytes + " only");
    }
    long address = LibC.MMAP.call(0, allBytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
    MemorySegment.copy(
        code,
        0,
        MemorySegment.ofAddress(address).reinterpret(allBytes),
        ValueLayout.JAVA_BYTE,
        0,
        code.length);
    LibC.MPROTECT.call(address, codeBytes, READ_EXECUTE);
    return new MachineCode(address);
  }

  /**
   * The bytes in a listing of the form of {@code objdump -d}: address, bytes, text.
   *
   * @throws IOException if the listing can't be read
   */
  public static byte[] parse(InputStream listing) throws IOException {
    StringBuilder bytes = new StringBuilder();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(listing, StandardCharsets.US_ASCII))) {
      lines
          .lines()
          .map(line -> line.split("\t", -1))
          .filter(fields -> fields.length > 1)
          .forEach(fields -> bytes.append(fields[1].replace(" ", "")));
    }
    return HexFormat.of().parseHex(bytes);
  }

  /** Calls the entry; returns its whole word. */
  public long call(long a, long b, long c) {
    return LibC.callAt(address, a, b, c);
  }
}
