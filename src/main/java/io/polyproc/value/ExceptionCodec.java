package io.polyproc.value;

import io.polyproc.PythonException;
import io.polyproc.PythonTuple;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeoutException;

/** Exceptions as values: Java's become the closest of Python's, those a {@link PythonException}. */
final class ExceptionCodec implements ValueCodec {
  private static final List<String> SUFFIXES = List.of("Error", "Warning", "Exception");
  private static final List<String> OTHERS =
      List.of(
          "GeneratorExit",
          "KeyboardInterrupt",
          "StopIteration",
          "StopAsyncIteration",
          "SystemExit");

  @Override
  public boolean writes(Class<?> type) {
    return Throwable.class.isAssignableFrom(type);
  }

  @Override
  public void write(Object value, ValueWriter writer) throws IOException {
    failure((Throwable) value, writer);
  }

  private static void failure(Throwable failure, ValueWriter writer) throws IOException {
    if (failure instanceof PythonException python) {
      int dot = python.typeName().lastIndexOf('.');
      String module = dot < 0 ? "builtins" : python.typeName().substring(0, dot);
      writer.call(module, python.typeName().substring(dot + 1), python.message());
      return;
    }
    String type =
        switch (failure) {
          case IndexOutOfBoundsException _ -> "IndexError";
          case NoSuchElementException _ -> "LookupError";
          case FileNotFoundException _, NoSuchFileException _ -> "FileNotFoundError";
          case IOException _ -> "OSError";
          case UncheckedIOException _ -> "OSError";
          case TimeoutException _ -> "TimeoutError";
          case ArithmeticException _ -> "ArithmeticError";
          case UnsupportedOperationException _ -> "NotImplementedError";
          case ClassCastException _ -> "TypeError";
          case IllegalArgumentException _ -> "ValueError";
          case OutOfMemoryError _ -> "MemoryError";
          default -> "RuntimeError";
        };
    String message = failure.getMessage();
    writer.call(
        "builtins",
        type,
        type.equals("RuntimeError") ? failure.toString() : message == null ? "" : message);
  }

  /** A call of a class of {@code builtins} that {@linkplain #isException is an exception}. */
  static PythonException ofBuiltin(PythonCall call) {
    return new PythonException(call.name(), message(call.name(), call.arguments()));
  }

  /** An exception of the program's, with the message that it has in Python. */
  static PythonException ofProgram(PythonCall call) {
    return new PythonException(String.valueOf(call.argument(1)), String.valueOf(call.argument(2)));
  }

  /** Whether a class of {@code builtins} is an exception, by its name. */
  static boolean isException(String name) {
    return SUFFIXES.stream().anyMatch(name::endsWith) || OTHERS.contains(name);
  }

  /** As {@code str()} has it, for what built-in exceptions are usually made with. */
  private static String message(String name, PythonTuple a) {
    if (a.size() == 2 && name.endsWith("Error") && a.get(0) instanceof Long errno) {
      return "[Errno %d] %s".formatted(errno, a.get(1));
    }
    if (a.size() == 1) {
      return name.equals("KeyError") && a.get(0) instanceof String key
          ? "'" + key + "'"
          : String.valueOf(a.get(0));
    }
    return a.isEmpty() ? "" : a.toString();
  }
}
