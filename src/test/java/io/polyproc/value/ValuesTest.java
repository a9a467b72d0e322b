package io.polyproc.value;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.polyproc.PythonComplex;
import io.polyproc.PythonException;
import io.polyproc.PythonFunction;
import io.polyproc.PythonObject;
import io.polyproc.PythonTuple;
import io.polyproc.UnconvertibleValueException;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What Java writes and reads of pickles, without Python; with it, ConversionIT. */
@NullUnmarked // a null fails the test anyhow
public final class ValuesTest {
  record Point(int x, double y) {}

  record Line(Point from, Point to, List<String> names, Optional<Color> color) {}

  enum Color {
    RED,
    GREEN
  }

  private static @Nullable Object roundTrip(@Nullable Object value) {
    return read(ValueWriter.write(value, "value"));
  }

  private static @Nullable Object read(byte[] pickle) {
    return ValueReader.read(pickle, new KnownTypes(), "value");
  }

  private static @Nullable Object read(String pickle) {
    return read(pickle.getBytes(StandardCharsets.ISO_8859_1));
  }

  public static Stream<Arguments> values() {
    return Stream.of(
        Arguments.of(null, null),
        Arguments.of(true, true),
        Arguments.of(255, 255L),
        Arguments.of(-1, -1L),
        Arguments.of(65536, 65536L),
        Arguments.of(Long.MIN_VALUE, Long.MIN_VALUE),
        Arguments.of(BigInteger.TWO.pow(100), BigInteger.TWO.pow(100)),
        Arguments.of((short) 3, 3L),
        Arguments.of(1.5f, 1.5),
        Arguments.of(Double.NaN, Double.NaN),
        Arguments.of('c', "c"),
        Arguments.of("naïve 😀", "naïve 😀"),
        Arguments.of("\ud800 alone", "\ud800 alone"),
        Arguments.of(List.of(1, "a"), List.of(1L, "a")),
        Arguments.of(PythonTuple.of(1, 2), PythonTuple.of(1L, 2L)),
        Arguments.of(new Object[] {1}, PythonTuple.of(1L)),
        Arguments.of(Map.of("a", List.of(1)), Map.of("a", List.of(1L))),
        Arguments.of(Set.of(1L), Set.of(1L)),
        Arguments.of(new PythonComplex(1, -2), new PythonComplex(1, -2)),
        Arguments.of(new BigDecimal("1.20"), new BigDecimal("1.20")),
        Arguments.of(
            LocalDateTime.of(2024, 2, 29, 1, 2, 3, 456_000_000),
            LocalDateTime.of(2024, 2, 29, 1, 2, 3, 456_000_000)),
        Arguments.of(
            OffsetDateTime.of(2024, 2, 29, 1, 2, 3, 0, ZoneOffset.ofHours(-3)),
            OffsetDateTime.of(2024, 2, 29, 1, 2, 3, 0, ZoneOffset.ofHours(-3))),
        Arguments.of(LocalDate.of(1, 1, 1), LocalDate.of(1, 1, 1)),
        Arguments.of(LocalTime.of(23, 59, 59, 1000), LocalTime.of(23, 59, 59, 1000)),
        Arguments.of(
            OffsetTime.of(1, 2, 3, 0, ZoneOffset.UTC), OffsetTime.of(1, 2, 3, 0, ZoneOffset.UTC)),
        Arguments.of(Duration.ofMillis(-1500), Duration.ofMillis(-1500)),
        Arguments.of(Optional.of(1), 1L),
        Arguments.of(Optional.empty(), null),
        Arguments.of(new boolean[] {true}, List.of(true)),
        Arguments.of(PythonFunction.of("math", "sqrt"), PythonFunction.of("math", "sqrt")));
  }

  @ParameterizedTest
  @MethodSource("values")
  void shouldReadWhatItWrites(@Nullable Object value, @Nullable Object expected) {
    assertEquals(expected, roundTrip(value));
  }

  @Test
  void shouldReadWhatItWritesOfArrays() {
    assertArrayEquals(new byte[] {0, -1}, (byte[]) roundTrip(new byte[] {0, -1}));
    assertArrayEquals(new byte[300], (byte[]) roundTrip(new byte[300]));
    assertArrayEquals(new int[] {1, -1}, (int[]) roundTrip(new int[] {1, -1}));
    assertArrayEquals(new long[] {1L << 40}, (long[]) roundTrip(new long[] {1L << 40}));
    assertArrayEquals(new double[] {1.5}, (double[]) roundTrip(new double[] {1.5}));
    assertArrayEquals(new float[] {1.5f}, (float[]) roundTrip(new float[] {1.5f}));
    assertArrayEquals(new short[] {-3}, (short[]) roundTrip(new short[] {-3}));
  }

  @Test
  void shouldKeepWhatIsTheSameObject() {
    List<Integer> inner = new ArrayList<>(List.of(1));
    List<?> outer = (List<?>) roundTrip(List.of(inner, inner));
    assertSame(outer.get(0), outer.get(1));
  }

  @Test
  void shouldKeepAListThatContainsItself() {
    List<Object> self = new ArrayList<>();
    self.add(self);
    List<?> read = (List<?>) roundTrip(self);
    assertSame(read, read.get(0));
  }

  @Test
  void shouldKeepTheOrderOfEntries() {
    Map<String, Integer> map = new LinkedHashMap<>();
    for (int i = 0; i < 50; i++) {
      map.put("key " + (i * 31 % 50), i);
    }
    assertEquals(List.copyOf(map.keySet()), List.copyOf(((Map<?, ?>) roundTrip(map)).keySet()));
  }

  @Test
  void shouldMakeARecordOfARecord() {
    Line line =
        new Line(new Point(1, 2), new Point(3, 4.5), List.of("a"), Optional.of(Color.GREEN));
    assertEquals(line, Conversions.convert(roundTrip(line), Line.class, "value"));
    assertEquals("Line", ((PythonObject) roundTrip(line)).className().replaceAll(".*\\$", ""));
  }

  @Test
  void shouldMakeARecordOfADict() {
    assertEquals(
        new Point(1, 2.5), Conversions.convert(Map.of("x", 1L, "y", 2.5), Point.class, "value"));
  }

  @Test
  void shouldNameTheElementThatHasNoCounterpart() {
    UnconvertibleValueException e =
        assertThrows(
            UnconvertibleValueException.class,
            () ->
                ValueWriter.write(
                    Map.of("rates", List.of(1, new ByteArrayInputStream(new byte[0]))), "value"));
    assertEquals("value['rates'][1]", e.element());
    assertEquals("a java.io.ByteArrayInputStream has no counterpart in Python", e.reason());
  }

  @Test
  void shouldNameTheComponentThatHasNoCounterpart() {
    record Holder(Object what) {}
    UnconvertibleValueException e =
        assertThrows(
            UnconvertibleValueException.class,
            () -> ValueWriter.write(List.of(new Holder(new Object())), "value"));
    assertEquals("value[0].what", e.element());
  }

  @Test
  void shouldRefuseAKeyThatPythonCanNotHave() {
    UnconvertibleValueException e =
        assertThrows(
            UnconvertibleValueException.class,
            () -> ValueWriter.write(Map.of(List.of(1), 2), "value"));
    assertTrue(e.reason().contains("PythonTuple"), e.reason());
  }

  static Stream<Arguments> misfits() {
    return Stream.of(
        Arguments.of(1L << 40, Integer.class, "value: the int 1099511627776 can't become Integer"),
        Arguments.of(1.5, Long.class, "value: the float 1.5 can't become Long"),
        Arguments.of("7", Long.class, "value: the str '7' can't become Long"),
        Arguments.of(1L, String.class, "value: the int 1 can't become String"),
        Arguments.of(null, int.class, "value: None can't be a Java int"),
        Arguments.of(List.of(1L, "b"), long[].class, "value[1]: the str 'b' can't become Long"),
        Arguments.of(
            Map.of("x", "a", "y", 1.0), Point.class, "value.x: the str 'a' can't become Integer"),
        Arguments.of(1L, Void.class, "value: the int 1 can't become nothing (None)"),
        Arguments.of("BLUE", Color.class, "value: the str 'BLUE' can't become Color"));
  }

  @ParameterizedTest
  @MethodSource("misfits")
  void shouldSayWhyAValueDoesNotFit(@Nullable Object value, Class<?> type, String message) {
    UnconvertibleValueException e =
        assertThrows(
            UnconvertibleValueException.class, () -> Conversions.convert(value, type, "value"));
    assertEquals(message, e.getMessage());
  }

  static Stream<Arguments> fits() {
    return Stream.of(
        Arguments.of(7L, Integer.class, 7),
        Arguments.of(7L, Double.class, 7.0),
        Arguments.of(7L, BigInteger.class, BigInteger.valueOf(7)),
        Arguments.of(7L, BigDecimal.class, BigDecimal.valueOf(7)),
        Arguments.of(1.5, BigDecimal.class, new BigDecimal("1.5")),
        Arguments.of(1.5, Float.class, 1.5f),
        Arguments.of(7L, Number.class, 7L),
        Arguments.of("x", char.class, 'x'),
        Arguments.of("GREEN", Color.class, Color.GREEN),
        Arguments.of(List.of(1L), Set.class, Set.of(1L)),
        Arguments.of(PythonTuple.of(1L), List.class, List.of(1L)),
        Arguments.of(null, Optional.class, Optional.empty()));
  }

  @ParameterizedTest
  @MethodSource("fits")
  void shouldConvertWhatFits(@Nullable Object value, Class<?> type, Object expected) {
    assertEquals(expected, Conversions.convert(value, type, "value"));
  }

  @Test
  void shouldConvertArrays() {
    assertArrayEquals(new int[] {1, 2}, Conversions.convert(List.of(1L, 2L), int[].class, "value"));
    assertArrayEquals(
        new String[] {"a"}, Conversions.convert(PythonTuple.of("a"), String[].class, "value"));
    assertArrayEquals(
        new double[] {1, 2}, Conversions.convert(new int[] {1, 2}, double[].class, "value"));
  }

  @Test
  void shouldRunNothingThatAPickleNames() {
    // os.system("true"), as a malicious pickle has it
    Object read = read("cos\nsystem\n(X\u0004\u0000\u0000\u0000truetR.");
    PythonObject opaque = assertInstanceOf(PythonObject.class, read);
    assertEquals("os.system", opaque.className());
    assertEquals(List.of("true"), opaque.arguments());
  }

  @Test
  void shouldGiveAnOpaqueObjectBackAsItCame() {
    String pickle =
        "\u0080\u0004c__main__\nCustomer\n)\u0081}X\u0004\u0000\u0000\u0000nameX\u0001\u0000\u0000\u0000asb.";
    PythonObject customer = assertInstanceOf(PythonObject.class, read(pickle));
    assertEquals("a", customer.attribute("name"));
    assertEquals(customer, roundTrip(customer));
    assertThrows(IllegalArgumentException.class, () -> customer.attribute("age"));
  }

  @Test
  void shouldSayThatAPickleIsBroken() {
    for (String broken : List.of("]]", "X\u00ff\u00ff\u00ff\u007f", "(lp0\nR.", "\u0080\u00ff.")) {
      assertThrows(RuntimeException.class, () -> read(broken), broken);
    }
  }

  @Test
  void shouldReadExceptions() {
    PythonException e = (PythonException) roundTrip(new PythonException("KeyError", "k"));
    assertEquals("KeyError", e.typeName());
    assertEquals("'k'", e.message());
    PythonException java = (PythonException) roundTrip(new IllegalStateException("no"));
    assertEquals("RuntimeError", java.typeName());
    assertEquals("java.lang.IllegalStateException: no", java.message());
    assertEquals(
        "ValueError", ((PythonException) roundTrip(new IllegalArgumentException())).typeName());
  }

  @Test
  void shouldConvertNothingToNull() {
    assertNull(Conversions.convert(null, String.class, "value"));
    assertNull(Conversions.convert(null, Void.class, "value"));
  }
}
