package io.polyproc.value;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** UTF-8 that keeps lone surrogates, as Python's {@code surrogatepass} does. */
final class Utf8 {
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
        return text.codePoints().anyMatch(point -> Character.getType(point) == Character.SURROGATE);
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
