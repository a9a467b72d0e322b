package io.polyproc.value;

import io.polyproc.PythonFunction;
import io.polyproc.PythonObject;
import io.polyproc.PythonTuple;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Constants of an {@code enum}, which are members of an {@code enum.Enum} in Python. */
final class EnumCodec implements ValueCodec {

  @Override
  public boolean writes(Class<?> type) {
    return Enum.class.isAssignableFrom(type);
  }

  @Override
  public void write(Object value, ValueWriter writer) throws IOException {
    Enum<?> constant = (Enum<?>) value;
    Class<?> type = constant.getDeclaringClass();
    @Nullable Object[] names =
        Arrays.stream(type.getEnumConstants()).map(each -> ((Enum<?>) each).name()).toArray();
    writer.build("constant", type.getName(), PythonTuple.of(names), constant.name());
  }

  /** What was a constant of Java's: it becomes one again where its class is asked for. */
  static PythonObject ofConstant(PythonCall call) {
    String name = String.valueOf(call.argument(2));
    return ApiAccess.get()
        .object(
            ObjectParts.ofJava(
                RecordCodec.type(String.valueOf(call.first())),
                call.function(),
                call.arguments(),
                Map.of("name", name, "value", name)));
  }

  /** A member of a class of Python's. */
  static PythonObject ofMember(PythonCall call) {
    return ApiAccess.get()
        .object(
            ObjectParts.member(
                (PythonFunction) call.first(), String.valueOf(call.argument(1)), call.argument(2)));
  }
}
