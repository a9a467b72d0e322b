package io.polyproc.value;

import io.polyproc.PythonFunction;
import io.polyproc.PythonTuple;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link io.polyproc.PythonObject} consists of. It is added to while its pickle is read, by
 * one thread, and not afterwards.
 */
public final class ObjectParts {
  private final PythonFunction type;
  private final boolean constructed;
  private final List<@Nullable Object> arguments;
  private final List<@Nullable Object> items = new ArrayList<>();
  private final Map<@Nullable Object, @Nullable Object> entries = new LinkedHashMap<>();
  private @Nullable Object state;
  private @Nullable String memberName;
  private @Nullable PythonFunction maker;

  /**
   * An object without state yet.
   *
   * @param constructed whether it is made by calling {@code type}, and not by its {@code __new__}
   * @param arguments copied
   */
  public ObjectParts(PythonFunction type, boolean constructed, List<@Nullable Object> arguments) {
    this.type = type;
    this.constructed = constructed;
    this.arguments = Collections.unmodifiableList(new ArrayList<>(arguments));
  }

  /** A member of an enumeration, of which more is known than how to make it. */
  static ObjectParts member(PythonFunction type, String name, @Nullable Object value) {
    ObjectParts member = new ObjectParts(type, true, Collections.singletonList(value));
    member.memberName = name;
    return member;
  }

  /**
   * What was Java's before: Python's class is made by a function of ours.
   *
   * @param shown the class, for people and for conversions
   */
  static ObjectParts ofJava(
      PythonFunction shown, PythonFunction maker, PythonTuple arguments, Map<?, ?> attributes) {
    ObjectParts parts = new ObjectParts(shown, true, arguments);
    parts.maker = maker;
    parts.state = attributes;
    return parts;
  }

  /** Its class's name, with its module. */
  public String className() {
    return ApiAccess.get().parts(type).where() + "." + type.name();
  }

  /** The attributes, those of slots too. */
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

  /** What its class is called with. */
  public List<@Nullable Object> arguments() {
    return arguments;
  }

  /** What {@code __getstate__} gave; null for nothing. */
  public @Nullable Object state() {
    return state;
  }

  void setState(@Nullable Object state) {
    this.state = state;
  }

  /** The elements of a {@code list}. */
  public List<@Nullable Object> items() {
    return Collections.unmodifiableList(items);
  }

  void append(@Nullable Object item) {
    items.add(item);
  }

  /** The entries of a {@code dict}. */
  public Map<@Nullable Object, @Nullable Object> entries() {
    return Collections.unmodifiableMap(entries);
  }

  void put(@Nullable Object key, @Nullable Object value) {
    entries.put(key, value);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ObjectParts parts
        && type.equals(parts.type)
        && constructed == parts.constructed
        && arguments.equals(parts.arguments)
        && Objects.equals(state, parts.state)
        && items.equals(parts.items)
        && entries.equals(parts.entries);
  }

  @Override
  public int hashCode() {
    return Objects.hash(type, arguments);
  }

  /** For people. */
  @Override
  public String toString() {
    return className() + attributes();
  }
}
