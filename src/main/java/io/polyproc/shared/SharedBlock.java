package io.polyproc.shared;

import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.posix.MemoryFile;
import io.polyproc.value.DescriptorToken;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;

/**
 * A block of anonymous shared memory: {@code multiprocessing.heap.BufferWrapper}. The memory goes
 * with the last process that has it, in Java with the last reference to this object and its
 * segment.
 */
public final class SharedBlock implements ValueWriter.Shareable {
  private static final Cleaner CLEANER = Cleaner.create();

  private final EmbeddedRuntime host;
  private final MemoryFile file;
  private final long start;
  private final long size;
  private final MemorySegment segment;

  private SharedBlock(EmbeddedRuntime host, MemoryFile file, long start, long size, long fileSize) {
    this.host = host;
    this.file = file;
    this.start = start;
    this.size = size;
    this.segment = MemoryFile.mapManaged(file.fd(), fileSize).asSlice(start, size);
    CLEANER.register(this, file::close);
  }

  /** A new block, of zeros. */
  public static SharedBlock create(EmbeddedRuntime host, long size) {
    return new SharedBlock(host, MemoryFile.create("polyproc-memory", size), 0, size, size);
  }

  /**
   * The block that another process sent.
   *
   * @param descriptor of its arena; taken over
   */
  public static SharedBlock of(
      EmbeddedRuntime host, int descriptor, long arenaSize, long start, long size) {
    return new SharedBlock(host, MemoryFile.of(descriptor), start, size, arenaSize);
  }

  /** Its memory. */
  public MemorySegment segment() {
    return segment;
  }

  @Override
  public void write(ValueWriter writer) throws IOException {
    writer.build("memory", DescriptorToken.of(host, file.fd()), start, size);
  }
}
