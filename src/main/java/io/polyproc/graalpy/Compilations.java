package io.polyproc.graalpy;

import com.oracle.truffle.api.RootCallTarget;
import com.oracle.truffle.api.Truffle;
import com.oracle.truffle.api.nodes.RootNode;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Tells when Truffle has compiled a function, and which functions are to be compiled. It relies on
 * {@code addListener} and {@code getCompileQueue} of {@code OptimizedTruffleRuntime}, and {@code
 * cancelCompilation} of {@code OptimizedCallTarget} and {@code executor} of {@code
 * BackgroundCompileQueue}, by reflection, as a Java program need not have its package exported;
 * there, and where code is only interpreted, nothing is told.
 */
public final class Compilations {
  private static final String RUNTIME = "com.oracle.truffle.runtime.OptimizedTruffleRuntime";
  private static final String LISTENER =
      "com.oracle.truffle.runtime.OptimizedTruffleRuntimeListener";
  private static final String ENGINE = "com.oracle.truffle.runtime.EngineData";
  private static final String QUEUE = "com.oracle.truffle.runtime.BackgroundCompileQueue";
  private static final String TARGET = "com.oracle.truffle.runtime.OptimizedCallTarget";

  /** Means: of all engines. */
  private static final @Nullable Object[] NO_ENGINE = {null};

  private static final AtomicBoolean LISTENING = new AtomicBoolean();
  private static final ThreadLocal<Long> BEGUN = new ThreadLocal<>();

  private Compilations() {}

  /** What is told of a compilation. */
  @FunctionalInterface
  public interface Listener {
    /**
     * On the thread that has compiled.
     *
     * @param function what was compiled, in Truffle's words
     * @param begin when it began, as {@link System#nanoTime} has it
     * @param outcome empty if there is compiled code now, else why not
     */
    void compiled(String function, long begin, String outcome);
  }

  /**
   * Has a listener told of all compilations of this JVM from now on; only the first one counts,
   * also in JVMs that are forked from this one.
   *
   * @return null, or why it will not be told
   */
  @SuppressWarnings("ReferenceEquality") // of the listener with itself
  public static @Nullable String listen(Listener listener) {
    if (!LISTENING.compareAndSet(false, true)) {
      return null;
    }
    try {
      Class<?> runtime = Class.forName(RUNTIME);
      Class<?> type = Class.forName(LISTENER);
      Object current =
          Class.forName("com.oracle.truffle.api.Truffle").getMethod("getRuntime").invoke(null);
      if (!runtime.isInstance(current)) {
        return "code is only interpreted";
      }
      Object proxy =
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (self, method, arguments) ->
                  switch (method.getName()) {
                    case "hashCode" -> System.identityHashCode(self);
                    case "equals" -> self == arguments[0];
                    case "toString" -> "polyproc's listener";
                    default -> {
                      hear(listener, method.getName(), arguments);
                      yield null;
                    }
                  });
      runtime.getMethod("addListener", type).invoke(current, proxy);
      return null;
    } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
      return "Truffle does not tell of compilations: " + e;
    }
  }

  /**
   * The functions that are being compiled, or wait for that: those that the compiler has by now.
   */
  private static final class Queue {
    /** Null where nothing is compiled. */
    static final @Nullable Object QUEUE = find();

    private Queue() {}

    private static @Nullable Object find() {
      try {
        Class<?> runtime = Class.forName(RUNTIME);
        Object current = Truffle.getRuntime();
        return runtime.isInstance(current)
            ? runtime.getMethod("getCompileQueue").invoke(current)
            : null;
      } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
        return null;
      }
    }
  }

  /**
   * The functions that are being compiled, or wait for that.
   *
   * @return for each its root node; none if that can't be known
   */
  static Set<RootNode> pending() {
    Set<RootNode> found = new HashSet<>();
    for (Object target : pendingTargets()) {
      if (target instanceof RootCallTarget call) {
        found.add(call.getRootNode());
      }
    }
    return found;
  }

  private static Collection<?> pendingTargets() {
    Object queue = Queue.QUEUE;
    if (queue == null) {
      return List.of();
    }
    try {
      Object targets =
          queue
              .getClass()
              .getMethod("getAllTargets", Class.forName(ENGINE))
              .invoke(queue, NO_ENGINE);
      return targets instanceof Collection<?> all ? all : List.of();
    } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
      return List.of();
    }
  }

  /**
   * Has nothing compiled that waits for it; what becomes hot again is asked for again. Nothing
   * happens where Truffle's classes are others, or can't be reached: then more is compiled.
   */
  public static void cancelPending() {
    Object queue = Queue.QUEUE;
    if (queue == null) {
      return;
    }
    try {
      Method cancel = Class.forName(TARGET).getMethod("cancelCompilation", CharSequence.class);
      for (Object target : pendingTargets()) {
        cancel.invoke(target, "no program has asked for it");
      }
      Field executor = Class.forName(QUEUE).getDeclaredField("executor");
      executor.setAccessible(true);
      if (executor.get(queue) instanceof ThreadPoolExecutor pool) {
        for (Object task : pool.getQueue().toArray()) { // what was canceled is still there
          if (task instanceof RunnableFuture<?> future && future.isCancelled()) {
            boolean _ = pool.remove(future);
          }
        }
      }
    } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
      // Then more is compiled.
    }
  }

  /** The names of the functions that are being compiled, or wait for that. */
  public static List<String> pendingNames() {
    return pending().stream().map(root -> String.valueOf(root.getName())).sorted().toList();
  }

  private static void hear(Listener listener, String event, @Nullable Object[] arguments) {
    switch (event) {
      case "onCompilationStarted" -> BEGUN.set(System.nanoTime());
      case "onCompilationSuccess", "onCompilationFailed" -> {
        Long begin = BEGUN.get();
        if (begin != null) {
          BEGUN.remove();
          boolean success = event.equals("onCompilationSuccess");
          listener.compiled(
              String.valueOf(arguments[0]), begin, success ? "" : String.valueOf(arguments[1]));
        }
      }
      default -> {}
    }
  }
}
