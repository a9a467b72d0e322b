package io.polyproc.value;

import io.polyproc.PythonFunction;
import io.polyproc.PythonObject;
import io.polyproc.PythonTuple;
import io.polyproc.UnconvertibleValueException;
import io.polyproc.pickle.Opcodes;
import io.polyproc.pickle.PickleException;
import io.polyproc.pickle.PickleReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what Python pickled. No code is ever chosen by the pickle: a name in it is looked up in the
 * table of {@link KnownTypes}, and whatever is not there becomes a {@link PythonObject}. Used once,
 * by one thread.
 */
public final class ValueReader extends PickleReader {
  private final KnownTypes types;

  private ValueReader(byte[] pickle, KnownTypes types) {
    super(pickle);
    this.types = types;
  }

  /**
   * The value in a pickle: {@link Long} or {@code BigInteger}, {@link Double}, {@code List}, …
   *
   * @param name what to call it in an error
   */
  public static @Nullable Object read(byte[] pickle, KnownTypes types, String name) {
    try {
      return new ValueReader(pickle, types).load();
    } catch (UnconvertibleValueException e) {
      throw e;
    } catch (RuntimeException e) {
      // A pickle of which a part is of another type than its place has may end in any exception.
      UnconvertibleValueException unread =
          ApiAccess.get().unconvertible(name, "it is pickled in a way that can't be read: " + e);
      unread.initCause(e);
      throw unread;
    } catch (StackOverflowError e) {
      throw ApiAccess.get().unconvertible(name, "it is nested too deeply, or contains itself");
    }
  }

  @Override
  protected String decode(byte[] utf8) {
    return Utf8.decode(utf8);
  }

  @Override
  protected boolean object(int opcode) {
    return named(opcode) || tuple(opcode) || container(opcode);
  }

  private boolean named(int opcode) {
    switch (opcode) {
      case Opcodes.GLOBAL -> global(line(), line());
      case Opcodes.STACK_GLOBAL -> {
        String name = (String) popValue();
        global((String) popValue(), name);
      }
      case Opcodes.REDUCE -> {
        PythonTuple arguments = (PythonTuple) popValue();
        push(types.call(popValue(), arguments));
      }
      case Opcodes.NEWOBJ -> {
        PythonTuple arguments = (PythonTuple) popValue();
        push(types.make(popValue(), arguments));
      }
      case Opcodes.NEWOBJ_EX -> {
        Map<?, ?> named = (Map<?, ?>) popValue();
        PythonTuple arguments = (PythonTuple) popValue();
        if (!named.isEmpty()) {
          throw new PickleException("an object made with named arguments: " + named);
        }
        push(types.make(popValue(), arguments));
      }
      case Opcodes.BUILD -> build();
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean tuple(int opcode) {
    switch (opcode) {
      case Opcodes.EMPTY_TUPLE -> push(PythonTuple.of());
      case Opcodes.TUPLE -> push(PythonTuple.copyOf(popToMark()));
      case Opcodes.TUPLE1 -> pushTuple(1);
      case Opcodes.TUPLE2 -> pushTuple(2);
      case Opcodes.TUPLE3 -> pushTuple(3);
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean container(int opcode) {
    switch (opcode) {
      case Opcodes.EMPTY_LIST -> push(new ArrayList<>());
      case Opcodes.LIST -> push(popToMark());
      case Opcodes.EMPTY_DICT -> push(new LinkedHashMap<>());
      case Opcodes.DICT -> {
        List<@Nullable Object> items = popToMark();
        push(new LinkedHashMap<>());
        putAll(items);
      }
      case Opcodes.EMPTY_SET -> push(new LinkedHashSet<>());
      case Opcodes.FROZENSET -> push(new LinkedHashSet<>(popToMark()));
      case Opcodes.ADDITEMS -> {
        List<@Nullable Object> items = popToMark();
        set(Objects.requireNonNull(peek())).addAll(items);
      }
      case Opcodes.SETITEM -> {
        Object value = pop();
        put(pop(), value);
      }
      case Opcodes.SETITEMS -> putAll(popToMark());
      case Opcodes.APPEND -> append(pop());
      case Opcodes.APPENDS -> popToMark().forEach(this::append);
      default -> {
        return false;
      }
    }
    return true;
  }

  private Object popValue() {
    Object value = pop();
    if (value == null) {
      throw new PickleException("None in the place of a name or of arguments");
    }
    return value;
  }

  private void global(String module, String name) {
    push(PythonFunction.of(module, name));
  }

  private void pushTuple(int size) {
    @Nullable Object[] elements = new Object[size];
    for (int i = size - 1; i >= 0; i--) {
      elements[i] = pop();
    }
    push(PythonTuple.of(elements));
  }

  private void putAll(List<@Nullable Object> items) {
    for (int i = 0; i < items.size(); i += 2) {
      put(items.get(i), items.get(i + 1));
    }
  }

  @SuppressWarnings("unchecked") // made by EMPTY_SET
  private static Set<@Nullable Object> set(Object target) {
    return (Set<@Nullable Object>) target;
  }

  @SuppressWarnings("unchecked") // made by EMPTY_DICT
  private void put(@Nullable Object key, @Nullable Object value) {
    Object target = Objects.requireNonNull(peek());
    if (target instanceof PythonObject object) {
      ApiAccess.get().parts(object).put(hashable(key), value);
    } else {
      ((Map<@Nullable Object, @Nullable Object>) target).put(hashable(key), value);
    }
  }

  private static @Nullable Object hashable(@Nullable Object key) {
    return key instanceof byte[] data ? ByteBuffer.wrap(data) : key;
  }

  @SuppressWarnings("unchecked") // made by EMPTY_LIST
  private void append(@Nullable Object item) {
    Object target = Objects.requireNonNull(peek());
    if (target instanceof PythonObject object) {
      ApiAccess.get().parts(object).append(item);
    } else {
      ((ArrayList<@Nullable Object>) target).add(item);
    }
  }

  /** Gives an object its state; what it is made into takes its place, where it was noted too. */
  @SuppressWarnings("ReferenceEquality") // it is about which object, not about equal ones
  private void build() {
    Object state = pop();
    Object target = popValue();
    Object built = types.build(target, state);
    if (built != target) {
      replaceNoted(noted -> noted == target ? built : noted);
    }
    push(built);
  }
}
