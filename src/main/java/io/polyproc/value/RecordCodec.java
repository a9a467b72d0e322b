package io.polyproc.value;

import io.polyproc.PythonFunction;
import io.polyproc.PythonObject;
import io.polyproc.PythonTuple;
import io.polyproc.pickle.Opcodes;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Records, which are named tuples in Python; what comes back is one of the caller's class again.
 */
final class RecordCodec implements ValueCodec {

  @Override
  public boolean writes(Class<?> type) {
    return Record.class.isAssignableFrom(type);
  }

  @Override
  public void write(Object value, ValueWriter writer) throws IOException {
    writer.remembering(value, () -> record((Record) value, writer));
  }

  private static void record(Record record, ValueWriter writer) throws IOException {
    RecordComponent[] components = record.getClass().getRecordComponents();
    @Nullable Object[] names = new Object[components.length];
    writer.global(ValueWriter.SHIM, "record");
    writer.opcode(Opcodes.MARK);
    writer.save(record.getClass().getName());
    for (int i = 0; i < components.length; i++) {
      names[i] = components[i].getName();
    }
    writer.save(PythonTuple.of(names));
    writer.opcode(Opcodes.MARK);
    for (RecordComponent component : components) {
      writer.component(component.getName(), value(component, record, writer));
    }
    writer.opcode(Opcodes.TUPLE);
    writer.opcode(Opcodes.TUPLE);
    writer.opcode(Opcodes.REDUCE);
  }

  private static @Nullable Object value(
      RecordComponent component, Record record, ValueWriter writer) {
    try {
      var accessor = component.getAccessor();
      accessor.setAccessible(true);
      return accessor.invoke(record);
    } catch (InvocationTargetException e) {
      throw writer.unconvertible(component.getName() + "() fails: " + e.getCause());
    } catch (IllegalAccessException | RuntimeException e) {
      throw writer.unconvertible(component.getName() + "() can't be called: " + e.getMessage());
    }
  }

  /** What was a record: it becomes one again where its class is asked for. */
  static PythonObject ofRecord(PythonCall call) {
    List<?> names = (List<?>) Objects.requireNonNull(call.argument(1));
    List<?> values = (List<?>) Objects.requireNonNull(call.argument(2));
    Map<@Nullable Object, @Nullable Object> attributes = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      attributes.put(names.get(i), values.get(i));
    }
    return ApiAccess.get()
        .object(
            ObjectParts.ofJava(
                type(String.valueOf(call.first())), call.function(), call.arguments(), attributes));
  }

  /** A Java class, as Python names it. */
  static PythonFunction type(String className) {
    int dot = className.lastIndexOf('.');
    return PythonFunction.of(
        dot < 0 ? "__main__" : className.substring(0, dot), className.substring(dot + 1));
  }
}
