package io.polyproc.value;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * Values of a context of this JVM. They cross as pickles, as those of other processes do, so that
 * the same becomes of them.
 */
public final class ContextValues {
  private ContextValues() {}

  /** A value as Python's own, bound to the context. */
  public static Value toPython(Context context, @Nullable Object value) {
    byte[] pickle = ValueWriter.write(value, "value");
    return module(context).invokeMember("loads", new String(pickle, ISO_8859_1));
  }

  /** What a value of a context is in Java. */
  public static <T> @Nullable T fromPython(Class<T> type, Value value, KnownTypes types) {
    String pickle = module(value.getContext()).invokeMember("dumps_as_text", value).asString();
    return Conversions.convert(
        ValueReader.read(pickle.getBytes(ISO_8859_1), types, "value"), type, "value");
  }

  private static Value module(Context context) {
    return context.eval("python", "__import__('importlib').import_module('_polyproc.java.values')");
  }
}
