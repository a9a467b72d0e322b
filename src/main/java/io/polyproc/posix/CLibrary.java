package io.polyproc.posix;

import java.io.IOException;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.OptionalLong;

/** What of the C library's own affairs code must know that stops or restores threads. */
public final class CLibrary {
  private static final long MAX_LOCK_BYTES = 8192;

  private CLibrary() {}

  /** An error's name and number, such as {@code ENOSPC (28)}. */
  public static String errorName(int errno) {
    return "%s (%d)".formatted(Errno.name(errno), errno);
  }

  /**
   * Memory of the dynamic linker that has its locks.
   *
   * @param from the first byte's address; 0 if it is not to be found
   * @param to the address behind the last byte
   */
  public record Range(long from, long to) {}

  /** Where the dynamic linker has its locks: the beginning of {@code _rtld_global}. */
  public static Range locks() {
    long from = address("_rtld_global").orElse(0);
    return from == 0 ? new Range(0, 0) : new Range(from, from + mappedFrom(from));
  }

  /**
   * Where each thread has what it registers with {@code rseq(2)}, counted from its thread-local
   * memory; empty if this C library registers nothing.
   */
  public static OptionalLong restartableSequences() {
    OptionalLong size = address("__rseq_size");
    if (size.isEmpty() || at(size.getAsLong(), 4).get(ValueLayout.JAVA_INT, 0) == 0) {
      return OptionalLong.empty();
    }
    return address("__rseq_offset").stream()
        .map(address -> at(address, 8).get(ValueLayout.JAVA_LONG, 0))
        .findFirst();
  }

  private static OptionalLong address(String symbol) {
    return Linker.nativeLinker().defaultLookup().find(symbol).stream()
        .mapToLong(MemorySegment::address)
        .findFirst();
  }

  private static MemorySegment at(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  /** How many bytes of memory there are from an address to the end of its mapping, but not more. */
  private static long mappedFrom(long address) {
    try {
      return Mapping.all().stream()
          .filter(mapping -> mapping.contains(address))
          .mapToLong(mapping -> Math.min(MAX_LOCK_BYTES, mapping.to() - address))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
