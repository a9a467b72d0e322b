package io.polyproc.trace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Numbers and strings as JSON. It is made in place, byte by byte: an event takes some hundred
 * nanoseconds of code that is not much optimized.
 *
 * <p>Confined to one thread at a time.
 */
final class EventBuffer {
  private static final int FIRST_BYTES = 16 << 10;
  private static final int MAX_NAMES = 1000;
  private static final int MAX_DIGITS = 20;
  private static final int NANOS_A_MICRO = 1000;

  private final Map<String, byte[]> names = new HashMap<>();
  private byte[] bytes = new byte[FIRST_BYTES];
  private int length;

  int length() {
    return length;
  }

  boolean isEmpty() {
    return length == 0;
  }

  void clear() {
    length = 0;
  }

  /** The bytes, of which {@link #length} count; this object's own. */
  byte[] bytes() {
    return bytes;
  }

  private void reserve(int count) {
    if (length + count > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * bytes.length));
    }
  }

  /** Appends what is JSON already. */
  EventBuffer json(byte[] ascii) {
    reserve(ascii.length);
    System.arraycopy(ascii, 0, bytes, length, ascii.length);
    length += ascii.length;
    return this;
  }

  /** Appends a string in quotation marks. */
  EventBuffer text(String text) {
    byte[] quoted = names.get(text);
    if (quoted == null) {
      StringBuilder out = new StringBuilder();
      quote(text, out);
      quoted = out.toString().getBytes(StandardCharsets.UTF_8);
      if (names.size() < MAX_NAMES) {
        names.put(text, quoted);
      }
    }
    return json(quoted);
  }

  /** Appends a number that is not negative. */
  EventBuffer number(long value) {
    reserve(MAX_DIGITS);
    int digits = 1;
    for (long rest = value / 10; rest > 0; rest /= 10) {
      digits++;
    }
    long rest = value;
    for (int i = length + digits - 1; i >= length; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
    return this;
  }

  /** Appends a number that is not negative, with one decimal. */
  EventBuffer decimal(double value) {
    long tenths = Math.round(10 * Math.max(0, value));
    number(tenths / 10);
    reserve(2);
    bytes[length++] = '.';
    bytes[length++] = (byte) ('0' + tenths % 10);
    return this;
  }

  /** Appends nanoseconds as microseconds with three decimals. */
  EventBuffer micros(long nanos) {
    number(nanos / NANOS_A_MICRO);
    reserve(4);
    int rest = (int) (nanos % NANOS_A_MICRO);
    bytes[length++] = '.';
    bytes[length++] = (byte) ('0' + rest / 100);
    bytes[length++] = (byte) ('0' + rest / 10 % 10);
    bytes[length++] = (byte) ('0' + rest % 10);
    return this;
  }

  /** Appends a number in hexadecimal digits, without leading zeros. */
  EventBuffer hex(long value) {
    int digits = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 3) / 4);
    reserve(digits);
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
      bytes[length++] = (byte) Character.forDigit((int) (value >>> shift) & 15, 16);
    }
    return this;
  }

  /** Appends a text as a string of JSON. */
  static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
