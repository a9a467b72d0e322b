package io.polyproc.bridge;

import io.polyproc.ipc.BytesPickle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Pickles of what most messages are: numbers, texts, bytes, and lists and tuples of them. GraalPy
 * has one pickler for all, which has met objects of every kind, so that what the compiler makes of
 * it is slow, and in a new process it is not compiled yet. What is not plain is for that.
 *
 * <p>Confined to one thread, in which Python runs.
 */
final class PlainPickle {
  // The instructions of the machine that reads pickles, as `pickletools` names them.
  private static final int PROTO = 0x80;
  private static final int FRAME = 0x95;
  private static final int MEMOIZE = 0x94;
  private static final int STOP = '.';
  private static final int MARK = '(';
  private static final int NONE = 'N';
  private static final int NEWTRUE = 0x88;
  private static final int NEWFALSE = 0x89;
  private static final int BININT = 'J';
  private static final int BININT1 = 'K';
  private static final int BININT2 = 'M';
  private static final int LONG1 = 0x8a;
  private static final int BINFLOAT = 'G';
  private static final int SHORT_BINUNICODE = 0x8c;
  private static final int BINUNICODE = 'X';
  private static final int SHORT_BINBYTES = 'C';
  private static final int BINBYTES = 'B';
  private static final int EMPTY_LIST = ']';
  private static final int APPEND = 'a';
  private static final int APPENDS = 'e';
  private static final int EMPTY_TUPLE = ')';
  private static final int TUPLE1 = 0x85;
  private static final int TUPLE2 = 0x86;
  private static final int TUPLE3 = 0x87;
  private static final int TUPLE = 't';
  private static final int EMPTY_DICT = '}';

  private static final int PROTOCOL = 4;
  private static final int LATEST_PROTOCOL = 5;
  private static final int FIRST_ROOM = 512;
  private static final int LARGEST_ROOM = 64 << 10;
  private static final char MALFORMED = '\ufffd';

  /** Containers that one pickle may have: each is compared with all before. */
  private static final int MAX_CONTAINERS = 32;

  private static final int MAX_DEPTH = 16;

  /** Texts and bytes come as often as they occur, without a memo: more of them are not plain. */
  private static final int MAX_REPEATED = 64 << 10;

  /** More bytes, and with what is around them they may be more than an array can hold. */
  private static final int MAX_BYTES = 1 << 30;

  private static final int FIRST_STACK = 64;
  private static final int LARGEST_STACK = 1024;
  private static final int BYTE = 0xff;
  private static final int TWO_BYTES = 0xffff;
  private static final byte[] END = {STOP};
  private static final Object[] NOTHING = {};

  private final Object[] containers = new Object[MAX_CONTAINERS];
  private byte[] room = new byte[FIRST_ROOM];
  private int size;
  private int containerCount;
  private int repeated;

  private final int[] marks = new int[MAX_DEPTH];
  private Object[] stack = new Object[FIRST_STACK];
  private int height;
  private int markCount;
  private byte[] pickle = END;
  private int at;

  /**
   * An object's pickle.
   *
   * @param object what {@link PythonObjects#of} returns
   * @return its parts; null if the object is not plain, or another thread may be changing it
   */
  byte @Nullable [][] dump(Object object) {
    if (PythonObjects.isBytes(object)) {
      byte[] content = PythonObjects.content(object);
      if (content != null && content.length > BYTE) {
        return content.length > MAX_BYTES ? null : BytesPickle.of(content);
      }
    }
    size = 0;
    containerCount = 0;
    repeated = 0;
    put(PROTO, PROTOCOL);
    boolean plain = isContainer(object) ? addLocked(object) : add(object, 0);
    put(STOP);
    byte[][] pickle = plain ? new byte[][] {Arrays.copyOf(room, size)} : null;
    if (room.length > LARGEST_ROOM) {
      room = new byte[FIRST_ROOM];
    }
    return pickle;
  }

  private static boolean isContainer(Object object) {
    return PythonObjects.isList(object)
        || PythonObjects.isTuple(object)
        || PythonObjects.isEmptyDict(object);
  }

  private boolean addLocked(Object object) {
    if (!PythonObjects.tryLock()) {
      return false;
    }
    try {
      return add(object, 0);
    } finally {
      PythonObjects.unlock();
      Arrays.fill(containers, 0, containerCount, null);
    }
  }

  private boolean add(Object object, int depth) {
    if (object instanceof Integer number) {
      putInt(number);
    } else if (object instanceof Long number) {
      putLong(number);
    } else if (object instanceof Boolean bool) {
      put(bool ? NEWTRUE : NEWFALSE);
    } else if (object instanceof Double number) {
      put(BINFLOAT);
      putLittle(Long.reverseBytes(Double.doubleToRawLongBits(number)), Double.BYTES);
    } else if (PythonObjects.isNone(object)) {
      put(NONE);
    } else if (PythonObjects.isTuple(object)) {
      return enter(object, depth) && addTuple(object, depth);
    } else if (PythonObjects.isList(object)) {
      return enter(object, depth) && addList(object, depth);
    } else if (PythonObjects.isEmptyDict(object)) {
      put(EMPTY_DICT);
      return enter(object, depth);
    } else {
      return addContent(object);
    }
    return true;
  }

  /** Adds a text or bytes. */
  private boolean addContent(Object object) {
    String text = PythonObjects.asText(object);
    byte[] content;
    if (text != null) {
      if (hasSurrogates(text)) {
        return false; // halves that stand alone have no UTF-8, and Java can't tell pairs of them
      }
      content = text.getBytes(StandardCharsets.UTF_8);
      putLength(SHORT_BINUNICODE, BINUNICODE, content.length);
    } else {
      content = PythonObjects.isBytes(object) ? PythonObjects.content(object) : null;
      if (content == null) {
        return false;
      }
      putLength(SHORT_BINBYTES, BINBYTES, content.length);
    }
    repeated += content.length;
    if (repeated > MAX_REPEATED) {
      return false;
    }
    makeRoom(content.length);
    System.arraycopy(content, 0, room, size, content.length);
    size += content.length;
    return true;
  }

  private static boolean hasSurrogates(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return true;
      }
    }
    return false;
  }

  private boolean addTuple(Object tuple, int depth) {
    Object items = PythonObjects.items(tuple);
    int count = PythonObjects.size(items);
    if (count == 0) {
      put(EMPTY_TUPLE);
      return true;
    }
    if (count > 3) {
      put(MARK);
    }
    if (!addItems(items, count, depth)) {
      return false;
    }
    put(count > 3 ? TUPLE : TUPLE1 + count - 1);
    return true;
  }

  private boolean addList(Object list, int depth) {
    Object items = PythonObjects.items(list);
    int count = PythonObjects.size(items);
    put(EMPTY_LIST);
    if (count > 0) {
      put(MARK);
      if (!addItems(items, count, depth)) {
        return false;
      }
      put(APPENDS);
    }
    return true;
  }

  private boolean addItems(Object items, int count, int depth) {
    for (int i = 0; i < count; i++) {
      if (size > MAX_BYTES || !add(PythonObjects.item(items, i), depth + 1)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a container is there for the first time: that it is one would be lost. */
  @SuppressWarnings("ReferenceEquality")
  private boolean enter(Object container, int depth) {
    if (depth > MAX_DEPTH || containerCount == MAX_CONTAINERS) {
      return false;
    }
    for (int i = 0; i < containerCount; i++) {
      if (containers[i] == container) {
        return false;
      }
    }
    containers[containerCount++] = container;
    return true;
  }

  private void putInt(int number) {
    if (number == (number & BYTE)) {
      put(BININT1, number);
    } else if (number == (number & TWO_BYTES)) {
      put(BININT2);
      putLittle(number, 2);
    } else {
      put(BININT);
      putLittle(number, Integer.BYTES);
    }
  }

  private void putLong(long number) {
    if (number == (int) number) {
      putInt((int) number);
    } else {
      put(LONG1, Long.BYTES);
      putLittle(number, Long.BYTES);
    }
  }

  private void putLength(int shortForm, int longForm, int length) {
    if (length <= BYTE) {
      put(shortForm, length);
    } else {
      put(longForm);
      putLittle(length, Integer.BYTES);
    }
  }

  private void putLittle(long number, int bytes) {
    for (int shift = 0; shift < 8 * bytes; shift += 8) {
      put((int) (number >> shift));
    }
  }

  private void put(int first, int second) {
    put(first);
    put(second);
  }

  private void put(int value) {
    makeRoom(1);
    room[size++] = (byte) value;
  }

  private void makeRoom(int bytes) {
    if (room.length - size < bytes) {
      room = Arrays.copyOf(room, Math.max(Math.addExact(size, bytes), 2 * room.length));
    }
  }

  // --- Loading

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
