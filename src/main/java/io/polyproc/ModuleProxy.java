package io.polyproc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a Java interface does whose methods are functions of a Python module. Any thread may call.
 */
final class ModuleProxy implements InvocationHandler {
  private static final PythonFunction CHECK =
      PythonFunction.of("_polyproc.java.functions", "check_functions");

  private final PythonPool pool;
  private final Class<?> type;
  private final String module;
  private final Map<Method, PythonFunction> functions;

  private ModuleProxy(
      PythonPool pool, Class<?> type, String module, Map<Method, PythonFunction> functions) {
    this.pool = pool;
    this.type = type;
    this.module = module;
    this.functions = functions;
  }

  static <T> T of(PythonPool pool, Class<T> type, String module) {
    if (!type.isInterface()) {
      throw new IllegalArgumentException(type.getName() + " is no interface");
    }
    List<Method> methods = new ArrayList<>();
    for (Method method : type.getMethods()) {
      if (Modifier.isAbstract(method.getModifiers()) && !isOfObject(method)) {
        methods.add(method);
      }
    }
    List<PythonTuple> wanted =
        methods.stream()
            .map(
                method ->
                    PythonTuple.of(
                        method.getName(), pythonName(method.getName()), method.getParameterCount()))
            .toList();
    PythonTuple found = PythonPool.result(pool.submit(PythonTuple.class, CHECK, module, wanted));
    Map<Method, PythonFunction> functions = new HashMap<>();
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < methods.size(); i++) {
      PythonTuple nameOrProblem = (PythonTuple) found.get(i);
      if (nameOrProblem != null && nameOrProblem.get(0) instanceof String name) {
        functions.put(methods.get(i), PythonFunction.of(module, name));
      } else if (nameOrProblem != null) {
        problems.add(methods.get(i).getName() + ": " + nameOrProblem.get(1));
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "the module %s can't be a %s: %s"
              .formatted(module, type.getSimpleName(), String.join("; ", problems)));
    }
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            new ModuleProxy(pool, type, module, functions)));
  }

  /** Whether every object has it. */
  static boolean isOfObject(Method method) {
    try {
      return Object.class.getMethod(method.getName(), method.getParameterTypes()) != null;
    } catch (NoSuchMethodException e) {
      return false;
    }
  }

  /** {@code scoreText} as {@code score_text}. */
  static String pythonName(String javaName) {
    return javaName.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    PythonFunction function = functions.get(method);
    if (function == null) {
      return method.isDefault()
          ? InvocationHandler.invokeDefault(proxy, method, arguments)
          : ofObject(proxy, method, arguments);
    }
    PythonTuple all = arguments == null ? PythonTuple.of() : PythonTuple.of(arguments);
    Type result = method.getGenericReturnType();
    if (result instanceof ParameterizedType generic
        && (method.getReturnType() == CompletableFuture.class
            || method.getReturnType() == CompletionStage.class
            || method.getReturnType() == Future.class)) {
      return pool.submit(generic.getActualTypeArguments()[0], pool.taskTimeout(), function, all);
    }
    if (result instanceof ParameterizedType generic && method.getReturnType() == Stream.class) {
      return pool.generate(generic.getActualTypeArguments()[0], function, all);
    }
    if (result instanceof ParameterizedType generic
        && method.getReturnType() == Flow.Publisher.class) {
      return new GeneratorPublisher<>(pool, generic.getActualTypeArguments()[0], function, all);
    }
    boolean wantsNothing = method.getReturnType() == void.class;
    Object value =
        PythonPool.result(
            pool.<Object>submit(
                wantsNothing ? Object.class : result, pool.taskTimeout(), function, all));
    return wantsNothing ? null : value;
  }

  @SuppressWarnings("ReferenceEquality") // a proxy equals itself alone
  private @Nullable Object ofObject(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
    return switch (method.getName()) {
      case "equals" -> arguments != null && arguments[0] == proxy;
      case "hashCode" -> System.identityHashCode(proxy);
      default -> "%s[%s]".formatted(type.getSimpleName(), module);
    };
  }
}
