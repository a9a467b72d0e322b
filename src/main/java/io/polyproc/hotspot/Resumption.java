package io.polyproc.hotspot;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a restored process is told of how it was started.
 *
 * @param arguments as in {@code main} of C: the restoring program's name, the image's, then those
 *     for the process. Bytes that are not UTF-8 are single surrogates, as Python has them ({@code
 *     surrogateescape})
 * @param variables the environment, in its order; strings as the arguments
 * @param ignoredSignals the numbers of those that its parent had ignored
 * @param closedStreams the numbers of standard streams that were closed, where {@code /dev/null} is
 *     now
 * @param starts the address of the count of starts that have failed so far; 0 if they are not
 *     counted
 */
public record Resumption(
    List<String> arguments,
    Map<String, String> variables,
    List<Integer> ignoredSignals,
    List<Integer> closedStreams,
    long starts) {
  /** Python's way to keep a byte that is no text: the second half of a pair, alone. */
  private static final int ESCAPED = 0xdc00;

  public Resumption {
    arguments = List.copyOf(arguments);
    ignoredSignals = List.copyOf(ignoredSignals);
    closedStreams = List.copyOf(closedStreams);
  }

  /** Reads the struct at an address, see {@code image-layout.h}. */
  static Resumption at(long address) {
    MemorySegment head =
        MemorySegment.ofAddress(address).reinterpret(ImageLayout.RESUMPTION_STRINGS);
    MemorySegment all =
        MemorySegment.ofAddress(address)
            .reinterpret(head.get(ValueLayout.JAVA_LONG, ImageLayout.RESUMPTION_BYTES));
    long ignored = head.get(ValueLayout.JAVA_LONG, ImageLayout.RESUMPTION_IGNORED);
    long count = head.get(ValueLayout.JAVA_LONG, ImageLayout.RESUMPTION_ARGUMENTS);
    long variableCount = head.get(ValueLayout.JAVA_LONG, ImageLayout.RESUMPTION_VARIABLES);
    List<String> texts = new ArrayList<>();
    long at = ImageLayout.RESUMPTION_STRINGS;
    for (long i = 0; i < count + variableCount; i++) {
      long end = at;
      while (all.get(ValueLayout.JAVA_BYTE, end) != 0) {
        end++;
      }
      texts.add(decode(all.asSlice(at, end - at).toArray(ValueLayout.JAVA_BYTE)));
      at = end + 1;
    }
    return new Resumption(
        texts.subList(0, (int) count),
        variables(texts.subList((int) count, texts.size())),
        bits(ignored, 1),
        bits(head.get(ValueLayout.JAVA_LONG, ImageLayout.RESUMPTION_CLOSED), 0),
        head.get(ValueLayout.JAVA_LONG, ImageLayout.RESUMPTION_STARTS));
  }

  /** The numbers of the bits that are set, the lowest being {@code first}. */
  private static List<Integer> bits(long word, int first) {
    // A loop and not a stream, whose lambdas each restored process would have to link.
    List<Integer> set = new ArrayList<>();
    for (int bit = 0; bit < Long.SIZE; bit++) {
      if ((word >>> bit & 1) == 1) {
        set.add(first + bit);
      }
    }
    return set;
  }

  /** Says that the restored process is well: the image may be used on. */
  public void succeeded() {
    if (starts != 0) {
      MemorySegment.ofAddress(starts).reinterpret(Integer.BYTES).set(ValueLayout.JAVA_INT, 0, 0);
    }
  }

  private static Map<String, String> variables(List<String> texts) {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=', 1);
      if (equals > 0) {
        variables.putIfAbsent(text.substring(0, equals), text.substring(equals + 1));
      }
    }
    return variables;
  }

  /** UTF-8, and each byte that is none as {@code surrogateescape} has it. */
  static String decode(byte[] bytes) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    while (result.isError()) {
      for (int i = 0; i < result.length(); i++) {
        out.put((char) (ESCAPED + (in.get() & 0xff)));
      }
      result = decoder.decode(in, out, true);
    }
    return out.flip().toString();
  }

  /** The bytes of which {@link #decode} made a text. */
  static byte[] encode(String text) {
    if (text.chars().noneMatch(c -> Character.isSurrogate((char) c))) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); ) {
      int point = text.codePointAt(i);
      i += Character.charCount(point);
      if (point >= ESCAPED + 0x80 && point <= ESCAPED + 0xff) {
        bytes.write(point - ESCAPED);
      } else {
        bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
      }
    }
    return bytes.toByteArray();
  }
}
