package io.polyproc.value;

import io.polyproc.PythonException;
import io.polyproc.PythonFunction;
import io.polyproc.PythonObject;
import io.polyproc.UnconvertibleValueException;
import java.lang.invoke.MethodHandles;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What code outside of the API's package needs of the public types and programs do not: how they
 * are made, and what they are made of. So these types have no public members for it. The API's
 * package implements it, and {@link PythonFunction} hands that over when it is initialized.
 *
 * <p>Any thread may call.
 */
public abstract class ApiAccess {
  private static volatile @Nullable ApiAccess access;

  /** For the API's package. */
  protected ApiAccess() {}

  /** Called once, before anything is converted. */
  public static void set(ApiAccess ofApi) {
    access = ofApi;
  }

  /** That of the API's package. */
  public static ApiAccess get() {
    ApiAccess found = access;
    return found == null ? load() : found;
  }

  private static ApiAccess load() {
    try {
      Class<?> _ = MethodHandles.lookup().ensureInitialized(PythonFunction.class);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e); // it is public
    }
    return Objects.requireNonNull(access);
  }

  /** A function of these parts. */
  public abstract PythonFunction function(FunctionParts parts);

  /** What a function consists of. */
  public abstract FunctionParts parts(PythonFunction function);

  /** An object of these parts, which may still be added to. */
  public abstract PythonObject object(ObjectParts parts);

  /** What an object consists of; the same each time. */
  public abstract ObjectParts parts(PythonObject object);

  /** An exception that was raised. */
  public abstract PythonException raised(String typeName, String message, String traceback);

  /** That a worker was lost with a task. */
  public abstract RuntimeException workerLost(
      int pid, int exitStatus, String task, String lastLines);

  /** That an element has no counterpart, and why. */
  public abstract UnconvertibleValueException unconvertible(String element, String reason);

  /** How what Java and Python share is pickled; null if it is nothing of that kind. */
  public abstract ValueWriter.@Nullable Shareable shareable(Object value);
}
