package io.polyproc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;
import org.jspecify.annotations.Nullable;

/**
 * Reads what Python pickled. No code is ever chosen by the pickle: a name in it is looked up in the
 * table of {@link KnownTypes}, and whatever is not there becomes a {@link PythonObject}. Used once,
 * by one thread.
 */
final class ValueReader extends Unpickler {
  private final KnownTypes types;

  private ValueReader(KnownTypes types) {
    this.types = types;
  }

  /**
   * The value in a pickle: {@link Long} or {@code BigInteger}, {@link Double}, {@code List}, …
   *
   * @param name what to call it in an error
   */
  static @Nullable Object read(byte[] pickle, KnownTypes types, String name) {
    try {
      return new ValueReader(types).load(new ByteArrayInputStream(pickle));
    } catch (UnconvertibleValueException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // The library takes a pickle to be right, so a wrong one may end in any exception.
      UnconvertibleValueException unread =
          new UnconvertibleValueException(name, "it is pickled in a way that can't be read: " + e);
      unread.initCause(e);
      throw unread;
    } catch (StackOverflowError e) {
      throw new UnconvertibleValueException(name, "it is nested too deeply, or contains itself");
    }
  }

  /** A length that lies must not make Java look for so much memory. */
  private void checkLength(short key) throws IOException {
    int bytes =
        switch (key) {
          case Opcodes.LONG4, Opcodes.BINBYTES, Opcodes.BINUNICODE, Opcodes.BINSTRING -> 4;
          case Opcodes.BINBYTES8, Opcodes.BINUNICODE8, Opcodes.BYTEARRAY8 -> 8;
          default -> 0;
        };
    if (bytes > 0) {
      input.mark(bytes);
      ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      length.put(PickleUtils.readbytes(input, bytes));
      input.reset();
      if (length.getLong(0) > input.available() - bytes || length.getLong(0) < 0) {
        throw new PickleException("more bytes are announced than there are");
      }
    }
  }

  @Override
  protected Object dispatch(short key) throws IOException {
    checkLength(key);
    switch (key) {
      case Opcodes.BININT, Opcodes.BININT1, Opcodes.BININT2, Opcodes.LONG1, Opcodes.LONG4 -> {
        super.dispatch(key);
        if (stack.pop() instanceof Number number) {
          stack.add(number instanceof Integer ? (Object) number.longValue() : number);
        }
      }
      case Opcodes.SHORT_BINUNICODE -> text(PickleUtils.readbyte(input));
      case Opcodes.BINUNICODE ->
          text(PickleUtils.bytes_to_integer(PickleUtils.readbytes(input, 4)));
      case Opcodes.GLOBAL -> global(PickleUtils.readline(input), PickleUtils.readline(input));
      case Opcodes.STACK_GLOBAL -> {
        String name = (String) stack.pop();
        global((String) stack.pop(), name);
      }
      case Opcodes.REDUCE -> {
        PythonTuple arguments = (PythonTuple) stack.pop();
        stack.add(types.call(stack.pop(), arguments));
      }
      case Opcodes.NEWOBJ -> {
        PythonTuple arguments = (PythonTuple) stack.pop();
        stack.add(types.make(stack.pop(), arguments));
      }
      case Opcodes.NEWOBJ_EX -> {
        Map<?, ?> named = (Map<?, ?>) stack.pop();
        PythonTuple arguments = (PythonTuple) stack.pop();
        if (!named.isEmpty()) {
          throw new PickleException("an object made with named arguments: " + named);
        }
        stack.add(types.make(stack.pop(), arguments));
      }
      case Opcodes.BUILD -> build();
      case Opcodes.EMPTY_DICT -> stack.add(new LinkedHashMap<>());
      case Opcodes.EMPTY_SET -> stack.add(new LinkedHashSet<>());
      case Opcodes.FROZENSET -> stack.add(new LinkedHashSet<>(stack.pop_all_since_marker()));
      case Opcodes.ADDITEMS -> {
        List<Object> items = stack.pop_all_since_marker();
        set(stack.peek()).addAll(items);
      }
      case Opcodes.EMPTY_TUPLE -> stack.add(PythonTuple.of());
      case Opcodes.TUPLE -> stack.add(PythonTuple.copyOf(stack.pop_all_since_marker()));
      case Opcodes.TUPLE1 -> tuple(1);
      case Opcodes.TUPLE2 -> tuple(2);
      case Opcodes.TUPLE3 -> tuple(3);
      case Opcodes.SETITEM -> {
        Object value = stack.pop();
        put(stack.pop(), value);
      }
      case Opcodes.SETITEMS -> {
        List<Object> items = stack.pop_all_since_marker();
        for (int i = 0; i < items.size(); i += 2) {
          put(items.get(i), items.get(i + 1));
        }
      }
      case Opcodes.APPEND -> append(stack.pop());
      case Opcodes.APPENDS -> stack.pop_all_since_marker().forEach(this::append);
      case Opcodes.INST, Opcodes.OBJ ->
          throw new PickleException("an opcode of Python 2's pickles: " + key);
      default -> {
        return super.dispatch(key);
      }
    }
    return NO_RETURN_VALUE;
  }

  private void text(int length) throws IOException {
    stack.add(ValueWriter.Utf8.decode(PickleUtils.readbytes(input, length)));
  }

  private void global(String module, String name) {
    stack.add(PythonFunction.of(module, name));
  }

  private void tuple(int size) {
    @Nullable Object[] elements = new Object[size];
    for (int i = size - 1; i >= 0; i--) {
      elements[i] = stack.pop();
    }
    stack.add(PythonTuple.of(elements));
  }

  @SuppressWarnings("unchecked") // made by EMPTY_SET
  private static Set<@Nullable Object> set(Object target) {
    return (Set<@Nullable Object>) target;
  }

  @SuppressWarnings("unchecked") // made by EMPTY_DICT
  private void put(@Nullable Object key, @Nullable Object value) {
    Object target = stack.peek();
    if (target instanceof PythonObject object) {
      object.put(hashable(key), value);
    } else {
      ((Map<@Nullable Object, @Nullable Object>) target).put(hashable(key), value);
    }
  }

  private static @Nullable Object hashable(@Nullable Object key) {
    return key instanceof byte[] data ? ByteBuffer.wrap(data) : key;
  }

  @SuppressWarnings("unchecked") // made by EMPTY_LIST
  private void append(@Nullable Object item) {
    Object target = stack.peek();
    if (target instanceof PythonObject object) {
      object.append(item);
    } else {
      ((ArrayList<@Nullable Object>) target).add(item);
    }
  }

  /** Gives an object its state; what it is made into takes its place, where it was noted too. */
  @SuppressWarnings("ReferenceEquality") // it is about which object, not about equal ones
  private void build() {
    Object state = stack.pop();
    Object target = stack.pop();
    Object built = types.build(target, state);
    if (built != target) {
      memo.replaceAll((_, noted) -> noted == target ? built : noted);
    }
    stack.add(built);
  }
}
