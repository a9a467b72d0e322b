package io.polyproc.value;

import io.polyproc.PythonException;
import io.polyproc.PythonTuple;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the exceptions again that Java code threw in a worker: of the same class, where this
 * program has it and it can be made of a message, with message, causes and stack trace. Nothing but
 * exceptions is ever made of what a worker tells.
 */
public final class JavaExceptions {
  private JavaExceptions() {}

  /** What one was in the worker. */
  private record Description(
      String className, @Nullable String message, List<StackTraceElement> trace) {

    static Description of(PythonTuple parts) {
      List<StackTraceElement> trace = new ArrayList<>();
      for (Object frame : (List<?>) Objects.requireNonNull(parts.get(2))) {
        List<?> f = (List<?>) Objects.requireNonNull(frame);
        trace.add(
            new StackTraceElement(
                String.valueOf(f.get(0)),
                String.valueOf(f.get(1)),
                (String) f.get(2),
                Math.toIntExact((Long) Objects.requireNonNull(f.get(3)))));
      }
      return new Description(String.valueOf(parts.get(0)), (String) parts.get(1), trace);
    }
  }

  /**
   * Reads the answer of a worker.
   *
   * @param pickle the exception and its causes, the outermost first
   */
  public static Throwable read(byte[] pickle, KnownTypes types) {
    List<?> chain = (List<?>) Objects.requireNonNull(ValueReader.read(pickle, types, "exception"));
    Throwable made = null;
    for (int i = chain.size() - 1; i >= 0; i--) {
      made = make(Description.of((PythonTuple) Objects.requireNonNull(chain.get(i))), made);
    }
    return Objects.requireNonNull(made);
  }

  private static Throwable make(Description description, @Nullable Throwable cause) {
    Throwable made = instance(description);
    if (cause != null && made.getCause() == null) {
      try {
        made.initCause(cause);
      } catch (IllegalStateException e) {
        // Its constructor has decided that it has none.
        made.addSuppressed(cause);
      }
    }
    made.setStackTrace(description.trace().toArray(StackTraceElement[]::new));
    return made;
  }

  private static Throwable instance(Description description) {
    String message = description.message();
    try {
      Class<? extends Throwable> type = find(description.className());
      for (Class<?>[] parameters :
          List.of(new Class<?>[] {String.class}, new Class<?>[] {Object.class}, new Class<?>[0])) {
        Constructor<? extends Throwable> constructor = constructor(type, parameters);
        if (constructor != null && (parameters.length > 0 || message == null)) {
          return parameters.length == 0
              ? constructor.newInstance()
              : constructor.newInstance(message);
        }
      }
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      // This program does not have the class, or has it otherwise.
    }
    return new PythonException(description.className(), Objects.requireNonNullElse(message, ""));
  }

  private static Class<? extends Throwable> find(String name) throws ClassNotFoundException {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    try {
      return Class.forName(name, false, context).asSubclass(Throwable.class);
    } catch (ClassNotFoundException e) {
      return Class.forName(name, false, JavaExceptions.class.getClassLoader())
          .asSubclass(Throwable.class);
    }
  }

  private static @Nullable Constructor<? extends Throwable> constructor(
      Class<? extends Throwable> type, Class<?>[] parameters) {
    try {
      return type.getConstructor(parameters);
    } catch (NoSuchMethodException e) {
      return null;
    }
  }
}
