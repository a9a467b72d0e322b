package io.polyproc.bridge;

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
import static io.polyproc.pickle.Opcodes.LONG1;
import static io.polyproc.pickle.Opcodes.MARK;
import static io.polyproc.pickle.Opcodes.NEWFALSE;
import static io.polyproc.pickle.Opcodes.NEWTRUE;
import static io.polyproc.pickle.Opcodes.NONE;
import static io.polyproc.pickle.Opcodes.PROTO;
import static io.polyproc.pickle.Opcodes.SHORT_BINBYTES;
import static io.polyproc.pickle.Opcodes.SHORT_BINUNICODE;
import static io.polyproc.pickle.Opcodes.STOP;
import static io.polyproc.pickle.Opcodes.TUPLE;
import static io.polyproc.pickle.Opcodes.TUPLE1;

import io.polyproc.ipc.BytesPickle;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes pickles of what most messages are: numbers, strings, bytes, and lists and tuples of them.
 * GraalPy has one pickler for all, which has met objects of every kind, so that what the compiler
 * makes of it is slow, and in a new process it is not compiled yet. What is not plain is for that.
 *
 * <p>Confined to one thread, in which Python runs.
 */
final class PlainPickler {
  private static final int PROTOCOL = 4;
  private static final int FIRST_ROOM = 512;
  private static final int LARGEST_ROOM = 64 << 10;

  /** Containers that one pickle may have: each is compared with all before. */
  private static final int MAX_CONTAINERS = 32;

  private static final int MAX_DEPTH = 16;

  /** Strings and bytes come as often as they occur, without a memo: more of them are not plain. */
  private static final int MAX_REPEATED = 64 << 10;

  /** More bytes, and with what is around them they may be more than an array can hold. */
  private static final int MAX_BYTES = 1 << 30;

  private static final int BYTE = 0xff;
  private static final int TWO_BYTES = 0xffff;

  private final Object[] containers = new Object[MAX_CONTAINERS];
  private byte[] room = new byte[FIRST_ROOM];
  private int size;
  private int containerCount;
  private int repeated;

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

  /** Adds a string or bytes. */
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
}
