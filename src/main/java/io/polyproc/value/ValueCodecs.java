package io.polyproc.value;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The table of the {@link ValueCodec}s. */
final class ValueCodecs {

  /** The first that writes a class does. */
  private static final List<ValueCodec> ALL =
      List.of(
          new DecimalCodec(), // before records, as a PythonComplex is one
          new RecordCodec(),
          new EnumCodec(),
          new TimeCodec(),
          new UuidCodec(),
          new PathCodec(),
          new BufferCodec(),
          new ArrayCodec(),
          new FunctionCodec(),
          new ObjectCodec(),
          new ExceptionCodec());

  private static final Map<String, ValueCodec> BY_MODULE = new HashMap<>();

  static {
    for (ValueCodec codec : ALL) {
      codec.modules().forEach(module -> BY_MODULE.put(module, codec));
    }
  }

  private static final ClassValue<List<ValueCodec>> BY_CLASS =
      new ClassValue<>() {
        @Override
        protected List<ValueCodec> computeValue(Class<?> type) {
          return ALL.stream().filter(codec -> codec.writes(type)).limit(1).toList();
        }
      };

  private ValueCodecs() {}

  /** The codec that writes values of a class; null if there is none. */
  static @Nullable ValueCodec ofClass(Class<?> type) {
    List<ValueCodec> found = BY_CLASS.get(type);
    return found.isEmpty() ? null : found.getFirst();
  }

  /** The codec that reads the functions and classes of a Python module; null if there is none. */
  static @Nullable ValueCodec ofModule(String module) {
    return BY_MODULE.get(module);
  }
}
