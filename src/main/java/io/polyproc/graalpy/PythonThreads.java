package io.polyproc.graalpy;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a GraalPy context, and the GIL, its global interpreter lock.
 *
 * <p>It relies on {@code PythonContext}: the methods {@code get}, {@code acquireGil}, {@code
 * releaseGil} and {@code getEnv}, and the fields {@code threadStateMapping} and {@code mainThread}.
 * {@link #current} finds them or says what is missing.
 *
 * <p>A thread in which Python runs may call; the GIL is not held during a call of Java.
 */
public final class PythonThreads {
  private static final String CONTEXT = "com.oracle.graal.python.runtime.PythonContext";
  private static final String NODE = "com.oracle.truffle.api.nodes.Node";
  private static final String ENVIRONMENT_CLASS = "com.oracle.truffle.api.TruffleLanguage$Env";

  private static final class Handles {
    static final MethodHandle GET;
    static final MethodHandle ACQUIRE;
    static final MethodHandle RELEASE;
    static final VarHandle STATES;
    static final VarHandle MAIN;
    static final MethodHandle ENVIRONMENT;

    private Handles() {}

    static {
      try {
        Module own = PythonThreads.class.getModule();
        Class<?> context = Class.forName(CONTEXT);
        Class<?> node = Class.forName(NODE);
        own.addReads(context.getModule());
        own.addReads(node.getModule());
        MethodHandles.Lookup lookup =
            MethodHandles.privateLookupIn(context, MethodHandles.lookup());
        GET =
            MethodHandles.insertArguments(
                    lookup.findStatic(context, "get", MethodType.methodType(context, node)),
                    0,
                    (Object) null)
                .asType(MethodType.methodType(Object.class));
        MethodType action = MethodType.methodType(void.class);
        MethodType generic = MethodType.methodType(void.class, Object.class);
        ACQUIRE = lookup.findVirtual(context, "acquireGil", action).asType(generic);
        RELEASE = lookup.findVirtual(context, "releaseGil", action).asType(generic);
        STATES = lookup.findVarHandle(context, "threadStateMapping", Map.class);
        MAIN = lookup.findVarHandle(context, "mainThread", WeakReference.class);
        Class<?> environment = Class.forName(ENVIRONMENT_CLASS);
        ENVIRONMENT =
            lookup
                .findVirtual(context, "getEnv", MethodType.methodType(environment))
                .asType(MethodType.methodType(Object.class, Object.class));
      } catch (ReflectiveOperationException | RuntimeException e) {
        throw new ExceptionInInitializerError(e);
      }
    }
  }

  private final Object context;

  private PythonThreads(Object context) {
    this.context = context;
  }

  /**
   * Those of the context that the calling thread runs in.
   *
   * @throws UnsupportedOperationException if this GraalPy is not as expected
   */
  public static PythonThreads current() {
    try {
      return new PythonThreads((Object) Handles.GET.invokeExact());
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /**
   * Whether this GraalPy has what is known here.
   *
   * @return null if it has, else what is missing
   */
  public static @Nullable String whyUnknown() {
    try {
      return Handles.GET == null ? "" : null;
    } catch (LinkageError e) {
      return String.valueOf(failed(e).getMessage());
    }
  }

  private static UnsupportedOperationException failed(Throwable e) {
    Throwable cause = e instanceof LinkageError && e.getCause() != null ? e.getCause() : e;
    return new UnsupportedOperationException("GraalPy's threads are not as expected: " + cause, e);
  }

  /** Waits for the GIL and takes it. */
  public void lock() {
    try {
      Handles.ACQUIRE.invokeExact(context);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** Gives the GIL back. */
  public void unlock() {
    try {
      Handles.RELEASE.invokeExact(context);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** In a forked child: these threads are no more. The caller holds the GIL. */
  public void forget(Collection<Thread> threads) {
    states().keySet().removeAll(threads);
  }

  /** Those that have run Python in this context and are alive; any thread may ask. */
  public List<Thread> alive() {
    // Its keys copy themselves at once, under the map's own monitor.
    return Stream.of(states().keySet().toArray(new Thread[0])).filter(Thread::isAlive).toList();
  }

  /** Python's main thread; null if that has ended. */
  public @Nullable Thread main() {
    WeakReference<?> main = (WeakReference<?>) Handles.MAIN.get(context);
    return main == null ? null : (Thread) main.get();
  }

  /** GraalPy's {@code PythonContext}. */
  Object context() {
    return context;
  }

  /** Truffle's view of the context: a {@code TruffleLanguage.Env}. */
  Object environment() {
    try {
      return Handles.ENVIRONMENT.invokeExact(context);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** Whether the calling thread is Python's main thread. */
  public boolean isMain() {
    WeakReference<?> main = (WeakReference<?>) Handles.MAIN.get(context);
    return main != null && Thread.currentThread().equals(main.get());
  }

  /** In a forked child: the calling thread is Python's main thread from now on. */
  public void becomeMain() {
    Handles.MAIN.set(context, new WeakReference<>(Thread.currentThread()));
  }

  @SuppressWarnings("unchecked") // as the field is declared
  private Map<Thread, ?> states() {
    return (Map<Thread, ?>) Handles.STATES.get(context);
  }
}
