package io.polyproc;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Names a type with its type arguments, which a {@link Class} can't: extended where it is used, it
 * keeps them.
 *
 * <pre>{@code
 * record Doc(String title, int pages) {}
 * List<Doc> docs = pool.submit(new TypeReference<List<Doc>>() {}, load, "shelf").join();
 * }</pre>
 *
 * <p>Immutable, so safe for any thread.
 *
 * @param <T> the type
 */
public abstract class TypeReference<T> {
  private final Type type;

  /**
   * For an anonymous class that names the type.
   *
   * @throws IllegalArgumentException if it names none, as {@code new TypeReference() {}} does
   */
  protected TypeReference() {
    if (!(getClass().getGenericSuperclass() instanceof ParameterizedType named)
        || named.getRawType() != TypeReference.class) {
      throw new IllegalArgumentException(
          "a type is named by an anonymous class: new TypeReference<List<String>>() {}");
    }
    this.type = named.getActualTypeArguments()[0];
  }

  /**
   * The type.
   *
   * @return with its type arguments
   */
  public final Type type() {
    return type;
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof TypeReference<?> reference && type.equals(reference.type);
  }

  @Override
  public final int hashCode() {
    return type.hashCode();
  }

  /**
   * The type as Java code has it.
   *
   * @return such as {@code java.util.List<java.lang.String>}
   */
  @Override
  public final String toString() {
    return type.getTypeName();
  }
}
