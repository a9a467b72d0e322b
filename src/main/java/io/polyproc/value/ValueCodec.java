package io.polyproc.value;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How values of some Java classes become Python's, and what becomes of Python's. Each kind of value
 * has a codec of its own, and a line in {@link ValueCodecs}; a new conversion is one more of both.
 *
 * <p>What the pickle format has opcodes for is not here, but in {@link ValueWriter} and {@link
 * ValueReader}. Codecs have no state, so any thread may call.
 */
interface ValueCodec {

  /** Whether it writes the values of this class. */
  boolean writes(Class<?> type);

  /**
   * Writes a value of a class that it {@link #writes}.
   *
   * @throws UnconvertibleValueException if this one has no counterpart in Python
   */
  void write(Object value, ValueWriter writer) throws IOException;

  /** The modules of Python whose functions and classes it reads. */
  default List<String> modules() {
    return List.of();
  }

  /** What a call of such a function gives. */
  default @Nullable Object read(PythonCall call) {
    return call.unknown();
  }
}
