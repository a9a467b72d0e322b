package io.polyproc.hotspot;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * Which of HotSpot's compilers compile Java's code from now on: the flag {@code TieredStopAtLevel}
 * in the memory where HotSpot reads it at each decision. A JVM that was started without a limit has
 * both compilers, C1 and C2, and can be limited to C1 later; code that is compiled stays.
 *
 * <p>The flag is found by its name in the tables for debuggers ({@link VmStructs}). May be used by
 * one thread at a time.
 */
public final class CompilerTier {
  /** C1, without counting what is called: the last tier there is with C1 alone. */
  private static final long C1 = 1;

  /** C2, after C1 has counted. */
  private static final long C2 = 4;

  private static final String NAME = "TieredStopAtLevel";

  private final MemorySegment flag;

  private CompilerTier(MemorySegment flag) {
    this.flag = flag;
  }

  /**
   * Finds the flag.
   *
   * @throws UnsupportedOperationException if this JVM does not tell where it is, or was started
   *     with a limit: there is no C2 in it then
   */
  public static CompilerTier find() {
    VmStructs structs = new VmStructs(Set.of("JVMFlag"), Set.of());
    long size = VmStructs.size("JVMFlag");
    long flags = VmStructs.word(structs.staticField("JVMFlag.flags"));
    long count = VmStructs.word(structs.staticField("JVMFlag.numFlags"));
    for (long i = 0; i < count; i++) {
      long entry = flags + i * size;
      long name = VmStructs.word(entry + structs.offset("JVMFlag._name"));
      if (name != 0 && VmStructs.text(name).equals(NAME)) {
        return new CompilerTier(limit(VmStructs.word(entry + structs.offset("JVMFlag._addr"))));
      }
    }
    throw new UnsupportedOperationException("this JVM has no flag " + NAME);
  }

  private static MemorySegment limit(long address) {
    MemorySegment flag = MemorySegment.ofAddress(address).reinterpret(Long.BYTES);
    long value = flag.get(JAVA_LONG, 0);
    if (value != C2) {
      throw new UnsupportedOperationException(NAME + " is " + value + ", not " + C2);
    }
    return flag;
  }

  /** Lets C1 compile alone what is not compiled yet. */
  public void limitToC1() {
    flag.set(JAVA_LONG, 0, C1);
  }
}
