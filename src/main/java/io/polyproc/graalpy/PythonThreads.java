package io.polyproc.graalpy;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a GraalPy context, and its global interpreter lock.
 *
 * <p>It relies on {@code PythonContext}: the methods {@code get}, {@code acquireGil} and {@code
 * releaseGil}, and the fields {@code threadStateMapping} and {@code mainThread}. {@link #current}
 * finds them or says what is missing.
 *
 * <p>A thread in which Python runs may call; Python's lock is not held during a call of Java.
 */
public final class PythonThreads {
  private static final String CONTEXT = "com.oracle.graal.python.runtime.PythonContext";
  private static final String NODE = "com.oracle.truffle.api.nodes.Node";

  private static final class Handles {
    static final MethodHandle GET;
    static final MethodHandle ACQUIRE;
    static final MethodHandle RELEASE;
    static final VarHandle STATES;
    static final VarHandle MAIN;

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

  /** Waits for Python's lock and takes it. */
  public void lock() {
    try {
      Handles.ACQUIRE.invokeExact(context);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** Gives Python's lock back. */
  public void unlock() {
    try {
      Handles.RELEASE.invokeExact(context);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** In a forked child: these threads are no more. The caller holds Python's lock. */
  public void forget(Collection<Thread> threads) {
    states().keySet().removeAll(threads);
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
