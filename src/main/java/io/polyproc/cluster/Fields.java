package io.polyproc.cluster;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A message of an agent: byte strings, each behind its length as four bytes, big-endian. Numbers
 * travel as decimal strings.
 */
final class Fields {
  private final List<byte[]> values;

  private Fields(List<byte[]> values) {
    this.values = values;
  }

  /**
   * Makes a message.
   *
   * @param values strings, numbers or byte arrays
   */
  static byte[] of(Object... values) {
    List<byte[]> fields = new ArrayList<>(values.length);
    int length = 0;
    for (Object value : values) {
      byte[] field =
          value instanceof byte[] bytes
              ? bytes
              : String.valueOf(value).getBytes(StandardCharsets.UTF_8);
      fields.add(field);
      length += Integer.BYTES + field.length;
    }
    ByteBuffer buffer = ByteBuffer.allocate(length);
    fields.forEach(field -> buffer.putInt(field.length).put(field));
    return buffer.array();
  }

  /**
   * Reads a message.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Fields read(byte[] message) {
    List<byte[]> values = new ArrayList<>();
    ByteBuffer buffer = ByteBuffer.wrap(message);
    while (buffer.hasRemaining()) {
      if (buffer.remaining() < Integer.BYTES) {
        throw new IllegalArgumentException("a message that ends within a length");
      }
      int length = buffer.getInt();
      if (length < 0 || length > buffer.remaining()) {
        throw new IllegalArgumentException("a field of %d bytes".formatted(length));
      }
      byte[] value = new byte[length];
      buffer.get(value);
      values.add(value);
    }
    return new Fields(values);
  }

  /** The message that it was read from. */
  byte[] toBytes() {
    return of(values.toArray());
  }

  int count() {
    return values.size();
  }

  byte[] bytes(int index) {
    if (index >= values.size()) {
      throw new IllegalArgumentException(
          "a message of %d fields, where %d are needed".formatted(values.size(), index + 1));
    }
    return values.get(index);
  }

  String text(int index) {
    return new String(bytes(index), StandardCharsets.UTF_8);
  }

  long number(int index) {
    return Long.parseLong(text(index));
  }
}
