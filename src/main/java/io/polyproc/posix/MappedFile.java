package io.polyproc.posix;

/** Memory that Python has mapped, by its address: see {@code man 2 mmap}. */
public final class MappedFile {
  private static final long MAY_MOVE = 1;

  private MappedFile() {}

  /**
   * Unmaps it.
   *
   * @param descriptor is closed, unless it is -1
   */
  public static void unmap(long address, long length, int descriptor) {
    if (descriptor != -1) {
      Descriptors.close(descriptor);
    }
    LibC.MUNMAP.tryCall(address, length);
  }

  /**
   * Changes the length of the memory and of the file behind it.
   *
   * @param descriptor the file's, or -1 if there is none
   * @param offset where the memory begins in the file, in bytes
   * @return where the memory is now
   * @throws PosixException if one of the two can't have that length
   */
  public static long resize(long address, long former, int descriptor, long offset, long length) {
    if (descriptor != -1) {
      LibC.FTRUNCATE.call(descriptor, offset + length);
    }
    return LibC.MREMAP.call(address, former, length, MAY_MOVE);
  }
}
