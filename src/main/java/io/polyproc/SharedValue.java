package io.polyproc;

import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.shared.SharedBlock;
import io.polyproc.shared.SharedLock;
import io.polyproc.value.Typecode;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A number in shared memory with a lock: {@code multiprocessing.Value}.
 *
 * <pre>{@code
 * SharedValue counter = polyproc.value('i', 0);
 * polyproc.process(PythonFunction.of("count", "up"), counter).start();   // with c.get_lock(): c.value += 1
 * counter.update(n -> n.longValue() + 1);
 * }</pre>
 */
public final class SharedValue {
  private final Typecode type;
  private final SharedBlock block;
  private final @Nullable SharedLock lock;

  SharedValue(Typecode type, SharedBlock block, @Nullable SharedLock lock) {
    this.type = type;
    this.block = block;
    this.lock = lock;
  }

  static SharedValue create(EmbeddedRuntime host, char typecode, Number initial) {
    Typecode type = Typecode.of(typecode);
    SharedValue value =
        new SharedValue(
            type, SharedBlock.create(host, type.bytes()), SharedLock.create(host, "RLock", 1));
    value.set(initial);
    return value;
  }

  /**
   * The number: a {@link Long}, or a {@link Double} of types {@code f} and {@code d}.
   *
   * @return the number, read without the lock
   */
  public Number get() {
    return type.get(block.segment(), 0);
  }

  /**
   * Changes the number, without the lock.
   *
   * @param value cut to the size of the type, as a Java cast does
   */
  public void set(Number value) {
    type.set(block.segment(), 0, value);
  }

  /**
   * Changes the number under its lock; returns the new one.
   *
   * @param change gets the number and gives the new one, with the lock held
   * @return the new number
   * @throws IllegalStateException if Python has made it without a lock
   */
  public Number update(UnaryOperator<Number> change) {
    PythonLock held = lock();
    held.lock();
    try {
      set(change.apply(get()));
      return get();
    } finally {
      held.unlock();
    }
  }

  /**
   * What {@code get_lock()} gives.
   *
   * @return the lock; reentrant, unless Python has made it otherwise
   * @throws IllegalStateException if Python has made it without one
   */
  public PythonLock lock() {
    if (lock == null) {
      throw new IllegalStateException("this value has no lock");
    }
    return new PythonLock(Objects.requireNonNull(lock));
  }

  void write(ValueWriter writer) throws IOException {
    writer.build("number", String.valueOf(type.code()), block, lock);
  }

  @Override
  public String toString() {
    return "SharedValue[%s of type %s]".formatted(get(), type.code());
  }
}
