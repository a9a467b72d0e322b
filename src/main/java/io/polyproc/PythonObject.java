package io.polyproc;

import io.polyproc.value.Conversions;
import io.polyproc.value.ObjectParts;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An object of a Python class that has no counterpart in Java: its class's name and what it is made
 * of, but nothing that runs. Sent back to Python, it is the object again.
 *
 * <pre>{@code
 * // @dataclass
 * // class Customer: name: str; age: int
 * PythonObject customer = pool.submit(PythonObject.class, load, 17).join();
 * customer.className();              // "crm.Customer"
 * customer.attribute("age");         // 41
 * record Customer(String name, int age) {}
 * customer.as(Customer.class);       // Customer[name=…, age=41]
 * }</pre>
 */
public final class PythonObject {
  private final ObjectParts parts;

  PythonObject(ObjectParts parts) {
    this.parts = parts;
  }

  ObjectParts parts() {
    return parts;
  }

  /**
   * The class's name with its module: {@code "crm.Customer"}.
   *
   * @return for people: other classes may have the same name
   */
  public String className() {
    return parts.className();
  }

  /**
   * What its class was, or is to be, called with; empty for most objects.
   *
   * @return can't be changed
   */
  public List<@Nullable Object> arguments() {
    return parts.arguments();
  }

  /**
   * The attributes, those of slots too, in the order in which they were set. Of a member of an
   * enumeration, {@code name} and {@code value}.
   *
   * @return a copy that can't be changed
   */
  public Map<String, @Nullable Object> attributes() {
    return parts.attributes();
  }

  /**
   * One attribute.
   *
   * @param name of the attribute
   * @return its value; null for {@code None}
   * @throws IllegalArgumentException if it has none of that name
   */
  public @Nullable Object attribute(String name) {
    Map<String, @Nullable Object> attributes = attributes();
    if (!attributes.containsKey(name)) {
      throw new IllegalArgumentException(
          "this %s has no attribute '%s'; it has %s"
              .formatted(className(), name, attributes.keySet()));
    }
    return attributes.get(name);
  }

  /**
   * What {@code __getstate__} gave: a dictionary of the attributes, in most classes.
   *
   * @return null if it has none
   */
  public @Nullable Object state() {
    return parts.state();
  }

  /**
   * The elements, if its class extends {@code list}.
   *
   * @return can't be changed; empty for other classes
   */
  public List<@Nullable Object> items() {
    return parts.items();
  }

  /**
   * The entries, if its class extends {@code dict}.
   *
   * @return can't be changed; empty for other classes
   */
  public Map<@Nullable Object, @Nullable Object> entries() {
    return parts.entries();
  }

  /**
   * The record with these attributes, or the enum constant with this name.
   *
   * @param <T> the record or enum
   * @param javaType the record or enum
   * @return what its constructor made of the attributes, or its constant
   * @throws UnconvertibleValueException if one is missing or does not fit, with its name
   */
  public <T> T as(Class<T> javaType) {
    return Objects.requireNonNull(Conversions.convert(this, javaType, className()));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PythonObject object && parts.equals(object.parts);
  }

  @Override
  public int hashCode() {
    return parts.hashCode();
  }

  /**
   * The class's name and the attributes, for people.
   *
   * @return such as <code>crm.Customer{age=41}</code>
   */
  @Override
  public String toString() {
    return parts.toString();
  }
}
