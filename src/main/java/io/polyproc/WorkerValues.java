package io.polyproc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.polyproc.value.ValueWriter;
import org.jspecify.annotations.Nullable;

/**
 * What Python code in a worker does with Java's values; called by the shim and not by programs.
 *
 * <pre>{@code
 * price = java.type("java.math.BigDecimal")("9.99")   # Python code in a worker
 * return price                                        # a BigDecimal in the program, too
 * }</pre>
 *
 * <p>Any thread may call.
 */
public final class WorkerValues {
  private WorkerValues() {}

  /**
   * The pickle of a Java value, as text of Latin-1 characters: Python reads it as the counterpart
   * that {@code docs/embedding.md} names.
   *
   * @param value anything that has a counterpart in Python
   * @return one character a byte
   * @throws UnconvertibleValueException if it has none
   */
  public static String pickle(@Nullable Object value) {
    return new String(ValueWriter.write(value, "value"), ISO_8859_1);
  }
}
