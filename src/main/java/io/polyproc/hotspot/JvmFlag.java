package io.polyproc.hotspot;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * A flag of this JVM ({@code -XX}), in the memory where HotSpot reads it. It is found by its name
 * in the tables for debuggers ({@link VmStructs}).
 */
final class JvmFlag {
  private final MemorySegment value;

  private JvmFlag(MemorySegment value) {
    this.value = value;
  }

  /**
   * Finds it.
   *
   * @throws UnsupportedOperationException if this JVM has none of that name, or does not tell
   */
  static JvmFlag find(String name) {
    VmStructs structs = new VmStructs(Set.of("JVMFlag"), Set.of());
    long size = VmStructs.size("JVMFlag");
    long flags = VmStructs.word(structs.staticField("JVMFlag.flags"));
    long count = VmStructs.word(structs.staticField("JVMFlag.numFlags"));
    for (long i = 0; i < count; i++) {
      long entry = flags + i * size;
      long text = VmStructs.word(entry + structs.offset("JVMFlag._name"));
      if (text != 0 && VmStructs.text(text).equals(name)) {
        long address = VmStructs.word(entry + structs.offset("JVMFlag._addr"));
        return new JvmFlag(MemorySegment.ofAddress(address).reinterpret(Long.BYTES));
      }
    }
    throw new UnsupportedOperationException("this JVM has no flag " + name);
  }

  /** Whether a flag that is on or off is on. */
  boolean isOn() {
    return value.get(JAVA_BYTE, 0) != 0;
  }

  /** The value of a flag that has a number of 64 bits. */
  long number() {
    return value.get(JAVA_LONG, 0);
  }

  /** Changes such a flag; whether HotSpot obeys from now on is the flag's affair. */
  void set(long number) {
    value.set(JAVA_LONG, 0, number);
  }
}
