package io.polyproc;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * Python's {@code tuple}: a list that can't be changed. It equals every list with the same
 * elements, so it may be compared with {@code List.of(…)}; a plain list becomes a {@code list} in
 * Python, a tuple stays a {@code tuple}.
 *
 * <pre>{@code
 * PythonTuple point = PythonTuple.of(3, 4);
 * pool.submit(Double.class, PythonFunction.of("math", "dist"), point, PythonTuple.of(0, 0));
 * }</pre>
 */
public final class PythonTuple extends AbstractList<@Nullable Object> implements RandomAccess {
  private final @Nullable Object[] elements;

  private PythonTuple(@Nullable Object[] elements) {
    this.elements = elements;
  }

  /**
   * A tuple of these elements.
   *
   * @param elements copied
   * @return the tuple
   */
  public static PythonTuple of(@Nullable Object... elements) {
    return new PythonTuple(Arrays.copyOf(elements, elements.length, Object[].class));
  }

  /**
   * A tuple of a collection's elements.
   *
   * @param elements copied, in the order of their iterator
   * @return the tuple
   */
  public static PythonTuple copyOf(Collection<? extends @Nullable Object> elements) {
    return new PythonTuple(elements.toArray());
  }

  @Override
  public @Nullable Object get(int index) {
    return elements[index];
  }

  @Override
  public int size() {
    return elements.length;
  }
}
