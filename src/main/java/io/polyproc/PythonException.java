package io.polyproc;

import java.io.Serial;

/**
 * An exception that Python code raised, with its traceback as Python prints it.
 *
 * <pre>{@code
 * try {
 *   pool.submit(Long.class, PythonFunction.of("builtins", "int"), "seven").join();
 * } catch (CompletionException e) {
 *   PythonException python = (PythonException) e.getCause();
 *   python.typeName();          // "ValueError"
 *   python.getMessage();        // "ValueError: invalid literal for int() with base 10: 'seven'"
 *   python.remoteTraceback();   // "Traceback (most recent call last): …"
 * }
 * }</pre>
 */
public final class PythonException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** The name of the exception's class. */
  private final String typeName;

  /** What {@code str()} says of the exception. */
  private final String pythonMessage;

  /** The traceback as Python prints it; empty if there is none. */
  private final String remoteTraceback;

  /**
   * An exception to be sent to Python, where it is raised, or handed over, as one of that type.
   *
   * @param typeName of a built-in exception, such as {@code "ValueError"}, or with its module, such
   *     as {@code "decimal.InvalidOperation"}
   * @param message the exception's only argument; may be empty
   */
  public PythonException(String typeName, String message) {
    this(typeName, message, "");
  }

  PythonException(String typeName, String pythonMessage, String remoteTraceback) {
    super(
        pythonMessage.isEmpty() ? typeName : typeName + ": " + pythonMessage,
        remoteTraceback.isEmpty() ? null : new RemoteTraceback(remoteTraceback));
    this.typeName = typeName;
    this.pythonMessage = pythonMessage;
    this.remoteTraceback = remoteTraceback;
  }

  /**
   * The exception's class: the bare name of a built-in one, else with its module.
   *
   * @return such as {@code "ValueError"} or {@code "decimal.InvalidOperation"}
   */
  public String typeName() {
    return typeName;
  }

  /**
   * What {@code str()} says of the exception; may be empty.
   *
   * @return without the class's name, which {@link #getMessage} has before it
   */
  public String message() {
    return pythonMessage;
  }

  /**
   * The traceback as Python prints it; empty for an exception that was not raised but returned.
   *
   * @return several lines, those of the exception's causes too
   */
  public String remoteTraceback() {
    return remoteTraceback;
  }

  /** What a stack trace shows below the Java frames, as CPython does for other processes. */
  private static final class RemoteTraceback extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    RemoteTraceback(String text) {
      super("in the worker:\n" + text.stripTrailing(), null, false, false);
    }
  }
}
