package io.polyproc.bridge;

import static io.polyproc.pickle.Opcodes.APPEND;
import static io.polyproc.pickle.Opcodes.APPENDS;
import static io.polyproc.pickle.Opcodes.BINBYTES;
import static io.polyproc.pickle.Opcodes.BINFLOAT;
import static io.polyproc.pickle.Opcodes.BININT;
import static io.polyproc.pickle.Opcodes.BININT1;
import static io.polyproc.pickle.Opcodes.BININT2;
import static io.polyproc.pickle.Opcodes.BINUNICODE;
import static io.polyproc.pickle.Opcodes.EMPTY_DICT;
import static io.polyproc.pickle.Opcodes.EMPTY_LIST;
import static io.polyproc.pickle.Opcodes.EMPTY_TUPLE;
import static io.polyproc.pickle.Opcodes.FRAME;
import static io.polyproc.pickle.Opcodes.LONG1;
import static io.polyproc.pickle.Opcodes.MARK;
import static io.polyproc.pickle.Opcodes.MEMOIZE;
import static io.polyproc.pickle.Opcodes.NEWFALSE;
import static io.polyproc.pickle.Opcodes.NEWTRUE;
import static io.polyproc.pickle.Opcodes.NONE;
import static io.polyproc.pickle.Opcodes.PROTO;
import static io.polyproc.pickle.Opcodes.SHORT_BINBYTES;
import static io.polyproc.pickle.Opcodes.SHORT_BINUNICODE;
import static io.polyproc.pickle.Opcodes.STOP;
import static io.polyproc.pickle.Opcodes.TUPLE;
import static io.polyproc.pickle.Opcodes.TUPLE1;
import static io.polyproc.pickle.Opcodes.TUPLE2;
import static io.polyproc.pickle.Opcodes.TUPLE3;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads pickles, of any pickler, that hold what {@link PlainPickler} makes them of; see there.
 *
 * <p>Confined to one thread, in which Python runs.
 */
final class PlainUnpickler {
  private static final int LATEST_PROTOCOL = 5;
  private static final char MALFORMED = '\ufffd';
  private static final int MAX_DEPTH = 16;
  private static final int FIRST_STACK = 64;
  private static final int LARGEST_STACK = 1024;
  private static final int BYTE = 0xff;
  private static final byte[] END = {STOP};
  private static final Object[] NOTHING = {};

  private final int[] marks = new int[MAX_DEPTH];
  private Object[] stack = new Object[FIRST_STACK];
  private int height;
  private int markCount;
  private byte[] pickle = END;
  private int at;

  /**
   * What a pickle, of any pickler, holds.
   *
   * @return the object, or null if it is not plain, or the pickle damaged
   */
  @Nullable Object load(byte[] pickle) {
    this.pickle = pickle;
    at = 0;
    height = 0;
    markCount = 0;
    try {
      return run();
    } catch (IndexOutOfBoundsException e) {
      return null; // it ends too early, or takes what is not there: GraalPy says what is wrong
    } finally {
      this.pickle = END;
      if (stack.length > LARGEST_STACK) {
        stack = new Object[FIRST_STACK];
      } else {
        Arrays.fill(stack, null);
      }
    }
  }

  private @Nullable Object run() {
    while (true) {
      int instruction = next();
      switch (instruction) {
        case PROTO -> {
          if (next() > LATEST_PROTOCOL) {
            return null;
          }
        }
        case FRAME -> {
          if (Long.compareUnsigned(little(Long.BYTES), pickle.length - at) > 0) {
            return null;
          }
        }
        case MEMOIZE -> {}
        case MARK -> marks[markCount++] = height;
        case NONE -> push(PythonObjects.none());
        case NEWTRUE -> push(true);
        case NEWFALSE -> push(false);
        case BININT1 -> push(next());
        case BININT2 -> push((int) little(Short.BYTES));
        case BININT -> push((int) little(Integer.BYTES));
        case LONG1 -> {
          int bytes = next();
          if (bytes == 0 || bytes > Long.BYTES) {
            return null;
          }
          int above = Long.SIZE - Byte.SIZE * bytes;
          push(little(bytes) << above >> above);
        }
        case BINFLOAT -> push(Double.longBitsToDouble(Long.reverseBytes(little(Double.BYTES))));
        case SHORT_BINUNICODE, BINUNICODE -> {
          int length = length(instruction == BINUNICODE);
          String text = new String(pickle, at, length, StandardCharsets.UTF_8);
          if (text.indexOf(MALFORMED) >= 0) {
            return null;
          }
          at += length;
          push(PythonObjects.text(text));
        }
        case SHORT_BINBYTES, BINBYTES -> {
          int length = length(instruction == BINBYTES);
          push(PythonObjects.bytes(Arrays.copyOfRange(pickle, at, at + length)));
          at += length;
        }
        case EMPTY_LIST -> push(new Items());
        case EMPTY_DICT -> push(PythonObjects.dict());
        case EMPTY_TUPLE -> push(PythonObjects.tuple(NOTHING));
        case TUPLE1, TUPLE2, TUPLE3 -> push(PythonObjects.tuple(pop(instruction - TUPLE1 + 1)));
        case TUPLE -> push(PythonObjects.tuple(popMarked()));
        case APPEND, APPENDS -> {
          Object[] items = instruction == APPEND ? pop(1) : popMarked();
          if (height == base() || !(stack[height - 1] instanceof Items list)) {
            return null;
          }
          list.add(items);
        }
        case STOP -> {
          return height == 1 && markCount == 0 && at == pickle.length ? pop(1)[0] : null;
        }
        default -> {
          return null;
        }
      }
    }
  }

  private int next() {
    return pickle[at++] & BYTE;
  }

  private long little(int bytes) {
    long number = 0;
    for (int i = 0; i < bytes; i++) {
      number |= (long) next() << (Byte.SIZE * i);
    }
    return number;
  }

  private int length(boolean longForm) {
    long length = longForm ? little(Integer.BYTES) : next();
    if (length > pickle.length - at) {
      throw new IndexOutOfBoundsException();
    }
    return (int) length;
  }

  private void push(Object object) {
    if (height == stack.length) {
      stack = Arrays.copyOf(stack, 2 * height);
    }
    stack[height++] = object;
  }

  /** What is on the stack below the last mark can't be taken. */
  private int base() {
    return markCount == 0 ? 0 : marks[markCount - 1];
  }

  private Object[] popMarked() {
    return pop(height - marks[--markCount]);
  }

  private Object[] pop(int count) {
    if (count > height - base()) {
      throw new IndexOutOfBoundsException();
    }
    height -= count;
    Object[] items = Arrays.copyOfRange(stack, height, height + count);
    for (int i = 0; i < count; i++) {
      if (items[i] instanceof Items list) {
        items[i] = PythonObjects.list(list.all());
      }
    }
    return items;
  }

  /** A list that is not whole yet: a pickle has it in parts. */
  private static final class Items {
    private Object[] all = NOTHING;
    private int size;

    void add(Object[] more) {
      if (size == 0) {
        all = more;
      } else {
        if (all.length - size < more.length) {
          all = Arrays.copyOf(all, Math.max(2 * all.length, size + more.length));
        }
        System.arraycopy(more, 0, all, size, more.length);
      }
      size += more.length;
    }

    Object[] all() {
      return all.length == size ? all : Arrays.copyOf(all, size);
    }
  }
}
