package io.polyproc.python;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Makes Python's {@code bytes} of Java's, which GraalPy's public interface can't: there a {@code
 * byte[]} is a foreign object, and what Python makes of that costs more than to read the same bytes
 * from a pipe. It goes through GraalPy's own factory of objects ({@code --add-exports} in {@code
 * lib/jvm.options}).
 *
 * <p>Any thread in which Python runs may call.
 */
final class PythonBytes {
  private static final @Nullable MethodHandle FACTORY = factory();

  private PythonBytes() {}

  /** Whether this GraalPy has the factory that is known here. */
  static boolean areAvailable() {
    return FACTORY != null;
  }

  /** {@code bytes} that take the array over. */
  static Object of(byte[] content) {
    MethodHandle factory = FACTORY;
    if (factory == null) {
      throw new UnsupportedOperationException("this GraalPy has another factory of objects");
    }
    try {
      return factory.invokeExact(content);
    } catch (Throwable e) {
      throw new IllegalStateException("GraalPy makes no bytes", e);
    }
  }

  private static @Nullable MethodHandle factory() {
    try {
      Class<?> language = Class.forName("com.oracle.graal.python.PythonLanguage");
      Class<?> objects = Class.forName("com.oracle.graal.python.runtime.object.PFactory");
      Class<?> bytes = Class.forName("com.oracle.graal.python.builtins.objects.bytes.PBytes");
      Class<?> node = Class.forName("com.oracle.truffle.api.nodes.Node");
      PythonBytes.class.getModule().addReads(language.getModule());
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      MethodHandle create =
          lookup.findStatic(
              objects, "createBytes", MethodType.methodType(bytes, language, byte[].class));
      MethodHandle current =
          MethodHandles.insertArguments(
              lookup.findStatic(language, "get", MethodType.methodType(language, node)),
              0,
              (Object) null);
      return MethodHandles.collectArguments(create, 0, current)
          .asType(MethodType.methodType(Object.class, byte[].class));
    } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
      // Something is not as it was, or not exported: the standard library's way has to do.
      return null;
    }
  }
}
