package io.polyproc.cluster;

import org.jspecify.annotations.Nullable;

/** What an object consists of: cells with numbers, of which 0 is its head. */
interface Cells {
  byte @Nullable [] get(long index);

  void put(long index, byte[] content);

  void remove(long index);
}
