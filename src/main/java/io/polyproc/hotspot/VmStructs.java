package io.polyproc.hotspot;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.polyproc.posix.NativeSymbols;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The tables in which HotSpot says where its C++ objects have their fields, for debuggers: {@code
 * gHotSpotVMStructs} and {@code gHotSpotVMIntConstants} of {@code vmStructs.hpp}. They are exported
 * by {@code libjvm.so}, so that no layout has to be guessed.
 */
final class VmStructs {
  private static final long MAX_NAME = 512;

  private final Map<String, Long> offsets = new HashMap<>();
  private final Map<String, Long> addresses = new HashMap<>();
  private final Map<String, Integer> constants = new HashMap<>();

  /**
   * Reads the tables.
   *
   * @param types the C++ classes whose fields are wanted
   * @param wanted the names of constants that are wanted
   * @throws UnsupportedOperationException if this JVM has no such tables
   */
  VmStructs(Set<String> types, Set<String> wanted) {
    long stride = number("gHotSpotVMStructEntryArrayStride");
    long typeAt = number("gHotSpotVMStructEntryTypeNameOffset");
    long fieldAt = number("gHotSpotVMStructEntryFieldNameOffset");
    long staticAt = number("gHotSpotVMStructEntryIsStaticOffset");
    long offsetAt = number("gHotSpotVMStructEntryOffsetOffset");
    long addressAt = number("gHotSpotVMStructEntryAddressOffset");
    for (long entry = number("gHotSpotVMStructs"); word(entry + typeAt) != 0; entry += stride) {
      String type = text(word(entry + typeAt));
      if (types.contains(type)) {
        String field = type + "." + text(word(entry + fieldAt));
        boolean isStatic = integer(entry + staticAt) != 0;
        (isStatic ? addresses : offsets)
            .put(field, word(entry + (isStatic ? addressAt : offsetAt)));
      }
    }
    stride = number("gHotSpotVMIntConstantEntryArrayStride");
    long nameAt = number("gHotSpotVMIntConstantEntryNameOffset");
    long valueAt = number("gHotSpotVMIntConstantEntryValueOffset");
    for (long entry = number("gHotSpotVMIntConstants");
        word(entry + nameAt) != 0;
        entry += stride) {
      String name = text(word(entry + nameAt));
      if (wanted.contains(name)) {
        constants.put(name, integer(entry + valueAt));
      }
    }
  }

  private static long number(String symbol) {
    Path library = Path.of(System.getProperty("java.home"), "lib", "server", "libjvm.so");
    return word(
        NativeSymbols.find(library, symbol)
            .orElseThrow(
                () -> new UnsupportedOperationException("this JVM does not export " + symbol)));
  }

  /**
   * The size of a C++ class's objects, in bytes: {@code gHotSpotVMTypes}.
   *
   * @throws UnsupportedOperationException if this JVM does not tell
   */
  static long size(String type) {
    long stride = number("gHotSpotVMTypeEntryArrayStride");
    long nameAt = number("gHotSpotVMTypeEntryTypeNameOffset");
    long sizeAt = number("gHotSpotVMTypeEntrySizeOffset");
    for (long entry = number("gHotSpotVMTypes"); word(entry + nameAt) != 0; entry += stride) {
      if (text(word(entry + nameAt)).equals(type)) {
        return word(entry + sizeAt);
      }
    }
    throw new UnsupportedOperationException("this JVM does not tell of " + type);
  }

  /** The text at an address, of at most 512 bytes; an empty one at 0. */
  static String text(long address) {
    return address == 0 ? "" : MemorySegment.ofAddress(address).reinterpret(MAX_NAME).getString(0);
  }

  /**
   * Where a field is in its object.
   *
   * @param field {@code Class._field}
   * @throws UnsupportedOperationException if this JVM's class has no such field
   */
  long offset(String field) {
    return found(offsets, field);
  }

  /** The address of a static field; fails as {@link #offset}. */
  long staticField(String field) {
    return found(addresses, field);
  }

  /** The value of a constant; fails as {@link #offset}. */
  int constant(String name) {
    return found(constants, name);
  }

  private static <T> T found(Map<String, T> table, String name) {
    T value = table.get(name);
    if (value == null) {
      throw new UnsupportedOperationException("this JVM does not tell of " + name);
    }
    return value;
  }

  /** The 64-bit word at an address. */
  static long word(long address) {
    return MemorySegment.ofAddress(address).reinterpret(Long.BYTES).get(JAVA_LONG, 0);
  }

  /** The 32-bit integer at an address. */
  static int integer(long address) {
    return MemorySegment.ofAddress(address).reinterpret(Integer.BYTES).get(JAVA_INT, 0);
  }
}
