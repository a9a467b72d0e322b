package io.polyproc.graalpy;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * The {@code errno} that GraalPy's calls of the C library have left for the calling thread. Truffle
 * keeps it from each such call to the next, whatever the JVM does in between.
 *
 * <p>It relies on the methods {@code getErrno} and {@code setErrno} of {@code NFIPosixSupport}.
 * Where they are missing, it reads as 0 and is not set.
 */
public final class ErrorNumber {
  private static final String RUNTIME = "com.oracle.graal.python.runtime.";
  private static final String SUPPORT = RUNTIME + "NFIPosixSupport";

  private static final class Methods {
    static final Method SUPPORT_OF_CONTEXT;
    static final Method GET;
    static final Method SET;
    static final Object INVOKER;

    private Methods() {}

    static {
      try {
        SUPPORT_OF_CONTEXT = Class.forName(RUNTIME + "PythonContext").getMethod("getPosixSupport");
        Class<?> invoker = Class.forName(SUPPORT + "$InvokeNativeFunction");
        Method uncached = invoker.getMethod("getUncached");
        Class<?> support = Class.forName(SUPPORT);
        GET = support.getDeclaredMethod("getErrno", invoker);
        SET = support.getDeclaredMethod("setErrno", invoker, int.class);
        for (Method method : new Method[] {SUPPORT_OF_CONTEXT, uncached, GET, SET}) {
          method.setAccessible(true);
        }
        INVOKER = uncached.invoke(null);
      } catch (ReflectiveOperationException | RuntimeException e) {
        throw new ExceptionInInitializerError(e);
      }
    }
  }

  private ErrorNumber() {}

  /** Why it can't be known with this GraalPy; null if it can. */
  public static @Nullable String whyUnknown() {
    try {
      return Methods.INVOKER == null ? SUPPORT + " has no way to call" : null;
    } catch (LinkageError e) {
      return "GraalPy's posix support is not as expected: " + e.getCause();
    }
  }

  /** What it is for this thread, in which Python runs. */
  public static int get() {
    try {
      Object support = support();
      return support == null ? 0 : (int) Methods.GET.invoke(support, Methods.INVOKER);
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      return 0;
    }
  }

  /** Makes it another. */
  public static void set(int number) {
    try {
      Object support = support();
      if (support != null) {
        Methods.SET.invoke(support, Methods.INVOKER, number);
      }
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      // A call that a signal has interrupted fails then with what its handler has left.
    }
  }

  private static @Nullable Object support() throws ReflectiveOperationException {
    Object support = Methods.SUPPORT_OF_CONTEXT.invoke(PythonThreads.current().context());
    return Methods.GET.getDeclaringClass().isInstance(support) ? support : null;
  }
}
