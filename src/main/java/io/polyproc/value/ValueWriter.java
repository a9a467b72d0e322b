package io.polyproc.value;

import io.polyproc.PythonConnection;
import io.polyproc.PythonProxy;
import io.polyproc.PythonTuple;
import io.polyproc.UnconvertibleValueException;
import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.pickle.Opcodes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Pickles Java values for Python.
 *
 * <pre>{@code
 * value ──save──► an opcode of its own (None, numbers, str, bytes, list, dict, tuple)
 *           ├───► a call of a function of Python's, by the {@link ValueCodec} of its class
 *           └───► the name of what Java and Python share, by its {@link Shareable}
 * }</pre>
 *
 * <p>Containers that occur twice are one object in Python, too ({@code known}). An error names the
 * element by its {@code path}. Used once, by one thread.
 */
public final class ValueWriter {
  private static final int PROTOCOL = 4;
  private static final int MAX_DEPTH = 500;

  /** The module of the shim whose functions put together what Java writes. */
  static final String SHIM = "_polyproc.java.values";

  /** A value that knows how it is pickled: what Java and Python share. */
  public interface Shareable {
    void write(ValueWriter writer) throws IOException;
  }

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(256);
  private final IdentityHashMap<Object, Integer> known = new IdentityHashMap<>();
  private final Deque<Object> path = new ArrayDeque<>();
  private final String root;

  private final @Nullable EmbeddedRuntime host;

  /** Whether what Java and Python share can be used where the pickle goes. */
  private final Predicate<Object> isReachable;

  private ValueWriter(String root, @Nullable EmbeddedRuntime host, Predicate<Object> isReachable) {
    this.root = root;
    this.host = host;
    this.isReachable = isReachable;
  }

  /**
   * The pickle of a value, with all of it in the pickle.
   *
   * @param name what to call it in an error
   * @throws UnconvertibleValueException if it, or a part of it, has no counterpart in Python
   */
  public static byte[] write(@Nullable Object value, String name) {
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
  public static byte[] write(@Nullable Object value, String name, @Nullable EmbeddedRuntime host) {
    return new ValueWriter(name, host, _ -> true).pickle(value);
  }

  /**
   * The pickle of a value for a process on this node or another one of a cluster.
   *
   * @param name what to call it in an error
   * @param withConnections whether the process is being started with it: only then can connections
   *     go along
   * @throws UnconvertibleValueException if it, or a part of it, has no counterpart in Python, or
   *     belongs to this machine
   */
  public static byte[] writeForAnyNode(
      @Nullable Object value, String name, boolean withConnections) {
    Predicate<Object> isReachable =
        shared ->
            switch (shared) {
              case PythonProxy _ -> true;
              case PythonConnection _ -> withConnections;
              default -> false;
            };
    return new ValueWriter(name, null, isReachable).pickle(value);
  }

  private byte[] pickle(@Nullable Object value) {
    try {
      out.write(Opcodes.PROTO);
      out.write(PROTOCOL);
      save(value);
      out.write(Opcodes.STOP);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(element() + ": " + e.getMessage(), e);
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

  /** The exception for the element that is being written. */
  UnconvertibleValueException unconvertible(String reason) {
    return ApiAccess.get().unconvertible(element(), reason);
  }

  /** Writes a value, or a reference to it if it was written before. */
  public void save(@Nullable Object value) throws IOException {
    if (path.size() > MAX_DEPTH) {
      throw ApiAccess.get().unconvertible(root, "it is nested too deeply, or contains itself");
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
      case Map<?, ?> map -> map(map);
      case Set<?> set -> remembering(set, () -> call("builtins", "set", List.copyOf(set)));
      case Collection<?> list -> list(list);
      case Optional<?> optional -> save(optional.orElse(null));
      default -> saveOther(value);
    }
  }

  private void saveOther(Object value) throws IOException {
    ValueCodec codec = ValueCodecs.ofClass(value.getClass());
    if (codec != null) {
      codec.write(value, this);
      return;
    }
    Shareable shared = ApiAccess.get().shareable(value);
    if (shared == null) {
      throw unconvertible(
          "%s has no counterpart in Python".formatted(article(value.getClass().getName())));
    }
    if (!isReachable.test(value)) {
      throw unconvertible(
          "%s is of this machine, and the call may run on another node of the cluster; a PythonManager's objects can be used there"
              .formatted(article(value.getClass().getSimpleName())));
    }
    remembering(value, () -> shared.write(this));
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

  /** The memory of buffers, which the process maps; null if they are to be in the pickle. */
  @Nullable EmbeddedRuntime host() {
    return host;
  }

  /** A part of the writing. */
  interface Step {
    void run() throws IOException;
  }

  /** Writes an object that was written before as a reference to that. */
  void remembering(Object object, Step step) throws IOException {
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

  /** Writes the value of a record's component, so that an error names it. */
  void component(String name, @Nullable Object value) throws IOException {
    at(new Field(name), value);
  }

  /** Writes an opcode that takes nothing from the pickle. */
  void opcode(int opcode) {
    out.write(opcode);
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

  /** Writes a tuple of these. */
  void tuple(List<?> elements) throws IOException {
    out.write(Opcodes.MARK);
    int index = 0;
    for (Object element : elements) {
      at(index++, element);
    }
    out.write(Opcodes.TUPLE);
  }

  /** Writes a call of a global function, or class, with these arguments. */
  public void call(String module, String name, @Nullable Object... arguments) throws IOException {
    global(module, name);
    out.write(Opcodes.MARK);
    for (Object argument : arguments) {
      save(argument);
    }
    out.write(Opcodes.TUPLE);
    out.write(Opcodes.REDUCE);
  }

  /** {@link #call} of what {@code _polyproc.java.values} has for Java. */
  public void build(String name, @Nullable Object... arguments) throws IOException {
    call(SHIM, name, arguments);
  }

  /** Writes a function, or class, by its name. */
  void global(String module, String name) throws IOException {
    text(module);
    text(name);
    out.write(Opcodes.STACK_GLOBAL);
  }
}
