package io.polyproc;

import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/**
 * Shared memory that has a name: {@code multiprocessing.shared_memory.SharedMemory}.
 *
 * <pre>{@code
 * try (PythonSharedMemory image = polyproc.sharedMemory(1 << 20)) {
 *   MemorySegment.copy(pixels, 0, image.segment(), ValueLayout.JAVA_BYTE, 0, pixels.length);
 *   pool.submit(Void.class, PythonFunction.of("filters", "blur"), image).join();
 *   image.unlink();
 * }
 * }</pre>
 *
 * <p>It exists until {@link #unlink} or until the runtime is closed.
 */
public final class PythonSharedMemory implements AutoCloseable {
  private static final Path FOLDER = Path.of("/dev/shm");

  private final EmbeddedRuntime host;
  private final String name;
  private final MemorySegment segment;
  private final Arena mapped;

  private PythonSharedMemory(
      EmbeddedRuntime host, String name, MemorySegment segment, Arena arena) {
    this.host = host;
    this.name = name;
    this.segment = segment;
    this.mapped = arena;
  }

  static PythonSharedMemory create(EmbeddedRuntime host, long size) {
    if (size < 1) {
      throw new IllegalArgumentException("shared memory needs at least one byte, not " + size);
    }
    byte[] random = new byte[4];
    new SecureRandom().nextBytes(random);
    String name = "psm_" + HexFormat.of().formatHex(random);
    Arena arena = Arena.ofShared();
    try (FileChannel file =
        FileChannel.open(
            FOLDER.resolve(name),
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      host.tracker().note("/" + name, true);
      return new PythonSharedMemory(
          host, name, file.map(FileChannel.MapMode.READ_WRITE, 0, size, arena), arena);
    } catch (IOException e) {
      arena.close();
      throw new UncheckedIOException("no shared memory could be made: " + e.getMessage(), e);
    }
  }

  /** Memory that exists. */
  static PythonSharedMemory open(EmbeddedRuntime host, String name) {
    Arena arena = Arena.ofShared();
    try (FileChannel file =
        FileChannel.open(FOLDER.resolve(name), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return new PythonSharedMemory(
          host, name, file.map(FileChannel.MapMode.READ_WRITE, 0, file.size(), arena), arena);
    } catch (IOException e) {
      arena.close();
      throw new UncheckedIOException("no shared memory '" + name + "': " + e.getMessage(), e);
    }
  }

  /**
   * The name, by which any process of this user can open it.
   *
   * @return as Python's {@code name}, without a slash
   */
  public String name() {
    return name;
  }

  /**
   * How many bytes it has.
   *
   * @return as it was asked for, or more if another process has made it
   */
  public long size() {
    return segment.byteSize();
  }

  /**
   * The memory itself, until {@link #close}.
   *
   * @return of {@link #size} bytes, for any thread; access throws an {@link IllegalStateException}
   *     once this is closed
   */
  public MemorySegment segment() {
    return segment;
  }

  /**
   * Removes the name; processes that have opened it keep the memory. Does nothing if it was removed
   * already.
   *
   * @throws UncheckedIOException if the name can't be removed
   */
  public void unlink() {
    try {
      if (Files.deleteIfExists(FOLDER.resolve(name))) {
        host.tracker().note("/" + name, false);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the name of shared memory could not be removed", e);
    }
  }

  /**
   * Lets go of the memory in this program; the name stays. A second call does nothing.
   *
   * @throws IllegalStateException if a thread is just using the memory
   */
  @Override
  public void close() {
    if (mapped.scope().isAlive()) {
      mapped.close();
    }
  }

  void write(ValueWriter writer) throws IOException {
    writer.build("named_memory", name);
  }

  @Override
  public String toString() {
    return "PythonSharedMemory[%s, %d bytes]".formatted(name, size());
  }
}
