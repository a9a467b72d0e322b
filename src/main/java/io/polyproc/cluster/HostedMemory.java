package io.polyproc.cluster;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The bytes of shared values and arrays that were made on this node: every access is a call. */
final class HostedMemory {
  private final Map<String, byte[]> blocks = new ConcurrentHashMap<>();

  /** A new block, with this content. */
  void create(String name, byte[] content) {
    blocks.put(name, content.clone());
  }

  /**
   * Reads a part of a block.
   *
   * @throws IllegalArgumentException if there is none, or the part is not in it
   */
  byte[] read(String name, int offset, int length) {
    byte[] block = find(name, offset, length);
    byte[] part = new byte[length];
    synchronized (block) {
      System.arraycopy(block, offset, part, 0, length);
    }
    return part;
  }

  /** Writes a part of a block. */
  void write(String name, int offset, byte[] part) {
    byte[] block = find(name, offset, part.length);
    synchronized (block) {
      System.arraycopy(part, 0, block, offset, part.length);
    }
  }

  private byte[] find(String name, int offset, int length) {
    byte[] block = blocks.get(name);
    if (block == null) {
      throw new IllegalArgumentException("there is no memory " + name);
    }
    if (offset < 0 || length < 0 || offset > block.length - length) {
      throw new IllegalArgumentException(
          "bytes %d to %d of %d".formatted(offset, offset + (long) length, block.length));
    }
    return block;
  }

  void removeAll(String prefix) {
    blocks.keySet().removeIf(name -> name.startsWith(prefix));
  }
}
