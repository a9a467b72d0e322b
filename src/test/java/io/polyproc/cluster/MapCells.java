package io.polyproc.cluster;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cells of an object in a map.
 *
 * @param stored the contents by their numbers
 */
record MapCells(Map<Long, byte[]> stored) implements Cells {
  @Override
  public byte @Nullable [] get(long index) {
    return stored.get(index);
  }

  @Override
  public void put(long index, byte[] content) {
    stored.put(index, content);
  }

  @Override
  public void remove(long index) {
    stored.remove(index);
  }
}
