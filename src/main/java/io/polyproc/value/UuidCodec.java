package io.polyproc.value;

import java.io.IOException;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** {@link UUID} and {@code uuid.UUID}, which is pickled by its attributes. */
final class UuidCodec implements ValueCodec {

  @Override
  public boolean writes(Class<?> type) {
    return type == UUID.class;
  }

  @Override
  public void write(Object value, ValueWriter writer) throws IOException {
    writer.call("uuid", "UUID", value.toString());
  }

  @Override
  public List<String> modules() {
    return List.of("uuid");
  }

  @Override
  public Object read(PythonCall call) {
    return call.name().equals("UUID") && call.size() == 1 && call.first() instanceof String text
        ? UUID.fromString(text)
        : call.unknown();
  }

  /** The UUID with these attributes. */
  static UUID ofAttributes(Map<?, ?> attributes) {
    BigInteger number = new BigInteger(String.valueOf(attributes.get("int")));
    return new UUID(number.shiftRight(64).longValue(), number.longValue());
  }
}
