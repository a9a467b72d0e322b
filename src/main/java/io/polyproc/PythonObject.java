package io.polyproc;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
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
  private final PythonFunction type;
  private final boolean constructed;
  private final List<@Nullable Object> arguments;
  private final List<@Nullable Object> items = new ArrayList<>();
  private final Map<@Nullable Object, @Nullable Object> pairs = new LinkedHashMap<>();
  private @Nullable Object state;
  private @Nullable String memberName;
  private @Nullable PythonFunction maker;

  /**
   * @param constructed whether it is made by calling {@code type}, and not by its {@code __new__}
   */
  PythonObject(PythonFunction type, boolean constructed, List<@Nullable Object> arguments) {
    this.type = type;
    this.constructed = constructed;
    this.arguments = arguments;
  }

  /** A member of an enumeration, of which more is known than how to make it. */
  static PythonObject member(PythonFunction type, String name, @Nullable Object value) {
    PythonObject member =
        new PythonObject(type, true, new ArrayList<>(Collections.singletonList(value)));
    member.memberName = name;
    return member;
  }

  /**
   * What was Java's before: Python's class is made by a function of ours.
   *
   * @param shown the class, for people and for {@link #as}
   */
  static PythonObject ofJava(
      PythonFunction shown, PythonFunction maker, PythonTuple arguments, Map<?, ?> attributes) {
    PythonObject object = new PythonObject(shown, true, new ArrayList<>(arguments));
    object.maker = maker;
    object.state = attributes;
    return object;
  }

  /**
   * The class's name with its module: {@code "crm.Customer"}.
   *
   * @return for people: other classes may have the same name
   */
  public String className() {
    return type.where() + "." + type.name();
  }

  /**
   * What its class was, or is to be, called with; empty for most objects.
   *
   * @return can't be changed
   */
  public List<@Nullable Object> arguments() {
    return Collections.unmodifiableList(arguments);
  }

  /**
   * The attributes, those of slots too, in the order in which they were set. Of a member of an
   * enumeration, {@code name} and {@code value}.
   *
   * @return a copy that can't be changed
   */
  public Map<String, @Nullable Object> attributes() {
    Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
    if (memberName != null) {
      attributes.put("name", memberName);
      attributes.put("value", arguments.getFirst());
    }
    addAttributes(attributes, state);
    return Collections.unmodifiableMap(attributes);
  }

  private static void addAttributes(Map<String, @Nullable Object> attributes, @Nullable Object of) {
    if (of instanceof Map<?, ?> map) {
      map.forEach((name, value) -> attributes.put(String.valueOf(name), value));
    } else if (of instanceof PythonTuple pair && pair.size() == 2) {
      // An object with slots: its dictionary, then the slots.
      addAttributes(attributes, pair.get(0));
      addAttributes(attributes, pair.get(1));
    }
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
    return state;
  }

  /**
   * The elements, if its class extends {@code list}.
   *
   * @return can't be changed; empty for other classes
   */
  public List<@Nullable Object> items() {
    return Collections.unmodifiableList(items);
  }

  /**
   * The entries, if its class extends {@code dict}.
   *
   * @return can't be changed; empty for other classes
   */
  public Map<@Nullable Object, @Nullable Object> entries() {
    return Collections.unmodifiableMap(pairs);
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

  PythonFunction type() {
    return type;
  }

  /** The function that makes it again in Python, of its arguments alone; null for most. */
  @Nullable PythonFunction maker() {
    return maker;
  }

  boolean isConstructed() {
    return constructed;
  }

  @Nullable String memberName() {
    return memberName;
  }

  void setState(@Nullable Object state) {
    this.state = state;
  }

  void append(@Nullable Object item) {
    items.add(item);
  }

  void put(@Nullable Object key, @Nullable Object value) {
    pairs.put(key, value);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PythonObject object
        && type.equals(object.type)
        && constructed == object.constructed
        && arguments.equals(object.arguments)
        && Objects.equals(state, object.state)
        && items.equals(object.items)
        && pairs.equals(object.pairs);
  }

  @Override
  public int hashCode() {
    return Objects.hash(type, arguments);
  }

  /**
   * The class's name and the attributes, for people.
   *
   * @return such as <code>crm.Customer{age=41}</code>
   */
  @Override
  public String toString() {
    return className() + attributes();
  }
}
