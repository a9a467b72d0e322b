package io.polyproc.value;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;

/** How the numbers of {@code ctypes}, named as in {@code array}, are in memory. */
public enum Typecode {
  BYTE('b', 1, "c_byte"),
  UNSIGNED_BYTE('B', 1, "c_ubyte"),
  SHORT('h', 2, "c_short"),
  UNSIGNED_SHORT('H', 2, "c_ushort"),
  INT('i', 4, "c_int"),
  UNSIGNED_INT('I', 4, "c_uint"),
  LONG('l', 8, "c_long"),
  UNSIGNED_LONG('L', 8, "c_ulong"),
  LONG_LONG('q', 8, "c_longlong"),
  UNSIGNED_LONG_LONG('Q', 8, "c_ulonglong"),
  FLOAT('f', 4, "c_float"),
  DOUBLE('d', 8, "c_double");

  private static final Map<String, Typecode> ALIASES =
      Map.of("c_int32", INT, "c_int64", LONG, "c_int16", SHORT, "c_uint8", UNSIGNED_BYTE);

  private final char code;
  private final int bytes;
  private final String className;

  Typecode(char code, int bytes, String className) {
    this.code = code;
    this.bytes = bytes;
    this.className = className;
  }

  public static Typecode of(char code) {
    for (Typecode each : values()) {
      if (each.code == code) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "no typecode of a number: '" + code + "'; they are b B h H i I l L q Q f d");
  }

  /** That of a class of {@code ctypes}. */
  public static Typecode ofClass(String name) {
    for (Typecode each : values()) {
      if (each.className.equals(name)) {
        return each;
      }
    }
    Typecode alias = ALIASES.get(name);
    if (alias == null) {
      throw new IllegalArgumentException("shared memory of type ctypes." + name);
    }
    return alias;
  }

  public char code() {
    return code;
  }

  public int bytes() {
    return bytes;
  }

  public Number get(MemorySegment memory, long offset) {
    return switch (this) {
      case BYTE -> (long) memory.get(ValueLayout.JAVA_BYTE, offset);
      case UNSIGNED_BYTE -> memory.get(ValueLayout.JAVA_BYTE, offset) & 0xFFL;
      case SHORT -> (long) memory.get(ValueLayout.JAVA_SHORT, offset);
      case UNSIGNED_SHORT -> memory.get(ValueLayout.JAVA_SHORT, offset) & 0xFFFFL;
      case INT -> (long) memory.get(ValueLayout.JAVA_INT, offset);
      case UNSIGNED_INT -> memory.get(ValueLayout.JAVA_INT, offset) & 0xFFFFFFFFL;
      case LONG, UNSIGNED_LONG, LONG_LONG, UNSIGNED_LONG_LONG ->
          memory.get(ValueLayout.JAVA_LONG, offset);
      case FLOAT -> (double) memory.get(ValueLayout.JAVA_FLOAT, offset);
      case DOUBLE -> memory.get(ValueLayout.JAVA_DOUBLE, offset);
    };
  }

  public void set(MemorySegment memory, long offset, Number value) {
    switch (this) {
      case BYTE, UNSIGNED_BYTE -> memory.set(ValueLayout.JAVA_BYTE, offset, value.byteValue());
      case SHORT, UNSIGNED_SHORT -> memory.set(ValueLayout.JAVA_SHORT, offset, value.shortValue());
      case INT, UNSIGNED_INT -> memory.set(ValueLayout.JAVA_INT, offset, value.intValue());
      case LONG, UNSIGNED_LONG, LONG_LONG, UNSIGNED_LONG_LONG ->
          memory.set(ValueLayout.JAVA_LONG, offset, value.longValue());
      case FLOAT -> memory.set(ValueLayout.JAVA_FLOAT, offset, value.floatValue());
      case DOUBLE -> memory.set(ValueLayout.JAVA_DOUBLE, offset, value.doubleValue());
    }
  }
}
