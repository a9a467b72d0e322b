package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Memory behind a descriptor. What is {@linkplain #create created} here is anonymous ({@code man 2
 * memfd_create}): it has no name in any file system, so the kernel frees it with the last process
 * that holds it and nothing can leak. What is {@linkplain #of(int) taken over} may also be a file.
 */
public final class MemoryFile implements AutoCloseable {
  private static final int MFD_CLOEXEC = 1;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_SHARED = 1;
  private static final int SEEK_END = 2;
  private static final int CHUNK = 256 << 10;

  private final int fd;
  private boolean closed;

  private MemoryFile(int fd) {
    this.fd = Descriptors.internal(fd);
  }

  /**
   * Creates memory of {@code size} zero bytes.
   *
   * @param name shown in {@code /proc/PID/maps}, for people
   */
  public static MemoryFile create(String name, long size) {
    try (Arena arena = Arena.ofConfined()) {
      MemoryFile file =
          new MemoryFile(
              (int) LibC.MEMFD_CREATE.call(LibC.cString(arena, name).address(), MFD_CLOEXEC));
      try {
        file.resize(size);
        return file;
      } catch (PosixException e) {
        file.close();
        throw e;
      }
    }
  }

  /** Creates memory that holds {@code content}. */
  public static MemoryFile of(String name, byte[] content) {
    try (Arena arena = Arena.ofConfined()) {
      return of(name, arena.allocate(roomFor(content.length)), content);
    }
  }

  /**
   * Creates memory that holds all parts.
   *
   * @param buffer through which they go
   */
  public static MemoryFile of(String name, MemorySegment buffer, byte[]... parts) {
    long size = 0;
    for (byte[] part : parts) {
      size += part.length;
    }
    MemoryFile file = create(name, size);
    try {
      long at = 0;
      for (byte[] part : parts) {
        file.write(at, part, buffer);
        at += part.length;
      }
      return file;
    } catch (PosixException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Creates memory and has it filled in its place.
   *
   * @param size at least 1
   * @param fill is given the memory, which is mapped until it returns
   */
  public static MemoryFile of(String name, long size, Consumer<MemorySegment> fill) {
    MemoryFile file = create(name, size);
    try (Arena arena = Arena.ofConfined()) {
      long address = LibC.MMAP.call(0, size, PROT_READ_WRITE, MAP_SHARED, file.fd, 0);
      fill.accept(
          MemorySegment.ofAddress(address)
              .reinterpret(size, arena, _ -> LibC.MUNMAP.tryCall(address, size)));
      return file;
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private void write(long at, byte[] content, MemorySegment buffer) {
    for (int from = 0; from < content.length; ) {
      int length = (int) Math.min(buffer.byteSize(), content.length - from);
      MemorySegment.copy(content, from, buffer, JAVA_BYTE, 0, length);
      from += (int) LibC.PWRITE.call(fd, buffer.address(), length, at + from);
    }
  }

  private static long roomFor(int size) {
    return Math.max(1, Math.min(CHUNK, size));
  }

  /** The first bytes of what a descriptor's memory file holds. */
  public static byte[] content(int fd, int size) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      return content(fd, 0, size, arena.allocate(roomFor(size)));
    }
  }

  /**
   * So many bytes of what a descriptor's memory file holds.
   *
   * @param buffer through which they go
   */
  public static byte[] content(int fd, long offset, int size, MemorySegment buffer)
      throws IOException {
    byte[] content = new byte[size];
    int at = 0;
    while (at < content.length) {
      long length = Math.min(buffer.byteSize(), content.length - at);
      int read = (int) LibC.PREAD.call(fd, buffer.address(), length, offset + at);
      if (read == 0) {
        throw new IOException(
            "a memory file of %d bytes ends at %d".formatted(offset + size, offset + at));
      }
      MemorySegment.copy(buffer, JAVA_BYTE, 0, content, at, read);
      at += read;
    }
    return content;
  }

  /** The last {@code limit} bytes of what a descriptor's file holds, as UTF-8 text. */
  public static String tail(int fd, int limit) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(limit);
      long from = Math.max(0, size(fd) - limit);
      long read = LibC.PREAD.call(fd, buffer.address(), limit, from);
      byte[] bytes = buffer.asSlice(0, read).toArray(JAVA_BYTE);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** Takes over the descriptor of a memory file, or of another one that can be mapped. */
  public static MemoryFile of(int fd) {
    return new MemoryFile(fd);
  }

  /** Changes the size, in bytes; new ones are zero. */
  public void resize(long size) {
    LibC.FTRUNCATE.call(fd, size);
  }

  /** The size in bytes. */
  public long size() {
    return size(fd);
  }

  private static long size(int fd) {
    return LibC.LSEEK.call(fd, 0, SEEK_END);
  }

  /** The descriptor; it stays this object's. */
  public int fd() {
    return fd;
  }

  /**
   * Maps the memory behind a descriptor into this process, for good: what lives in it is used by
   * threads whose end cannot be awaited.
   */
  public static MemorySegment map(int fd, long size) {
    long address = LibC.MMAP.call(0, size, PROT_READ_WRITE, MAP_SHARED, fd, 0);
    return MemorySegment.ofAddress(address).reinterpret(size);
  }

  /** Maps the memory behind a descriptor, until nothing in this JVM refers to it any more. */
  public static MemorySegment mapManaged(int fd, long size) {
    long address = LibC.MMAP.call(0, size, PROT_READ_WRITE, MAP_SHARED, fd, 0);
    return MemorySegment.ofAddress(address)
        .reinterpret(size, Arena.ofAuto(), _ -> LibC.MUNMAP.tryCall(address, size));
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Descriptors.close(fd);
    }
  }
}
