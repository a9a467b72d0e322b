package io.polyproc.hotspot;

import java.lang.ref.WeakReference;

/**
 * A heap without garbage: what is free in the young generation still has the bytes of objects that
 * are gone, which would be a hundred megabytes of an image.
 */
public final class ZeroedHeap {
  private static final int ARRAY_BYTES = 256 << 10;

  /** A young generation that is larger is not worth the time. */
  private static final int MAX_ARRAYS = 4096;

  private ZeroedHeap() {}

  /** Collects all garbage. */
  public static void collect() {
    System.gc();
  }

  /**
   * Fills the young generation with arrays, which are zeros, until it is collected, and nothing
   * else is. What is there then is nearly all zero.
   */
  public static void zero() {
    WeakReference<Object> witness = new WeakReference<>(new Object());
    byte[] last = {};
    for (int i = 0; i < MAX_ARRAYS && !witness.refersTo(null); i++) {
      last = new byte[ARRAY_BYTES];
    }
    // Used, or no array would have to be made.
    if (last.length == 1) {
      throw new IllegalStateException("an array of another length");
    }
  }
}
