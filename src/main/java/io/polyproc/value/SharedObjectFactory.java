package io.polyproc.value;

import io.polyproc.PythonFunction;
import io.polyproc.PythonObject;
import io.polyproc.PythonTuple;
import org.jspecify.annotations.Nullable;

/**
 * Rebuilds the objects that Python and Java processes share from what Python pickled of them. Safe
 * for any thread.
 */
public interface SharedObjectFactory {
  /**
   * What a call of a function, or class, of {@code multiprocessing} gives; null if not known here.
   */
  @Nullable Object call(PythonFunction function, PythonTuple arguments);

  /** What an object becomes with its state; null if not known here. */
  @Nullable Object build(PythonObject object, @Nullable Object state);
}
