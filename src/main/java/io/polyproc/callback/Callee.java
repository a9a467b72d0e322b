package io.polyproc.callback;

import io.polyproc.PythonTuple;
import io.polyproc.value.Conversions;
import io.polyproc.value.InterfaceMethods;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Java object, with those of its methods that Python may call: an interface's.
 *
 * @param <T> the interface
 */
public final class Callee<T> {
  private final Class<T> type;
  private final T target;
  private final Map<String, List<Method>> methods = new LinkedHashMap<>();
  private final String functional;

  /**
   * An object that is known to no server yet.
   *
   * @throws IllegalArgumentException if the type is no interface
   */
  public Callee(Class<T> type, T target) {
    if (!type.isInterface()) {
      throw new IllegalArgumentException(type.getName() + " is no interface");
    }
    this.type = type;
    this.target = target;
    List<String> abstractOnes = new ArrayList<>();
    for (Method method : type.getMethods()) {
      if (!Modifier.isStatic(method.getModifiers())) {
        // Of an interface that is not public; where it can't be, the call says so.
        boolean _ = method.trySetAccessible();
        methods.computeIfAbsent(method.getName(), _ -> new ArrayList<>()).add(method);
        if (Modifier.isAbstract(method.getModifiers()) && !InterfaceMethods.isOfObject(method)) {
          abstractOnes.add(method.getName());
        }
      }
    }
    this.functional = abstractOnes.size() == 1 ? abstractOnes.getFirst() : "";
  }

  /** Calls a method for Python. */
  @Nullable Object call(String name, PythonTuple arguments) throws Throwable {
    Method method =
        methods.getOrDefault(name, List.of()).stream()
            .filter(each -> each.getParameterCount() == arguments.size())
            .findFirst()
            .orElseThrow(
                () ->
                    new ClassCastException( // a TypeError in Python
                        "%s has no %s() of %d arguments"
                            .formatted(type.getSimpleName(), name, arguments.size())));
    Type[] types = method.getGenericParameterTypes();
    @Nullable Object[] converted = new Object[types.length];
    for (int i = 0; i < types.length; i++) {
      converted[i] =
          Conversions.convert(
              arguments.get(i), types[i], "argument %d of %s()".formatted(i + 1, name));
    }
    try {
      return method.invoke(target, converted);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  /** Writes what Python calls it by, as the server knows it by this number. */
  public void write(ValueWriter writer, CallbackServer server, long number) throws IOException {
    Map<String, String> names = new LinkedHashMap<>();
    for (String name : methods.keySet()) {
      names.put(InterfaceMethods.pythonName(name), name);
    }
    methods.keySet().forEach(name -> names.put(name, name));
    writer.call(
        "_polyproc.java.callbacks",
        "Callback",
        number,
        type.getSimpleName(),
        server.requests(),
        names,
        functional);
  }

  /** For people. */
  @Override
  public String toString() {
    return type.getSimpleName();
  }
}
