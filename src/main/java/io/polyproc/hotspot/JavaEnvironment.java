package io.polyproc.hotspot;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Map;

/**
 * The environment variables as {@link System#getenv} has them: the JDK reads them once, when it
 * boots. A restored process has others.
 *
 * <p>Uses the JDK's class {@code java.lang.ProcessEnvironment}, which {@code --add-opens} in {@code
 * lib/jvm.options} makes accessible.
 */
public final class JavaEnvironment {
  private final Map<Object, Object> variables;
  private final Method nameOf;
  private final Method valueOf;

  private JavaEnvironment(Map<Object, Object> variables, Method nameOf, Method valueOf) {
    this.variables = variables;
    this.nameOf = nameOf;
    this.valueOf = valueOf;
  }

  /**
   * Finds it.
   *
   * @throws ReflectiveOperationException if the JDK is another one than that it is known of, or
   *     does not let it be found
   */
  public static JavaEnvironment find() throws ReflectiveOperationException {
    try {
      Field field =
          Class.forName("java.lang.ProcessEnvironment").getDeclaredField("theEnvironment");
      field.setAccessible(true);
      @SuppressWarnings("unchecked") // by the JDK's source
      Map<Object, Object> variables = (Map<Object, Object>) field.get(null);
      JavaEnvironment found = new JavaEnvironment(variables, factory("Variable"), factory("Value"));
      found.check();
      return found;
    } catch (RuntimeException e) { // inaccessible, or of another type
      throw new ReflectiveOperationException(e);
    }
  }

  private static Method factory(String type) throws ReflectiveOperationException {
    Method method =
        Class.forName("java.lang.ProcessEnvironment$" + type)
            .getDeclaredMethod("valueOf", byte[].class);
    method.setAccessible(true);
    return method;
  }

  /** Whether what is put in is seen: with the variables that there are. */
  private void check() throws ReflectiveOperationException {
    Map<String, String> before = Map.copyOf(System.getenv());
    replace(before);
    if (!System.getenv().equals(before)) {
      throw new ReflectiveOperationException("System.getenv is not what it is known to be");
    }
  }

  /** Makes these the variables; no other thread may read or write them meanwhile. */
  public void replace(Map<String, String> others) throws ReflectiveOperationException {
    variables.clear();
    for (Map.Entry<String, String> other : others.entrySet()) {
      variables.put(
          nameOf.invoke(null, (Object) Resumption.encode(other.getKey())),
          valueOf.invoke(null, (Object) Resumption.encode(other.getValue())));
    }
  }
}
