package io.polyproc.pickle;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The pickles are what CPython 3.12 writes, in the protocol that is named. */
final class PickleReaderTest {
  /** Reads what has no containers. */
  private static final class Plain extends PickleReader {
    Plain(String pickle) {
      super(pickle.getBytes(ISO_8859_1));
    }

    @Nullable Object read() {
      return load();
    }

    @Override
    protected boolean object(int opcode) {
      return false;
    }

    @Override
    protected String decode(byte[] utf8) {
      return new String(utf8, StandardCharsets.UTF_8);
    }
  }

  static Stream<Arguments> values() {
    return Stream.of(
        Arguments.of("protocol 0", "I17\n.", 17L),
        Arguments.of("protocol 0", "I01\n.", true),
        Arguments.of("protocol 0", "L-5L\n.", -5L),
        Arguments.of("protocol 0", "L1267650600228229401496703205376L\n.", BigInteger.TWO.pow(100)),
        Arguments.of("protocol 0", "F-inf\n.", Double.NEGATIVE_INFINITY),
        Arguments.of("protocol 0", "F0.5\n.", 0.5),
        Arguments.of("protocol 0", "Vna\\u0131ve\np0\n.", "na\u0131ve"),
        Arguments.of("protocol 2", "\u0080\u0002U\u0003abc.", "abc"),
        Arguments.of("protocol 2", "\u0080\u0002\u008a\u0000.", 0L),
        Arguments.of("protocol 2", "\u0080\u0002M\u00ff\u00ff.", 65535L),
        Arguments.of("protocol 2", "\u0080\u0002J\u00ff\u00ff\u00ff\u00ff.", -1L),
        Arguments.of("protocol 4", "\u0080\u0004\u0095\n\0\0\0\0\0\0\0G?\u00f0\0\0\0\0\0\0.", 1.0),
        Arguments.of("protocol 4", "\u0080\u0004N.", null),
        Arguments.of("two values", "K\u0001K\u00020.", 1L));
  }

  @ParameterizedTest
  @MethodSource("values")
  void shouldRead(String protocol, String pickle, Object value) {
    assertEquals(value, new Plain(pickle).read(), protocol);
  }

  @Test
  void shouldFindWhatItHasNoted() {
    assertEquals(7L, new Plain("\u0080\u0004K\u0007\u00940h\0.").read());
    assertThrows(PickleException.class, () -> new Plain("h\u0005.").read());
  }

  @ParameterizedTest
  @CsvSource({
    "'', it is cut off",
    "'K', it is cut off",
    "'I12', it is cut off",
    "'\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f.', more bytes are announced than there are",
    "'B\u00ff\u00ff\u00ff\u00ff.', more bytes are announced than there are",
    "'\u0080\u0009N.', its protocol is 9",
    "'.', a value is missing",
    "'(.', a value is missing",
    "'1.', a mark is missing",
    "'i.', the instruction 0x69"
  })
  void shouldRefuse(String pickle, String reason) {
    PickleException e = assertThrows(PickleException.class, () -> new Plain(pickle).read());
    assertEquals(reason, e.getMessage());
  }
}
