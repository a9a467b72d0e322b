package io.polyproc.value;

import io.polyproc.PythonFunction;
import io.polyproc.PythonObject;
import io.polyproc.pickle.Opcodes;
import java.io.IOException;
import java.util.Map;

/** Objects of Python's that have no counterpart in Java: they go back as they came. */
final class ObjectCodec implements ValueCodec {

  @Override
  public boolean writes(Class<?> type) {
    return type == PythonObject.class;
  }

  @Override
  public void write(Object value, ValueWriter writer) throws IOException {
    writer.remembering(value, () -> object(ApiAccess.get().parts((PythonObject) value), writer));
  }

  private static void object(ObjectParts object, ValueWriter writer) throws IOException {
    PythonFunction maker = object.maker();
    if (maker != null) {
      writer.call(ApiAccess.get().parts(maker).where(), maker.name(), object.arguments().toArray());
      return;
    }
    writer.save(object.type());
    writer.tuple(object.arguments());
    writer.opcode(object.isConstructed() ? Opcodes.REDUCE : Opcodes.NEWOBJ);
    if (object.state() != null) {
      writer.save(object.state());
      writer.opcode(Opcodes.BUILD);
    }
    if (!object.items().isEmpty()) {
      writer.opcode(Opcodes.MARK);
      for (Object item : object.items()) {
        writer.save(item);
      }
      writer.opcode(Opcodes.APPENDS);
    }
    if (!object.entries().isEmpty()) {
      writer.opcode(Opcodes.MARK);
      for (Map.Entry<?, ?> entry : object.entries().entrySet()) {
        writer.save(entry.getKey());
        writer.save(entry.getValue());
      }
      writer.opcode(Opcodes.SETITEMS);
    }
  }
}
