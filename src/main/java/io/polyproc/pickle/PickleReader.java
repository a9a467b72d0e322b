package io.polyproc.pickle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The machine that a pickle is a program for: a stack, a memo, and what puts numbers, strings and
 * bytes on the stack. What becomes of containers, names and calls is a subclass's matter. A pickle
 * of any content ends in a value or a {@link RuntimeException}; its lengths are checked against
 * what there is, so that one that lies takes no memory.
 *
 * <p>Used once, by one thread.
 */
public abstract class PickleReader {
  private static final int LATEST_PROTOCOL = 5;

  /** What stands on the stack where an instruction has put a mark. */
  private static final Object MARKER = new Object();

  private final ByteBuffer input;
  private final ArrayList<@Nullable Object> stack = new ArrayList<>();
  private final Map<Long, @Nullable Object> memo = new HashMap<>();

  /** Reads a pickle of these bytes; what follows it is ignored. */
  protected PickleReader(byte[] pickle) {
    this.input = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The value: {@code Long} or {@link BigInteger} for integers, {@code Double}, {@code Boolean},
   * {@code String}, {@code byte[]}, or what the subclass has made.
   *
   * @throws PickleException if it is no pickle, or one with instructions that are not known
   */
  protected final @Nullable Object load() {
    try {
      int opcode = unsignedByte();
      while (opcode != Opcodes.STOP) {
        if (!number(opcode) && !text(opcode) && !machine(opcode) && !object(opcode)) {
          throw new PickleException("the instruction 0x%02x".formatted(opcode));
        }
        opcode = unsignedByte();
      }
      return pop();
    } catch (BufferUnderflowException e) {
      throw new PickleException("it is cut off");
    }
  }

  /**
   * Carries out an instruction that makes or fills a container, or names or calls something.
   *
   * @return false if it is none
   */
  protected abstract boolean object(int opcode);

  /** Text in UTF-8, with lone surrogates as Python writes them. */
  protected abstract String decode(byte[] utf8);

  private boolean number(int opcode) {
    switch (opcode) {
      case Opcodes.NONE -> push(null);
      case Opcodes.NEWTRUE -> push(true);
      case Opcodes.NEWFALSE -> push(false);
      case Opcodes.BININT -> push((long) input.getInt());
      case Opcodes.BININT1 -> push((long) unsignedByte());
      case Opcodes.BININT2 -> push((long) (input.getShort() & 0xFFFF));
      case Opcodes.LONG1 -> push(integer(bytes(unsignedByte())));
      case Opcodes.LONG4 -> push(integer(bytes(input.getInt())));
      case Opcodes.BINFLOAT -> push(Double.longBitsToDouble(Long.reverseBytes(input.getLong())));
      case Opcodes.INT -> push(integerOrBoolean(line()));
      case Opcodes.LONG -> push(fit(new BigInteger(line().replace("L", ""))));
      case Opcodes.FLOAT -> push(real(line()));
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean text(int opcode) {
    switch (opcode) {
      case Opcodes.SHORT_BINUNICODE -> push(decode(bytes(unsignedByte())));
      case Opcodes.BINUNICODE -> push(decode(bytes(unsignedInt())));
      case Opcodes.BINUNICODE8 -> push(decode(bytes(input.getLong())));
      case Opcodes.SHORT_BINBYTES -> push(bytes(unsignedByte()));
      case Opcodes.BINBYTES -> push(bytes(unsignedInt()));
      case Opcodes.BINBYTES8, Opcodes.BYTEARRAY8 -> push(bytes(input.getLong()));
      case Opcodes.SHORT_BINSTRING -> push(new String(bytes(unsignedByte()), ISO_8859_1));
      case Opcodes.BINSTRING -> push(new String(bytes(input.getInt()), ISO_8859_1));
      case Opcodes.STRING -> push(quoted(line()));
      case Opcodes.UNICODE -> push(escaped(line()));
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean machine(int opcode) {
    switch (opcode) {
      case Opcodes.PROTO -> {
        int protocol = unsignedByte();
        if (protocol > LATEST_PROTOCOL) {
          throw new PickleException("its protocol is %d".formatted(protocol));
        }
      }
      case Opcodes.FRAME -> {
        long _ = input.getLong();
      }
      case Opcodes.MARK -> push(MARKER);
      case Opcodes.POP -> {
        Object _ = stack.removeLast();
      }
      case Opcodes.POP_MARK -> {
        List<@Nullable Object> _ = popToMark();
      }
      case Opcodes.DUP -> push(peek());
      case Opcodes.GET -> push(recall(Long.parseLong(line())));
      case Opcodes.BINGET -> push(recall(unsignedByte()));
      case Opcodes.LONG_BINGET -> push(recall(unsignedInt()));
      case Opcodes.PUT -> memo.put(Long.parseLong(line()), peek());
      case Opcodes.BINPUT -> memo.put((long) unsignedByte(), peek());
      case Opcodes.LONG_BINPUT -> memo.put(unsignedInt(), peek());
      case Opcodes.MEMOIZE -> memo.put((long) memo.size(), peek());
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Puts a value on the stack. */
  protected final void push(@Nullable Object value) {
    stack.add(value);
  }

  /** Takes the value that is on top of the stack. */
  protected final @Nullable Object pop() {
    Object value = peek();
    stack.removeLast();
    return value;
  }

  /** The value on top of the stack, which stays there. */
  protected final @Nullable Object peek() {
    if (stack.isEmpty() || MARKER.equals(stack.getLast())) {
      throw new PickleException("a value is missing");
    }
    return stack.getLast();
  }

  /** Takes all values above the last mark, the lowest first, and the mark. */
  protected final List<@Nullable Object> popToMark() {
    int mark = stack.lastIndexOf(MARKER);
    if (mark < 0) {
      throw new PickleException("a mark is missing");
    }
    List<@Nullable Object> values = new ArrayList<>(stack.subList(mark + 1, stack.size()));
    stack.subList(mark, stack.size()).clear();
    return values;
  }

  /** Replaces what was noted for later references. */
  protected final void replaceNoted(UnaryOperator<@Nullable Object> replacement) {
    memo.replaceAll((_, noted) -> replacement.apply(noted));
  }

  /** Text up to the end of the line. */
  protected final String line() {
    int start = input.position();
    while (input.get() != '\n') {
      // On to the end.
    }
    return new String(input.array(), start, input.position() - 1 - start, ISO_8859_1);
  }

  private @Nullable Object recall(long index) {
    if (!memo.containsKey(index)) {
      throw new PickleException("nothing was noted under " + index);
    }
    return memo.get(index);
  }

  private int unsignedByte() {
    return input.get() & 0xFF;
  }

  private long unsignedInt() {
    return input.getInt() & 0xFFFFFFFFL;
  }

  private byte[] bytes(long length) {
    if (length < 0 || length > input.remaining()) {
      throw new PickleException("more bytes are announced than there are");
    }
    byte[] bytes = new byte[(int) length];
    input.get(bytes);
    return bytes;
  }

  private static Object integer(byte[] littleEndian) {
    if (littleEndian.length == 0) {
      return 0L;
    }
    byte[] bigEndian = new byte[littleEndian.length];
    for (int i = 0; i < bigEndian.length; i++) {
      bigEndian[i] = littleEndian[littleEndian.length - 1 - i];
    }
    return fit(new BigInteger(bigEndian));
  }

  private static Object fit(BigInteger number) {
    return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
  }

  /** Protocols before 2 have no booleans of their own. */
  private static Object integerOrBoolean(String text) {
    return switch (text) {
      case "00" -> false;
      case "01" -> true;
      default -> fit(new BigInteger(text));
    };
  }

  private static double real(String text) {
    return switch (text) {
      case "nan" -> Double.NaN;
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  /** A text as Python 2 wrote it, of which only what needs no escapes is known here. */
  private static String quoted(String text) {
    if (text.length() < 2 || text.indexOf('\\') >= 0) {
      throw new PickleException("a text of Python 2's: " + text);
    }
    return text.substring(1, text.length() - 1);
  }

  /** Python's codec {@code raw-unicode-escape}: nothing but the escapes of code points. */
  private static String escaped(String text) {
    StringBuilder decoded = new StringBuilder(text.length());
    int at = 0;
    while (at < text.length()) {
      int digits = text.startsWith("\\u", at) ? 4 : text.startsWith("\\U", at) ? 8 : 0;
      if (digits == 0) {
        decoded.append(text.charAt(at++));
      } else {
        decoded.appendCodePoint(Integer.parseInt(text.substring(at + 2, at + 2 + digits), 16));
        at += 2 + digits;
      }
    }
    return decoded.toString();
  }
}
