package io.polyproc;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Names a Python function, or anything else that can be called: a class, a method. The worker that
 * is to call it imports it on first use, so a wrong name shows there, as the {@link
 * PythonException} that {@code import} raises.
 *
 * <pre>{@code
 * PythonFunction sqrt = PythonFunction.of("math", "sqrt");
 * PythonFunction score = PythonFunction.ofFile(Path.of("scoring.py"), "score");
 * PythonFunction twice = PythonFunction.ofSource("def twice(x): return 2 * x", "twice");
 * }</pre>
 *
 * <p>Immutable. A function that Python sends to Java arrives as one of these, and goes back as the
 * function.
 */
public final class PythonFunction {
  private static final String MODULE = "module";
  private static final String FILE = "file";
  private static final String SOURCE = "source";

  private final String kind;
  private final String where;
  private final String name;

  private PythonFunction(String kind, String where, String name) {
    this.kind = kind;
    this.where = Objects.requireNonNull(where);
    this.name = Objects.requireNonNull(name);
    if (name.isEmpty() || where.isEmpty()) {
      throw new IllegalArgumentException("a function needs a %s and a name".formatted(kind));
    }
  }

  /**
   * A function of a module that the workers can import; see {@link Polyproc.Builder#pythonPath}.
   *
   * @param module its full name, such as {@code "os.path"}
   * @param name of the function in it; {@code "Class.method"} reaches inside
   */
  public static PythonFunction of(String module, String name) {
    return new PythonFunction(MODULE, module, name);
  }

  /**
   * A function of a file of Python source, which need not be on Python's path. The file is imported
   * as the module that it would be, and its folder is put on the path, so that it can import its
   * neighbours.
   */
  public static PythonFunction ofFile(Path file, String name) {
    return new PythonFunction(FILE, file.toAbsolutePath().normalize().toString(), name);
  }

  /** A function of source text, which each worker executes once, as a module of its own. */
  public static PythonFunction ofSource(String source, String name) {
    return new PythonFunction(SOURCE, source, name);
  }

  /** What {@code _polyproc.embedding.function} takes. */
  PythonTuple specification() {
    return PythonTuple.of(kind, where, name);
  }

  boolean isOfModule() {
    return kind.equals(MODULE);
  }

  String where() {
    return where;
  }

  /** The function's name within its module, file or text. */
  public String name() {
    return name;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PythonFunction function
        && kind.equals(function.kind)
        && where.equals(function.where)
        && name.equals(function.name);
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, where, name);
  }

  /** Its name with where it is from, for people. */
  @Override
  public String toString() {
    return kind.equals(SOURCE) ? name : where + "." + name;
  }
}
