package io.polyproc;

import java.io.Serial;

/**
 * A value can't become what it was to be in Java or in Python. The message names the element and
 * why: {@code argument 1['rates'][3]: a java.io.FileInputStream has no counterpart in Python}.
 *
 * <pre>{@code
 * try {
 *   queue.put(Map.of("log", new FileInputStream("log")));
 * } catch (UnconvertibleValueException e) {
 *   System.err.println(e.element() + ": " + e.reason());
 * }
 * }</pre>
 */
public final class UnconvertibleValueException extends IllegalArgumentException {
  @Serial private static final long serialVersionUID = 1L;

  /** Which part of the value, as an expression. */
  private final String element;

  /** Why it can't be converted. */
  private final String reason;

  UnconvertibleValueException(String element, String reason) {
    super(element + ": " + reason);
    this.element = element;
    this.reason = reason;
  }

  /**
   * Which part of the value, as an expression: {@code value['key'][2]}.
   *
   * @return for people and logs
   */
  public String element() {
    return element;
  }

  /**
   * Why it can't be converted.
   *
   * @return the second part of the message
   */
  public String reason() {
    return reason;
  }
}
