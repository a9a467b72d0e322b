package io.polyproc;

import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.pickle.Opcodes;
import io.polyproc.posix.MemoryFile;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Pickles Java values for Python. Containers that occur twice are one object in Python too. Used
 * once, by one thread.
 */
final class ValueWriter {
  private static final int PROTOCOL = 4;
  private static final int DEEPEST = 500;
  private static final String EMBEDDING = "_polyproc.java.values";

  /** A value that knows how it is pickled: what Java and Python share. */
  interface Shareable {
    void write(ValueWriter writer) throws IOException;
  }

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);
  private final IdentityHashMap<Object, Integer> known = new IdentityHashMap<>();
  private final Deque<Object> path = new ArrayDeque<>();
  private final String root;

  private final @Nullable EmbeddedRuntime host;

  private ValueWriter(String root, @Nullable EmbeddedRuntime host) {
    this.root = root;
    this.host = host;
  }

  /**
   * The pickle of a value, with all of it in the pickle.
   *
   * @param name what to call it in an error
   * @throws UnconvertibleValueException if it, or a part of it, has no counterpart in Python
   */
  static byte[] write(@Nullable Object value, String name) {
    return write(value, name, null);
  }

  /**
   * The pickle of a value for one process, once.
   *
   * @param name what to call it in an error
   * @param host has the memory of buffers, which the process maps; null if they are to be in the
   *     pickle
   * @throws UnconvertibleValueException if it, or a part of it, has no counterpart in Python
   */
  static byte[] write(@Nullable Object value, String name, @Nullable EmbeddedRuntime host) {
    ValueWriter writer = new ValueWriter(name, host);
    try {
      writer.out.write(Opcodes.PROTO);
      writer.out.write(PROTOCOL);
      writer.save(value);
      writer.out.write(Opcodes.STOP);
      return writer.out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(writer.element() + ": " + e.getMessage(), e);
    }
  }

  private String element() {
    StringBuilder text = new StringBuilder(root);
    path.descendingIterator()
        .forEachRemaining(
            step -> {
              switch (step) {
                case Field field -> text.append('.').append(field.name());
                case Integer index -> text.append('[').append(index).append(']');
                default -> text.append("['").append(step).append("']");
              }
            });
    return text.toString();
  }

  private record Field(String name) {}

  private UnconvertibleValueException unconvertible(String reason) {
    return new UnconvertibleValueException(element(), reason);
  }

  /** Writes a value, or a reference to it if it was written before. */
  void save(@Nullable Object value) throws IOException {
    if (path.size() > DEEPEST) {
      throw new UnconvertibleValueException(root, "it is nested too deeply, or contains itself");
    }
    switch (value) {
      case null -> out.write(Opcodes.NONE);
      case Boolean flag -> out.write(flag ? Opcodes.NEWTRUE : Opcodes.NEWFALSE);
      case Byte _, Short _, Integer _, Long _ -> integer(((Number) value).longValue());
      case BigInteger number -> integer(number);
      case Float _, Double _ -> real(((Number) value).doubleValue());
      case String text -> text(text);
      case Character character -> text(character.toString());
      case CharSequence text -> text(text.toString());
      case byte[] data -> bytes(data);
      case Shareable shareable -> remembering(shareable, () -> shareable.write(this));
      case PythonTuple tuple -> remembering(tuple, () -> tuple(tuple));
      case Object[] array -> remembering(array, () -> tuple(Arrays.asList(array)));
      case ManagedMap map -> remembering(map, () -> map.proxy().write(this));
      case ManagedList list -> remembering(list, () -> list.proxy().write(this));
      case Map<?, ?> map -> map(map);
      case Set<?> set -> remembering(set, () -> call("builtins", "set", List.copyOf(set)));
      case Collection<?> list -> list(list);
      default -> saveOther(value);
    }
  }

  private void saveOther(Object value) throws IOException {
    switch (value) {
      case BigDecimal decimal -> call("decimal", "Decimal", decimal.toString());
      case PythonComplex complex ->
          call("builtins", "complex", complex.real(), complex.imaginary());
      case Record record -> remembering(record, () -> record(record));
      case Enum<?> constant -> constant(constant);
      case LocalDateTime time -> datetime(time, null);
      case OffsetDateTime time -> datetime(time.toLocalDateTime(), time.getOffset());
      case ZonedDateTime time -> datetime(time.toLocalDateTime(), new Zone(zone(time), time));
      case Instant time -> datetime(LocalDateTime.ofInstant(time, ZoneOffset.UTC), ZoneOffset.UTC);
      case LocalDate date ->
          call("datetime", "date", date.getYear(), date.getMonthValue(), date.getDayOfMonth());
      case LocalTime time -> time(time, null);
      case OffsetTime time -> time(time.toLocalTime(), time.getOffset());
      case Duration duration ->
          call("datetime", "timedelta", 0, duration.getSeconds(), duration.getNano() / 1000);
      case ZoneId zone -> zone(zone);
      case Optional<?> optional -> save(optional.orElse(null));
      case UUID uuid -> call("uuid", "UUID", uuid.toString());
      case Path file -> path(file);
      case MemorySegment segment -> memory(segment);
      case ByteBuffer buffer when buffer.isDirect() -> memory(MemorySegment.ofBuffer(buffer));
      case ByteBuffer buffer -> bytes(content(buffer));
      case Buffer buffer -> memory(buffer);
      case PythonFunction function -> function(function);
      case PythonObject object -> remembering(object, () -> object(object));
      case Throwable failure -> failure(failure);
      default -> {
        Shareable shared = shared(value);
        if (shared != null) {
          remembering(value, () -> shared.write(this));
        } else if (value.getClass().isArray()) {
          numbers(value);
        } else {
          throw unconvertible(
              "%s has no counterpart in Python".formatted(article(value.getClass().getName())));
        }
      }
    }
  }

  private static @Nullable Shareable shared(Object value) {
    return switch (value) {
      case PythonQueue queue -> queue::write;
      case PythonConnection connection -> connection::write;
      case PythonLock lock -> lock::write;
      case PythonSemaphore semaphore -> semaphore::write;
      case PythonEvent event -> event::write;
      case PythonBarrier barrier -> barrier::write;
      case SharedValue number -> number::write;
      case SharedArray array -> array::write;
      case PythonSharedMemory memory -> memory::write;
      case PythonProxy proxy -> proxy::write;
      case JavaCallback<?> callback -> callback::write;
      default -> null;
    };
  }

  private static String article(String noun) {
    return ("aeiou".indexOf(Character.toLowerCase(noun.charAt(0))) < 0 ? "a " : "an ") + noun;
  }

  private void integer(long number) throws IOException {
    if (number == (int) number) {
      out.write(Opcodes.BININT);
      out.write(littleEndian((int) number));
    } else {
      integer(BigInteger.valueOf(number));
    }
  }

  private void integer(BigInteger number) throws IOException {
    byte[] bigEndian = number.toByteArray();
    if (bigEndian.length < 256) {
      out.write(Opcodes.LONG1);
      out.write(bigEndian.length);
    } else {
      out.write(Opcodes.LONG4);
      out.write(littleEndian(bigEndian.length));
    }
    for (int i = bigEndian.length - 1; i >= 0; i--) {
      out.write(bigEndian[i]);
    }
  }

  private void real(double number) throws IOException {
    out.write(Opcodes.BINFLOAT);
    out.write(ByteBuffer.allocate(Double.BYTES).putDouble(number).array());
  }

  private void text(String text) throws IOException {
    byte[] encoded = Utf8.encode(text);
    out.write(Opcodes.BINUNICODE);
    out.write(littleEndian(encoded.length));
    out.write(encoded);
  }

  private void bytes(byte[] data) throws IOException {
    if (data.length < 256) {
      out.write(Opcodes.SHORT_BINBYTES);
      out.write(data.length);
    } else {
      out.write(Opcodes.BINBYTES);
      out.write(littleEndian(data.length));
    }
    out.write(data);
  }

  private static byte[] littleEndian(int number) {
    return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(number).array();
  }

  private static byte[] content(ByteBuffer buffer) {
    byte[] content = new byte[buffer.remaining()];
    buffer.duplicate().get(content);
    return content;
  }

  private void memory(MemorySegment segment) throws IOException {
    memory(segment.byteSize(), "B", target -> target.copyFrom(segment));
  }

  /** Numbers, in this machine's byte order whatever the buffer's is. */
  private void memory(Buffer buffer) throws IOException {
    switch (buffer) {
      case ShortBuffer numbers ->
          memory(numbers, Short.BYTES, "h", t -> t.asShortBuffer().put(numbers.duplicate()));
      case IntBuffer numbers ->
          memory(numbers, Integer.BYTES, "i", t -> t.asIntBuffer().put(numbers.duplicate()));
      case LongBuffer numbers ->
          memory(numbers, Long.BYTES, "q", t -> t.asLongBuffer().put(numbers.duplicate()));
      case FloatBuffer numbers ->
          memory(numbers, Float.BYTES, "f", t -> t.asFloatBuffer().put(numbers.duplicate()));
      case DoubleBuffer numbers ->
          memory(numbers, Double.BYTES, "d", t -> t.asDoubleBuffer().put(numbers.duplicate()));
      default -> throw new AssertionError("another class was looked at before: " + buffer);
    }
  }

  private void memory(Buffer buffer, int bytes, String format, Consumer<ByteBuffer> fill)
      throws IOException {
    memory(
        (long) buffer.remaining() * bytes,
        format,
        target -> fill.accept(target.asByteBuffer().order(ByteOrder.nativeOrder())));
  }

  /** A memoryview of memory that the process maps: what is here is copied once. */
  private void memory(long size, String format, Consumer<MemorySegment> fill) throws IOException {
    if (size == 0 || host == null) {
      byte[] content = new byte[Math.toIntExact(size)];
      fill.accept(MemorySegment.ofArray(content));
      build("view", content, format);
      return;
    }
    try (MemoryFile file = MemoryFile.of("polyproc-buffer", size, fill)) {
      build("mapped_view", DescriptorToken.of(host, file.fd()), size, format);
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  /** Writes an object that was written before as a reference to that. */
  private void remembering(Object object, Step step) throws IOException {
    if (!recall(object)) {
      step.run();
      remember(object);
    }
  }

  private boolean recall(Object object) throws IOException {
    Integer index = known.get(object);
    if (index == null) {
      return false;
    }
    out.write(Opcodes.LONG_BINGET);
    out.write(littleEndian(index));
    return true;
  }

  private void remember(Object object) throws IOException {
    int index = known.size();
    known.put(object, index);
    out.write(Opcodes.LONG_BINPUT);
    out.write(littleEndian(index));
  }

  private void at(Object step, @Nullable Object value) throws IOException {
    path.push(step);
    save(value);
    path.pop();
  }

  private void list(Collection<?> list) throws IOException {
    if (recall(list)) {
      return;
    }
    out.write(Opcodes.EMPTY_LIST);
    remember(list);
    out.write(Opcodes.MARK);
    int index = 0;
    for (Object element : list) {
      at(index++, element);
    }
    out.write(Opcodes.APPENDS);
  }

  private void map(Map<?, ?> map) throws IOException {
    if (recall(map)) {
      return;
    }
    out.write(Opcodes.EMPTY_DICT);
    remember(map);
    out.write(Opcodes.MARK);
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      Object key = entry.getKey();
      if (key instanceof Map || (key instanceof Collection && !(key instanceof PythonTuple))) {
        throw unconvertible(
            "the key %s would be a list, dict or set, which Python can't have as a key; a PythonTuple"
                    .formatted(key)
                + " can be one");
      }
      save(key);
      at(key == null ? "None" : key, entry.getValue());
    }
    out.write(Opcodes.SETITEMS);
  }

  private void tuple(List<?> elements) throws IOException {
    out.write(Opcodes.MARK);
    int index = 0;
    for (Object element : elements) {
      at(index++, element);
    }
    out.write(Opcodes.TUPLE);
  }

  /** Writes a call of a global function, or class, with these arguments. */
  void call(String module, String name, @Nullable Object... arguments) throws IOException {
    global(module, name);
    out.write(Opcodes.MARK);
    for (Object argument : arguments) {
      save(argument);
    }
    out.write(Opcodes.TUPLE);
    out.write(Opcodes.REDUCE);
  }

  /** {@link #call} of what {@code _polyproc.java.values} has for Java. */
  void build(String name, @Nullable Object... arguments) throws IOException {
    call(EMBEDDING, name, arguments);
  }

  private void global(String module, String name) throws IOException {
    text(module);
    text(name);
    out.write(Opcodes.STACK_GLOBAL);
  }

  private void path(Path file) throws IOException {
    if (!file.getFileSystem().equals(FileSystems.getDefault())) {
      throw unconvertible(file.toUri() + " is in no file system that Python can read");
    }
    call("pathlib", "Path", file.toString());
  }

  private void function(PythonFunction function) throws IOException {
    if (function.hasArguments()) {
      build("partial", function.unbound(), function.boundArguments(), function.keywords());
    } else if (function.isOfModule()) {
      global(function.where(), function.name());
    } else {
      build("function", function.specification());
    }
  }

  private void object(PythonObject object) throws IOException {
    PythonFunction maker = object.maker();
    if (maker != null) {
      call(maker.where(), maker.name(), object.arguments().toArray());
      return;
    }
    function(object.type());
    tuple(object.arguments());
    out.write(object.isConstructed() ? Opcodes.REDUCE : Opcodes.NEWOBJ);
    if (object.state() != null) {
      save(object.state());
      out.write(Opcodes.BUILD);
    }
    if (!object.items().isEmpty()) {
      out.write(Opcodes.MARK);
      for (Object item : object.items()) {
        save(item);
      }
      out.write(Opcodes.APPENDS);
    }
    if (!object.entries().isEmpty()) {
      out.write(Opcodes.MARK);
      for (Map.Entry<?, ?> entry : object.entries().entrySet()) {
        save(entry.getKey());
        save(entry.getValue());
      }
      out.write(Opcodes.SETITEMS);
    }
  }

  private void record(Record record) throws IOException {
    RecordComponent[] components = record.getClass().getRecordComponents();
    @Nullable Object[] names = new Object[components.length];
    global(EMBEDDING, "record");
    out.write(Opcodes.MARK);
    save(record.getClass().getName());
    for (int i = 0; i < components.length; i++) {
      names[i] = components[i].getName();
    }
    save(PythonTuple.of(names));
    out.write(Opcodes.MARK);
    for (RecordComponent component : components) {
      at(new Field(component.getName()), value(component, record));
    }
    out.write(Opcodes.TUPLE);
    out.write(Opcodes.TUPLE);
    out.write(Opcodes.REDUCE);
  }

  private @Nullable Object value(RecordComponent component, Record record) {
    try {
      var accessor = component.getAccessor();
      accessor.setAccessible(true);
      return accessor.invoke(record);
    } catch (InvocationTargetException e) {
      throw unconvertible(component.getName() + "() fails: " + e.getCause());
    } catch (IllegalAccessException | RuntimeException e) {
      throw unconvertible(component.getName() + "() can't be called: " + e.getMessage());
    }
  }

  private void constant(Enum<?> constant) throws IOException {
    @Nullable Object[] names =
        Arrays.stream(constant.getDeclaringClass().getEnumConstants())
            .map(each -> ((Enum<?>) each).name())
            .toArray();
    build(
        "constant", constant.getDeclaringClass().getName(), PythonTuple.of(names), constant.name());
  }

  /**
   * A zone by its name, and what it comes to at that moment for a Python that has no time zones.
   */
  private record Zone(ZoneId zone, ZonedDateTime moment) implements Shareable {
    @Override
    public void write(ValueWriter writer) throws IOException {
      if (zone instanceof ZoneOffset) {
        writer.save(zone);
      } else {
        writer.build("zone", zone.getId(), moment.getOffset().getTotalSeconds());
      }
    }
  }

  private void datetime(LocalDateTime time, @Nullable Object zone) throws IOException {
    if (time.getYear() < 1 || time.getYear() > 9999) {
      throw unconvertible("Python's dates have the years 1 to 9999, not " + time.getYear());
    }
    call(
        "datetime",
        "datetime",
        time.getYear(),
        time.getMonthValue(),
        time.getDayOfMonth(),
        time.getHour(),
        time.getMinute(),
        time.getSecond(),
        time.getNano() / 1000,
        zone);
  }

  /** Of two moments with the same local time, Python would mean the first: then the offset says. */
  private static ZoneId zone(ZonedDateTime time) {
    boolean ambiguous =
        !ZonedDateTime.ofLocal(time.toLocalDateTime(), time.getZone(), null)
            .toInstant()
            .equals(time.toInstant());
    return ambiguous ? time.getOffset() : time.getZone();
  }

  private void time(LocalTime time, @Nullable ZoneOffset offset) throws IOException {
    call(
        "datetime",
        "time",
        time.getHour(),
        time.getMinute(),
        time.getSecond(),
        time.getNano() / 1000,
        offset);
  }

  private void zone(ZoneId zone) throws IOException {
    if (zone instanceof ZoneOffset offset) {
      call("datetime", "timezone", Duration.ofSeconds(offset.getTotalSeconds()));
    } else {
      call("zoneinfo", "ZoneInfo", zone.getId());
    }
  }

  private void numbers(Object array) throws IOException {
    int length = Array.getLength(array);
    switch (array) {
      case int[] values -> {
        byte[] data = room(4L * length);
        ByteBuffer.wrap(data).order(ByteOrder.nativeOrder()).asIntBuffer().put(values);
        call("array", "array", "i", data);
      }
      case long[] values -> {
        byte[] data = room(8L * length);
        ByteBuffer.wrap(data).order(ByteOrder.nativeOrder()).asLongBuffer().put(values);
        call("array", "array", "q", data);
      }
      case double[] values -> {
        byte[] data = room(8L * length);
        ByteBuffer.wrap(data).order(ByteOrder.nativeOrder()).asDoubleBuffer().put(values);
        call("array", "array", "d", data);
      }
      case float[] values -> {
        byte[] data = room(4L * length);
        ByteBuffer.wrap(data).order(ByteOrder.nativeOrder()).asFloatBuffer().put(values);
        call("array", "array", "f", data);
      }
      case short[] values -> {
        byte[] data = room(2L * length);
        ByteBuffer.wrap(data).order(ByteOrder.nativeOrder()).asShortBuffer().put(values);
        call("array", "array", "h", data);
      }
      case char[] values -> text(new String(values));
      case boolean[] values -> {
        @Nullable Object[] boxed = new Object[length];
        for (int i = 0; i < length; i++) {
          boxed[i] = values[i];
        }
        list(Arrays.asList(boxed));
      }
      default -> throw unconvertible("arrays of this type have no counterpart in Python");
    }
  }

  private byte[] room(long size) {
    if (size > Integer.MAX_VALUE - 8) {
      throw unconvertible("an array of %d bytes is too large for one message".formatted(size));
    }
    return new byte[(int) size];
  }

  private void failure(Throwable failure) throws IOException {
    if (failure instanceof PythonException python) {
      int dot = python.typeName().lastIndexOf('.');
      String module = dot < 0 ? "builtins" : python.typeName().substring(0, dot);
      call(module, python.typeName().substring(dot + 1), python.message());
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
    call(
        "builtins",
        type,
        type.equals("RuntimeError") ? failure.toString() : message == null ? "" : message);
  }

  /** UTF-8 that keeps lone surrogates, as Python's {@code surrogatepass} does. */
  static final class Utf8 {
    private Utf8() {}

    static byte[] encode(String text) {
      if (!hasLoneSurrogate(text)) {
        return text.getBytes(StandardCharsets.UTF_8);
      }
      ByteArrayOutputStream encoded = new ByteArrayOutputStream(text.length() + 8);
      text.codePoints()
          .forEach(
              point -> {
                if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                  encoded.write(0xE0 | (point >> 12));
                  encoded.write(0x80 | ((point >> 6) & 0x3F));
                  encoded.write(0x80 | (point & 0x3F));
                } else {
                  encoded.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
                }
              });
      return encoded.toByteArray();
    }

    private static boolean hasLoneSurrogate(String text) {
      for (int i = 0; i < text.length(); i++) {
        if (Character.isSurrogate(text.charAt(i))) {
          return text.codePoints()
              .anyMatch(point -> Character.getType(point) == Character.SURROGATE);
        }
      }
      return false;
    }

    static String decode(byte[] data) {
      int at = surrogate(data, 0);
      if (at < 0) {
        return new String(data, StandardCharsets.UTF_8);
      }
      StringBuilder text = new StringBuilder();
      int from = 0;
      for (; at >= 0; at = surrogate(data, from)) {
        text.append(new String(data, from, at - from, StandardCharsets.UTF_8));
        int high = (data[at] & 0x0F) << 12;
        text.append((char) (high | ((data[at + 1] & 0x3F) << 6) | (data[at + 2] & 0x3F)));
        from = at + 3;
      }
      return text.append(new String(data, from, data.length - from, StandardCharsets.UTF_8))
          .toString();
    }

    private static int surrogate(byte[] data, int from) {
      for (int i = from; i < data.length - 2; i++) {
        if ((data[i] & 0xFF) == 0xED && (data[i + 1] & 0xFF) >= 0xA0) {
          return i;
        }
      }
      return -1;
    }
  }
}
