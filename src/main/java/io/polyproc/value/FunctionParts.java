package io.polyproc.value;

import io.polyproc.PythonTuple;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link io.polyproc.PythonFunction} consists of: where the function is found, and the
 * arguments that it has already.
 *
 * @param kind {@link #MODULE}, {@link #FILE}, {@link #RESOURCE} or {@link #SOURCE}
 * @param where the module's name, the file, the resource's path, or the source text
 * @param text of a resource; else empty
 * @param name of the function within that
 * @param bound its first arguments
 * @param keywords its keyword arguments
 */
public record FunctionParts(
    String kind,
    String where,
    String text,
    String name,
    PythonTuple bound,
    Map<String, @Nullable Object> keywords) {
  public static final String MODULE = "module";
  public static final String FILE = "file";
  public static final String RESOURCE = "resource";
  public static final String SOURCE = "source";

  public FunctionParts {
    Objects.requireNonNull(where);
    Objects.requireNonNull(name);
    if (name.isEmpty() || where.isEmpty()) {
      throw new IllegalArgumentException("a function needs a %s and a name".formatted(kind));
    }
  }

  /** A function without arguments. */
  public static FunctionParts of(String kind, String where, String text, String name) {
    return new FunctionParts(kind, where, text, name, PythonTuple.of(), Map.of());
  }

  /** The function with these behind the first arguments that it has. */
  public FunctionParts bind(PythonTuple arguments) {
    return new FunctionParts(kind, where, text, name, joined(arguments), keywords);
  }

  /** The function with a keyword argument, in the place of one with that name. */
  public FunctionParts keyword(String argument, @Nullable Object value) {
    Map<String, @Nullable Object> more = new LinkedHashMap<>(keywords);
    more.put(Objects.requireNonNull(argument), value);
    return new FunctionParts(kind, where, text, name, bound, Collections.unmodifiableMap(more));
  }

  private PythonTuple joined(PythonTuple arguments) {
    List<@Nullable Object> all = new ArrayList<>(bound);
    all.addAll(arguments);
    return PythonTuple.copyOf(all);
  }

  /** A call of it, as the shim has it: the function, its arguments, its keyword arguments. */
  public PythonTuple call(PythonTuple arguments) {
    return PythonTuple.of(
        specification(), bound.isEmpty() ? arguments : joined(arguments), keywords);
  }

  boolean hasArguments() {
    return !bound.isEmpty() || !keywords.isEmpty();
  }

  /** The function alone. */
  FunctionParts unbound() {
    return of(kind, where, text, name);
  }

  /** What {@code _polyproc.java.functions.function} takes. */
  PythonTuple specification() {
    return PythonTuple.of(kind, kind.equals(RESOURCE) ? PythonTuple.of(where, text) : where, name);
  }

  boolean isOfModule() {
    return kind.equals(MODULE);
  }

  /** For people. */
  @Override
  public String toString() {
    return kind.equals(SOURCE) ? name : where + "." + name;
  }
}
