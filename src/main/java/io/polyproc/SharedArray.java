package io.polyproc;

import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.shared.SharedBlock;
import io.polyproc.shared.SharedLock;
import io.polyproc.value.Typecode;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Numbers in shared memory with a lock: {@code multiprocessing.Array}.
 *
 * <pre>{@code
 * SharedArray totals = polyproc.array('d', 12);
 * pool.map(Void.class, PythonFunction.of("sums", "add"), …);
 * double january = totals.get(0).doubleValue();
 * MemorySegment all = totals.segment();                // without copying
 * }</pre>
 */
public final class SharedArray {
  private final Typecode type;
  private final int length;
  private final SharedBlock block;
  private final @Nullable SharedLock lock;

  SharedArray(Typecode type, int length, SharedBlock block, @Nullable SharedLock lock) {
    this.type = type;
    this.length = length;
    this.block = block;
    this.lock = lock;
  }

  static SharedArray create(EmbeddedRuntime host, char typecode, int length) {
    if (length < 1) {
      throw new IllegalArgumentException("an array needs at least one element, not " + length);
    }
    Typecode type = Typecode.of(typecode);
    return new SharedArray(
        type,
        length,
        SharedBlock.create(host, (long) type.bytes() * length),
        SharedLock.create(host, "RLock", 1));
  }

  /**
   * How many elements it has.
   *
   * @return at least 1
   */
  public int length() {
    return length;
  }

  /**
   * One element: a {@link Long}, or a {@link Double} of types {@code f} and {@code d}.
   *
   * @param index from 0
   * @return the element, read without the lock
   * @throws IndexOutOfBoundsException if there is no such element
   */
  public Number get(int index) {
    return type.get(block.segment(), offset(index));
  }

  /**
   * Changes one element, without the lock.
   *
   * @param index from 0
   * @param value cut to the size of the type, as a Java cast does
   * @throws IndexOutOfBoundsException if there is no such element
   */
  public void set(int index, Number value) {
    type.set(block.segment(), offset(index), value);
  }

  private long offset(int index) {
    return (long) Objects.checkIndex(index, length) * type.bytes();
  }

  /**
   * The memory itself, which is there as long as this object.
   *
   * @return in the byte order of the machine, for any thread
   */
  public MemorySegment segment() {
    return block.segment();
  }

  /**
   * What {@code get_lock()} gives.
   *
   * @return the lock; reentrant, unless Python has made it otherwise
   * @throws IllegalStateException if Python has made it without one
   */
  public PythonLock lock() {
    if (lock == null) {
      throw new IllegalStateException("this array has no lock");
    }
    return new PythonLock(Objects.requireNonNull(lock));
  }

  void write(ValueWriter writer) throws IOException {
    writer.build("array", String.valueOf(type.code()), length, block, lock);
  }

  @Override
  public String toString() {
    return "SharedArray[%d of type %s]".formatted(length, type.code());
  }
}
