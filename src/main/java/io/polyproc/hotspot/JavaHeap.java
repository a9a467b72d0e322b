package io.polyproc.hotspot;

import io.polyproc.posix.Memory;
import java.util.Set;

/**
 * Where the heap of this JVM is: the addresses that the JVM has reserved for it, whether in use or
 * not. They are found in the tables for debuggers ({@link VmStructs}).
 *
 * @param from the first address
 * @param bytes how many
 */
public record JavaHeap(long from, long bytes) {

  /**
   * Finds it.
   *
   * @throws UnsupportedOperationException if this JVM does not tell
   */
  public static JavaHeap find() {
    VmStructs structs = new VmStructs(Set.of("Universe", "CollectedHeap", "MemRegion"), Set.of());
    long reserved =
        VmStructs.word(structs.staticField("Universe._collectedHeap"))
            + structs.offset("CollectedHeap._reserved");
    return new JavaHeap(
        VmStructs.word(reserved + structs.offset("MemRegion._start")),
        VmStructs.word(reserved + structs.offset("MemRegion._word_size")) * Long.BYTES);
  }

  /**
   * Lets the kernel take large pages for it, where it has any: new objects then need one of them
   * and not 512 small ones, each of which the kernel would be asked for. Memory that is mapped from
   * an image stays as it is.
   */
  public void useLargePages() {
    Memory.useLargePages(from, bytes);
  }
}
