package io.polyproc.value;

import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.posix.MemoryFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.function.Consumer;

/**
 * Buffers and memory segments, which are a {@code memoryview} in Python; a {@link ByteBuffer} of
 * the heap is {@code bytes}.
 */
final class BufferCodec implements ValueCodec {

  @Override
  public boolean writes(Class<?> type) {
    return MemorySegment.class.isAssignableFrom(type)
        || (Buffer.class.isAssignableFrom(type) && !CharBuffer.class.isAssignableFrom(type));
  }

  @Override
  public void write(Object value, ValueWriter writer) throws IOException {
    switch (value) {
      case MemorySegment segment -> memory(writer, segment);
      case ByteBuffer buffer when buffer.isDirect() ->
          memory(writer, MemorySegment.ofBuffer(buffer));
      case ByteBuffer buffer -> writer.save(content(buffer));
      case Buffer buffer -> memory(writer, buffer);
      default -> throw new AssertionError(value.getClass());
    }
  }

  private static byte[] content(ByteBuffer buffer) {
    byte[] content = new byte[buffer.remaining()];
    buffer.duplicate().get(content);
    return content;
  }

  private static void memory(ValueWriter writer, MemorySegment segment) throws IOException {
    memory(writer, segment.byteSize(), "B", target -> target.copyFrom(segment));
  }

  /** Numbers, in this machine's byte order whatever the buffer's is. */
  private static void memory(ValueWriter writer, Buffer buffer) throws IOException {
    switch (buffer) {
      case ShortBuffer numbers ->
          memory(
              writer, numbers, Short.BYTES, "h", t -> t.asShortBuffer().put(numbers.duplicate()));
      case IntBuffer numbers ->
          memory(
              writer, numbers, Integer.BYTES, "i", t -> t.asIntBuffer().put(numbers.duplicate()));
      case LongBuffer numbers ->
          memory(writer, numbers, Long.BYTES, "q", t -> t.asLongBuffer().put(numbers.duplicate()));
      case FloatBuffer numbers ->
          memory(
              writer, numbers, Float.BYTES, "f", t -> t.asFloatBuffer().put(numbers.duplicate()));
      case DoubleBuffer numbers ->
          memory(
              writer, numbers, Double.BYTES, "d", t -> t.asDoubleBuffer().put(numbers.duplicate()));
      default -> throw new AssertionError(buffer.getClass());
    }
  }

  private static void memory(
      ValueWriter writer, Buffer buffer, int bytes, String format, Consumer<ByteBuffer> fill)
      throws IOException {
    memory(
        writer,
        (long) buffer.remaining() * bytes,
        format,
        target -> fill.accept(target.asByteBuffer().order(ByteOrder.nativeOrder())));
  }

  /** A memoryview of memory that the process maps: what is here is copied once. */
  private static void memory(
      ValueWriter writer, long size, String format, Consumer<MemorySegment> fill)
      throws IOException {
    EmbeddedRuntime host = writer.host();
    if (size == 0 || host == null) {
      byte[] content = new byte[Math.toIntExact(size)];
      fill.accept(MemorySegment.ofArray(content));
      writer.build("view", content, format);
      return;
    }
    try (MemoryFile file = MemoryFile.of("polyproc-buffer", size, fill)) {
      writer.build("mapped_view", DescriptorToken.of(host, file.fd()), size, format);
    }
  }
}
