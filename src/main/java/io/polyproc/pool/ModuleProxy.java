package io.polyproc.pool;

import io.polyproc.PythonFunction;
import io.polyproc.PythonTuple;
import io.polyproc.value.InterfaceMethods;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
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
public final class ModuleProxy implements InvocationHandler {
  private static final PythonFunction CHECK =
      PythonFunction.of("_polyproc.java.functions", "check_functions");

  private final WorkerPool pool;
  private final Class<?> type;
  private final String module;
  private final Map<Method, PythonFunction> functions;

  private ModuleProxy(
      WorkerPool pool, Class<?> type, String module, Map<Method, PythonFunction> functions) {
    this.pool = pool;
    this.type = type;
    this.module = module;
    this.functions = functions;
  }

  /**
   * An object of the interface; waits for a worker that looks for the functions.
   *
   * @throws IllegalArgumentException if it is no interface, or functions are missing
   */
  public static <T> T of(WorkerPool pool, Class<T> type, String module) {
    if (!type.isInterface()) {
      throw new IllegalArgumentException(type.getName() + " is no interface");
    }
    List<Method> methods = new ArrayList<>();
    for (Method method : type.getMethods()) {
      if (Modifier.isAbstract(method.getModifiers()) && !InterfaceMethods.isOfObject(method)) {
        methods.add(method);
      }
    }
    List<PythonTuple> wanted =
        methods.stream()
            .map(
                method ->
                    PythonTuple.of(
                        method.getName(),
                        InterfaceMethods.pythonName(method.getName()),
                        method.getParameterCount()))
            .toList();
    PythonTuple found =
        PoolTask.result(
            pool.<PythonTuple>submit(
                PythonTuple.class,
                pool.settings().taskTimeout(),
                CHECK,
                PythonTuple.of(module, wanted)));
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

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    PythonFunction function = functions.get(method);
    if (function == null) {
      return method.isDefault()
          ? ofInterface(proxy, method, arguments)
          : ofObject(proxy, method, arguments);
    }
    PythonTuple all = arguments == null ? PythonTuple.of() : PythonTuple.of(arguments);
    Type result = method.getGenericReturnType();
    if (result instanceof ParameterizedType generic
        && (method.getReturnType() == CompletableFuture.class
            || method.getReturnType() == CompletionStage.class
            || method.getReturnType() == Future.class)) {
      return pool.submit(
          generic.getActualTypeArguments()[0], pool.settings().taskTimeout(), function, all);
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
        PoolTask.result(
            pool.<Object>submit(
                wantsNothing ? Object.class : result,
                pool.settings().taskTimeout(),
                function,
                all));
    return wantsNothing ? null : value;
  }

  /** Calls a default method, also where this package does not see its interface. */
  private static @Nullable Object ofInterface(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    Class<?> declaring = method.getDeclaringClass();
    if (Modifier.isPublic(declaring.getModifiers())) {
      return InvocationHandler.invokeDefault(proxy, method, arguments);
    }
    return MethodHandles.privateLookupIn(declaring, MethodHandles.lookup())
        .unreflectSpecial(method, declaring)
        .bindTo(proxy)
        .invokeWithArguments(arguments == null ? new Object[0] : arguments);
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
