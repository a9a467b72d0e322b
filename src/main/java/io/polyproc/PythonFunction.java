package io.polyproc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.polyproc.classpath.Resources;
import io.polyproc.value.ApiAccess;
import io.polyproc.value.Dedent;
import io.polyproc.value.FunctionParts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Names a Python function, or anything else that can be called: a class, a method. The worker that
 * is to call it imports it on first use, so a wrong name shows there, as the {@link
 * PythonException} that {@code import} raises.
 *
 * <pre>{@code
 * PythonFunction sqrt = PythonFunction.of("math", "sqrt");
 * PythonFunction score = PythonFunction.ofFile(Path.of("scoring.py"), "score");
 * PythonFunction rank = PythonFunction.ofResource(Shop.class, "ranking.py", "rank");
 * PythonFunction twice = PythonFunction.ofSource("def twice(x): return 2 * x", "twice");
 * PythonFunction compact = PythonFunction.of("json", "dumps").keyword("indent", null);
 * }</pre>
 *
 * <p>Immutable. A function that Python sends to Java arrives as one of these, and goes back as the
 * function.
 */
public final class PythonFunction {
  static {
    // ApiAccess initializes this class to have it.
    ApiAccess.set(new Access());
  }

  private final FunctionParts parts;

  PythonFunction(FunctionParts parts) {
    this.parts = parts;
  }

  FunctionParts parts() {
    return parts;
  }

  /**
   * A function of a module that the workers can import; see {@link Polyproc.Builder#pythonPath}.
   *
   * @param module its full name, such as {@code "os.path"}
   * @param name of the function in it; {@code "Class.method"} reaches inside
   * @return the function
   * @throws IllegalArgumentException if one of them is empty
   */
  public static PythonFunction of(String module, String name) {
    return new PythonFunction(FunctionParts.of(FunctionParts.MODULE, module, "", name));
  }

  /**
   * A function of a file of Python source, which need not be on Python's path. The file is imported
   * as the module that it would be, and its folder is put on the path, so that it can import its
   * neighbours.
   *
   * @param file relative to this program's folder; the workers must be able to read it
   * @param name of the function in it
   * @return the function
   * @throws IllegalArgumentException if the name is empty, or the file is none of the operating
   *     system's, such as an entry of an archive
   */
  public static PythonFunction ofFile(Path file, String name) {
    String where = checkFile(file).toAbsolutePath().normalize().toString();
    return new PythonFunction(FunctionParts.of(FunctionParts.FILE, where, "", name));
  }

  /**
   * Other file systems are in this JVM's memory only: Python would look for such a file on disk.
   */
  static Path checkFile(Path file) {
    if (!file.getFileSystem().equals(FileSystems.getDefault())) {
      throw new IllegalArgumentException(
          "%s is in no file system that Python can read: if it is a resource of this program, use"
                  .formatted(file.toUri())
              + " PythonFunction.ofResource, or Polyproc.Builder.resources for its folder; else"
              + " copy it to a file");
    }
    return file;
  }

  /**
   * A function of a resource of the program, Python source in UTF-8, wherever the program's class
   * loaders have it from. Each worker executes it once, as a module of its own; a traceback shows
   * its name and lines. One that imports its neighbours, or is imported by them, belongs into a
   * folder that is given to {@link Polyproc.Builder#resources}, and is named by {@link #of}.
   *
   * <pre>{@code
   * PythonFunction score = PythonFunction.ofResource(Shop.class, "scoring.py", "score");
   * }</pre>
   *
   * @param anchor a class of the jar or module that has the resource
   * @param resource as for {@link Class#getResource}: relative to the class's package, or with a
   *     {@code /} before it
   * @param name of the function in it
   * @return the function
   * @throws IllegalArgumentException if there is no such resource, or it is not UTF-8
   * @throws UncheckedIOException if it can't be read
   */
  public static PythonFunction ofResource(Class<?> anchor, String resource, String name) {
    String path = Resources.resolve(anchor, resource);
    try {
      byte[] content =
          Resources.read(anchor, path)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "there is no resource %s where %s is from"
                              .formatted(path, anchor.getName())));
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
      return new PythonFunction(
          FunctionParts.of(
              FunctionParts.RESOURCE,
              path,
              text.startsWith("\uFEFF") ? text.substring(1) : text,
              name));
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("the resource %s is not UTF-8".formatted(path), e);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the resource %s can't be read: %s".formatted(path, e.getMessage()), e);
    }
  }

  /**
   * A function of source text, which each worker executes once, as a module of its own. White space
   * with which all lines begin is removed, as by Python's {@code textwrap.dedent}.
   *
   * @param source what the module consists of
   * @param name of the function in it
   * @return the function
   * @throws IllegalArgumentException if one of them is empty
   */
  public static PythonFunction ofSource(String source, String name) {
    return new PythonFunction(
        FunctionParts.of(FunctionParts.SOURCE, Dedent.dedent(source), "", name));
  }

  /**
   * This function with its first arguments given: what it is called with later follows them, as
   * with Python's {@code functools.partial}.
   *
   * <pre>{@code
   * PythonFunction cube = PythonFunction.of("builtins", "pow").keyword("exp", 3);
   * PythonFunction powerOfTwo = PythonFunction.of("builtins", "pow").bind(2);
   * }</pre>
   *
   * @param arguments kept as they are: they must not be changed afterwards
   * @return another function; this one is as before
   */
  public PythonFunction bind(@Nullable Object... arguments) {
    return new PythonFunction(parts.bind(PythonTuple.of(arguments)));
  }

  /**
   * This function with a keyword argument given; one that was given before under the same name is
   * replaced.
   *
   * @param argument its name
   * @param value kept as it is: it must not be changed afterwards
   * @return another function; this one is as before
   */
  public PythonFunction keyword(String argument, @Nullable Object value) {
    return new PythonFunction(parts.keyword(argument, value));
  }

  /**
   * The function's name within its module, file or text.
   *
   * @return such as {@code "sqrt"} or {@code "Class.method"}
   */
  public String name() {
    return parts.name();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PythonFunction function && parts.equals(function.parts);
  }

  @Override
  public int hashCode() {
    return parts.hashCode();
  }

  /**
   * Its name with where it is from, for people.
   *
   * @return such as {@code "math.sqrt"}
   */
  @Override
  public String toString() {
    return parts.toString();
  }
}
