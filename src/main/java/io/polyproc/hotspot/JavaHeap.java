package io.polyproc.hotspot;

import java.lang.ref.WeakReference;
import java.util.Set;

/**
 * The heap of this JVM, and how to empty it: an image is written of an emptied heap. A table for
 * debuggers ({@link VmStructs}) says how full it is, if the JVM has the serial collector, which
 * {@code jvm.options} selects; otherwise an image is larger.
 */
public final class JavaHeap {
  private static final int SMALL_ARRAY = 256 << 10;
  private static final int LARGE_ARRAY = 8 << 20;

  /** A young generation that is larger is not worth the time. */
  private static final int MAX_ARRAYS = 4096;

  private static final JavaHeap UNKNOWN = new JavaHeap(0, 0);

  // Where the space in which objects are made has its first free address, and its end; 0 if
  // unknown.
  private final long top;
  private final long end;

  private JavaHeap(long top, long end) {
    this.top = top;
    this.end = end;
  }

  /** Finds it. */
  public static JavaHeap find() {
    try {
      if (!JvmFlag.find("UseSerialGC").isOn()) {
        return UNKNOWN;
      }
      VmStructs structs =
          new VmStructs(
              Set.of("Universe", "SerialHeap", "DefNewGeneration", "ContiguousSpace"), Set.of());
      long heap = VmStructs.word(structs.staticField("Universe._collectedHeap"));
      long young = VmStructs.word(heap + structs.offset("SerialHeap._young_gen"));
      long eden = VmStructs.word(young + structs.offset("DefNewGeneration._eden_space"));
      return new JavaHeap(
          eden + structs.offset("ContiguousSpace._top"),
          eden + structs.offset("ContiguousSpace._end"));
    } catch (UnsupportedOperationException e) {
      return UNKNOWN;
    }
  }

  /** Whether this JVM tells where its heap is. */
  boolean isKnown() {
    return top != 0;
  }

  /**
   * Fills what is free in the young generation with zeros, as it still has the bytes of objects
   * that are gone, which would be a hundred megabytes of an image. The old generation is not
   * collected.
   */
  public void zero() {
    fillUntilCollected(); // it is empty then
    fillUntilCollected();
  }

  /** With arrays, which are zeros: as few as possible, as each has a header, which is not. */
  private void fillUntilCollected() {
    WeakReference<Object> witness = new WeakReference<>(new Object());
    byte[] last = {};
    for (int i = 0; i < MAX_ARRAYS && !witness.refersTo(null); i++) {
      last = new byte[free() > 2 * LARGE_ARRAY ? LARGE_ARRAY : SMALL_ARRAY];
    }
    // Used, or no array would have to be made.
    if (last.length == 1) {
      throw new IllegalStateException("an array of another length");
    }
  }

  /** How many bytes new objects can still have before the next collection. */
  private long free() {
    return isKnown() ? VmStructs.word(end) - VmStructs.word(top) : 0;
  }
}
