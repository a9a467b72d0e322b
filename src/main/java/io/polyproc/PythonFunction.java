package io.polyproc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.polyproc.classpath.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * PythonFunction rank = PythonFunction.ofResource(Shop.class, "ranking.py", "rank");
 * PythonFunction twice = PythonFunction.ofSource("def twice(x): return 2 * x", "twice");
 * PythonFunction compact = PythonFunction.of("json", "dumps").keyword("indent", null);
 * }</pre>
 *
 * <p>Immutable. A function that Python sends to Java arrives as one of these, and goes back as the
 * function.
 */
public final class PythonFunction {
  private static final String MODULE = "module";
  private static final String FILE = "file";
  private static final String RESOURCE = "resource";
  private static final String SOURCE = "source";

  private final String kind;
  private final String where;
  private final String text; // of a resource
  private final String name;
  private final PythonTuple bound;
  private final Map<String, @Nullable Object> keywords;

  private PythonFunction(String kind, String where, String name) {
    this(kind, where, "", name, PythonTuple.of(), Map.of());
  }

  private PythonFunction(
      String kind,
      String where,
      String text,
      String name,
      PythonTuple bound,
      Map<String, @Nullable Object> keywords) {
    this.bound = bound;
    this.keywords = keywords;
    this.kind = kind;
    this.where = Objects.requireNonNull(where);
    this.text = text;
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
   * @return the function
   * @throws IllegalArgumentException if one of them is empty
   */
  public static PythonFunction of(String module, String name) {
    return new PythonFunction(MODULE, module, name);
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
    return new PythonFunction(FILE, checkFile(file).toAbsolutePath().normalize().toString(), name);
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
          RESOURCE,
          path,
          text.startsWith("\uFEFF") ? text.substring(1) : text,
          name,
          PythonTuple.of(),
          Map.of());
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
    return new PythonFunction(SOURCE, Dedent.dedent(source), name);
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
    return new PythonFunction(kind, where, text, name, joined(PythonTuple.of(arguments)), keywords);
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
    Map<String, @Nullable Object> more = new LinkedHashMap<>(keywords);
    more.put(Objects.requireNonNull(argument), value);
    return new PythonFunction(kind, where, text, name, bound, Collections.unmodifiableMap(more));
  }

  private PythonTuple joined(PythonTuple arguments) {
    List<@Nullable Object> all = new ArrayList<>(bound);
    all.addAll(arguments);
    return PythonTuple.copyOf(all);
  }

  /** A call of it, as the shim has it: the function, its arguments, its keyword arguments. */
  PythonTuple call(PythonTuple arguments) {
    return PythonTuple.of(
        specification(), bound.isEmpty() ? arguments : joined(arguments), keywords);
  }

  boolean hasArguments() {
    return !bound.isEmpty() || !keywords.isEmpty();
  }

  PythonTuple boundArguments() {
    return bound;
  }

  Map<String, @Nullable Object> keywords() {
    return keywords;
  }

  /** The function alone. */
  PythonFunction unbound() {
    return new PythonFunction(kind, where, text, name, PythonTuple.of(), Map.of());
  }

  /** What {@code _polyproc.java.functions.function} takes. */
  PythonTuple specification() {
    return PythonTuple.of(kind, kind.equals(RESOURCE) ? PythonTuple.of(where, text) : where, name);
  }

  boolean isOfModule() {
    return kind.equals(MODULE);
  }

  String where() {
    return where;
  }

  /**
   * The function's name within its module, file or text.
   *
   * @return such as {@code "sqrt"} or {@code "Class.method"}
   */
  public String name() {
    return name;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PythonFunction function
        && kind.equals(function.kind)
        && where.equals(function.where)
        && text.equals(function.text)
        && name.equals(function.name)
        && bound.equals(function.bound)
        && keywords.equals(function.keywords);
  }

  @Override
  public int hashCode() {
    return Objects.hash(kind, where, text, name, bound, keywords);
  }

  /**
   * Its name with where it is from, for people.
   *
   * @return such as {@code "math.sqrt"}
   */
  @Override
  public String toString() {
    return kind.equals(SOURCE) ? name : where + "." + name;
  }
}
