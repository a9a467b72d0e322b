package io.polyproc;

import io.polyproc.value.Conversions;
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
 * A Java object that Python code in any process may call: its methods run in this program's JVM,
 * with all that the program has. Goes into Python as an argument, in other values, and through
 * queues.
 *
 * <pre>{@code
 * interface Prices { BigDecimal priceOf(String article); }
 *
 * try (JavaCallback<Prices> prices = polyproc.callback(Prices.class, repository::findPrice)) {
 *   pool.submit(BigDecimal.class, total, order, prices).join();
 * }
 * // def total(order, prices): return sum(prices.price_of(each) for each in order)
 * }</pre>
 *
 * <p>In Python it has the interface's methods, by their names and as Python writes them, and can be
 * called itself if the interface has one abstract method. Arguments become the types of the
 * parameters, and results what {@link PythonPool} makes of arguments. What the method throws is
 * raised in Python, as the built-in exception nearest to it.
 *
 * <p>Each call runs on a virtual thread of its own, so several may run at the same time: the object
 * must be safe for that. It is known until {@link #close}, after which calls raise {@code
 * RuntimeError}, or until the runtime is closed.
 *
 * @param <T> the interface that Python may call
 */
public final class JavaCallback<T> implements AutoCloseable {
  private final CallbackServer server;
  private final Class<T> type;
  private final T target;
  private final Map<String, List<Method>> methods = new LinkedHashMap<>();
  private final String functional;
  private final long number;

  JavaCallback(CallbackServer server, Class<T> type, T target) {
    if (!type.isInterface()) {
      throw new IllegalArgumentException(type.getName() + " is no interface");
    }
    this.server = server;
    this.type = type;
    this.target = target;
    List<String> abstractOnes = new ArrayList<>();
    for (Method method : type.getMethods()) {
      if (!Modifier.isStatic(method.getModifiers())) {
        // Of an interface that is not public; where it can't be, the call says so.
        boolean _ = method.trySetAccessible();
        methods.computeIfAbsent(method.getName(), _ -> new ArrayList<>()).add(method);
        if (Modifier.isAbstract(method.getModifiers()) && !ModuleProxy.isOfObject(method)) {
          abstractOnes.add(method.getName());
        }
      }
    }
    this.functional = abstractOnes.size() == 1 ? abstractOnes.getFirst() : "";
    this.number = server.add(this);
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

  void write(ValueWriter writer) throws IOException {
    Map<String, String> names = new LinkedHashMap<>();
    for (String name : methods.keySet()) {
      names.put(ModuleProxy.pythonName(name), name);
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

  /**
   * Forgets the object: calls raise from now on. Does not wait for those that run. A second call
   * does nothing.
   */
  @Override
  public void close() {
    server.remove(number);
  }

  @Override
  public String toString() {
    return "JavaCallback[" + type.getSimpleName() + "]";
  }
}
