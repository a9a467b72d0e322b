package io.polyproc.value;

import io.polyproc.pickle.PickleException;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Arrays of numbers, which are an {@code array.array} in Python; {@code char[]} is a {@code str},
 * {@code boolean[]} a list.
 */
final class ArrayCodec implements ValueCodec {

  @Override
  public boolean writes(Class<?> type) {
    return type.isArray() && type.getComponentType().isPrimitive();
  }

  @Override
  public void write(Object value, ValueWriter writer) throws IOException {
    numbers(value, writer);
  }

  private static void numbers(Object array, ValueWriter writer) throws IOException {
    int length = Array.getLength(array);
    switch (array) {
      case int[] values -> {
        byte[] data = room(writer, 4L * length);
        ByteBuffer.wrap(data).order(ByteOrder.nativeOrder()).asIntBuffer().put(values);
        writer.call("array", "array", "i", data);
      }
      case long[] values -> {
        byte[] data = room(writer, 8L * length);
        ByteBuffer.wrap(data).order(ByteOrder.nativeOrder()).asLongBuffer().put(values);
        writer.call("array", "array", "q", data);
      }
      case double[] values -> {
        byte[] data = room(writer, 8L * length);
        ByteBuffer.wrap(data).order(ByteOrder.nativeOrder()).asDoubleBuffer().put(values);
        writer.call("array", "array", "d", data);
      }
      case float[] values -> {
        byte[] data = room(writer, 4L * length);
        ByteBuffer.wrap(data).order(ByteOrder.nativeOrder()).asFloatBuffer().put(values);
        writer.call("array", "array", "f", data);
      }
      case short[] values -> {
        byte[] data = room(writer, 2L * length);
        ByteBuffer.wrap(data).order(ByteOrder.nativeOrder()).asShortBuffer().put(values);
        writer.call("array", "array", "h", data);
      }
      case char[] values -> writer.save(new String(values));
      case boolean[] values -> {
        @Nullable Object[] boxed = new Object[length];
        for (int i = 0; i < length; i++) {
          boxed[i] = values[i];
        }
        writer.save(Arrays.asList(boxed));
      }
      default -> throw new AssertionError(array.getClass());
    }
  }

  private static byte[] room(ValueWriter writer, long size) {
    if (size > Integer.MAX_VALUE - 8) {
      throw writer.unconvertible(
          "an array of %d bytes is too large for one message".formatted(size));
    }
    return new byte[(int) size];
  }

  @Override
  public List<String> modules() {
    return List.of("array");
  }

  @Override
  public Object read(PythonCall call) {
    if (call.name().equals("_array_reconstructor") && call.argument(3) instanceof byte[] data) {
      return numbers((String) Objects.requireNonNull(call.argument(1)), call.integer(2), data);
    }
    if (call.name().equals("array")) {
      return switch (call.argument(1)) {
        case byte[] data -> numbers((String) call.first(), -1, data);
        case List<?> list -> numbers((String) call.first(), list);
        case null, default -> call.unknown();
      };
    }
    return call.unknown();
  }

  /**
   * @param machineFormat as {@code array._array_reconstructor} has it; -1 for this machine's own
   */
  private static Object numbers(String typecode, int machineFormat, byte[] data) {
    boolean big = machineFormat >= 0 && machineFormat % 2 == 1 && machineFormat > 1;
    ByteBuffer buffer =
        ByteBuffer.wrap(data).order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    return switch (typecode) {
      case "b" -> data;
      case "B" -> data;
      case "h" -> {
        short[] all = new short[data.length / 2];
        buffer.asShortBuffer().get(all);
        yield all;
      }
      case "H" -> {
        int[] all = new int[data.length / 2];
        Arrays.setAll(all, i -> buffer.getShort(i * 2) & 0xFFFF);
        yield all;
      }
      case "i" -> {
        int[] all = new int[data.length / 4];
        buffer.asIntBuffer().get(all);
        yield all;
      }
      case "I" -> {
        long[] all = new long[data.length / 4];
        Arrays.setAll(all, i -> buffer.getInt(i * 4) & 0xFFFFFFFFL);
        yield all;
      }
      case "l", "q", "L", "Q" -> {
        long[] all = new long[data.length / 8];
        buffer.asLongBuffer().get(all);
        yield all;
      }
      case "f" -> {
        float[] all = new float[data.length / 4];
        buffer.asFloatBuffer().get(all);
        yield all;
      }
      case "d" -> {
        double[] all = new double[data.length / 8];
        buffer.asDoubleBuffer().get(all);
        yield all;
      }
      default -> throw new PickleException("an array of type '" + typecode + "'");
    };
  }

  private static Object numbers(String typecode, List<?> list) {
    return switch (typecode) {
      case "u", "w" -> String.join("", list.stream().map(String::valueOf).toList());
      case "f", "d" -> list.stream().mapToDouble(n -> ((Number) n).doubleValue()).toArray();
      case "i", "h" -> list.stream().mapToInt(n -> ((Number) n).intValue()).toArray();
      default -> list.stream().mapToLong(n -> ((Number) n).longValue()).toArray();
    };
  }
}
