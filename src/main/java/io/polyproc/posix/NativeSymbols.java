package io.polyproc.posix;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.OptionalLong;

/** Finds what native libraries export. Any thread may call. */
public final class NativeSymbols {
  private NativeSymbols() {}

  /**
   * The address of a symbol in a library of this process.
   *
   * @param library its file; it stays loaded
   * @return empty if the library has no such symbol, or can't be loaded
   */
  public static OptionalLong find(Path library, String symbol) {
    try {
      return address(SymbolLookup.libraryLookup(library, Arena.global()), symbol);
    } catch (IllegalArgumentException e) {
      return OptionalLong.empty();
    }
  }

  /** The address of a symbol of the C library; empty if it has none by this name. */
  public static OptionalLong find(String symbol) {
    return address(Linker.nativeLinker().defaultLookup(), symbol);
  }

  private static OptionalLong address(SymbolLookup lookup, String symbol) {
    return lookup.find(symbol).map(MemorySegment::address).stream()
        .mapToLong(Long::longValue)
        .findFirst();
  }

  /** How many bytes of memory there are from an address to the end of its mapping; 0 if unknown. */
  public static long mappedFrom(long address) {
    try {
      return Mapping.all().stream()
          .filter(mapping -> mapping.contains(address))
          .mapToLong(mapping -> mapping.to() - address)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }
}
