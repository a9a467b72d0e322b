package io.polyproc.bridge;

import io.polyproc.posix.LocalTime;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * What {@code _polyproc.compat} asks of Java, for modules of the standard library that lack it in
 * GraalPy: native calls, digests, the memory of an {@code mmap}, and local time.
 *
 * <p>Any thread may call; a failure is a {@code PosixException}, which the shim turns into an
 * {@code OSError}.
 */
public final class StandardLibrary {

  StandardLibrary() {}

  /** Calls functions of the C library. */
  public NativeFunctions nativeFunctions() {
    return new NativeFunctions();
  }

  /**
   * A BLAKE2b digest if {@code wide}, else a BLAKE2s.
   *
   * @param parameters the parameter block of the specification
   * @param key empty for none
   */
  public Blake2 newBlake2(boolean wide, byte[] parameters, byte[] key, boolean lastNode) {
    return Blake2.of(wide, parameters, key, lastNode);
  }

  /** A SHAKE digest that takes in so many bytes at a time: 168 for SHAKE128, 136 for SHAKE256. */
  public Shake newShake(int rate) {
    return new Shake(rate);
  }

  /**
   * Has functions called for the views of a type that is derived from {@code mmap}; see {@link
   * MappedMemory#countViews}.
   *
   * @return false if this GraalPy is another than is known
   */
  public boolean countViews(Value type, Value acquire, Value release) {
    boolean available = MappedMemory.isAvailable();
    if (available) {
      MappedMemory.countViews(type, acquire, release);
    }
    return available;
  }

  /** All memory of an {@code mmap}, for one of its views. */
  public Object mappedBuffer(Value mapping) {
    return MappedMemory.buffer(mapping);
  }

  /** Where the memory of an {@code mmap} begins. */
  public long mappedAddress(Value mapping) {
    return MappedMemory.address(mapping);
  }

  /** The descriptor that an {@code mmap} has of its file; -1 if there is none. */
  public int mappedDescriptor(Value mapping) {
    return MappedMemory.descriptor(mapping);
  }

  /** Gives the memory of an {@code mmap} back that has no views, and lets it have another type. */
  public void closeMapped(Value mapping, Value closedType) {
    MappedMemory.close(mapping, closedType);
  }

  /** Changes the size of an {@code mmap} that has no views, and of its file. */
  public void resizeMapped(Value mapping, long offset, long length) {
    MappedMemory.resize(mapping, offset, length);
  }

  /** Reads the environment variable {@code TZ} anew; see {@link LocalTime}. */
  public void setTimeZone(@Nullable String zone) {
    LocalTime.setZone(zone);
  }

  /** Local time: the nine fields of {@code struct tm}, then the seconds east of Greenwich. */
  public long[] localTime(long seconds) {
    return LocalTime.of(seconds);
  }

  /** The zone's abbreviation at a time. */
  public String zoneName(long seconds) {
    return LocalTime.zoneName(seconds);
  }

  /** Seconds since 1970 for the nine fields of a local time. */
  public long secondsOf(int[] fields) {
    return LocalTime.seconds(fields);
  }
}
