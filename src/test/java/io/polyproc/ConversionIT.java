package io.polyproc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The conversion table of docs/embedding.md, both ways. */
@Timeout(900) // a worker takes minutes to boot on a machine that is busy enough
@NullUnmarked // a null fails the test anyhow
final class ConversionIT {
  record Point(int x, double y, List<String> names) {}

  enum Color {
    RED,
    GREEN
  }

  private static final String SOURCE =
      """
      import array, collections, dataclasses, datetime, decimal, enum, pathlib, uuid

      class Color(enum.Enum):
          RED = 1
          GREEN = 2

      @dataclasses.dataclass
      class Point:
          x: int
          y: float
          names: list

      class Slotted:
          __slots__ = ("a",)
          def __init__(self):
              self.a = 1

      class Refused(Exception):
          def __init__(self, code, why):
              super().__init__(f"{why} ({code})")
              self.code = code
          def __reduce__(self):
              return Refused, (7, "no")

      def show(value):
          return f"{type(value).__name__} {value!r}"

      def same(value):
          return value

      def made(expression):
          return eval(expression)

      def check(expression, value):
          return eval(expression) == value
      """;

  private static Polyproc polyproc;
  private static PythonPool pool;

  @BeforeAll
  static void start() {
    polyproc = Polyproc.builder().standby(0).build();
    pool = polyproc.pool(1);
  }

  @AfterAll
  static void close() {
    polyproc.close();
  }

  private static PythonFunction function(String name) {
    return PythonFunction.ofSource(SOURCE, name);
  }

  static Stream<Arguments> toPython() {
    return Stream.of(
        Arguments.of(null, "NoneType None"),
        Arguments.of(true, "bool True"),
        Arguments.of((byte) -1, "int -1"),
        Arguments.of(1L << 40, "int 1099511627776"),
        Arguments.of(BigInteger.TEN.pow(30), "int 1" + "0".repeat(30)),
        Arguments.of(1.5f, "float 1.5"),
        Arguments.of(Double.NEGATIVE_INFINITY, "float -inf"),
        Arguments.of('c', "str 'c'"),
        Arguments.of("naïve 😀", "str 'naïve 😀'"),
        Arguments.of(new byte[] {0, -1}, "bytes b'\\x00\\xff'"),
        Arguments.of(ByteBuffer.wrap(new byte[] {1}), "bytes b'\\x01'"),
        Arguments.of(List.of(1, "a"), "list [1, 'a']"),
        Arguments.of(new ArrayDeque<>(List.of(1)), "list [1]"),
        Arguments.of(new boolean[] {true}, "list [True]"),
        Arguments.of(PythonTuple.of(1, 2), "tuple (1, 2)"),
        Arguments.of(new Object[] {1}, "tuple (1,)"),
        Arguments.of(new int[] {1, -2}, "array array('i', [1, -2])"),
        Arguments.of(new double[] {1.5}, "array array('d', [1.5])"),
        Arguments.of(Map.of("a", 1), "dict {'a': 1}"),
        Arguments.of(Map.of(PythonTuple.of(1, 2), 3), "dict {(1, 2): 3}"),
        Arguments.of(Set.of(1), "set {1}"),
        Arguments.of(new PythonComplex(1, 2), "complex (1+2j)"),
        Arguments.of(new BigDecimal("1.20"), "Decimal Decimal('1.20')"),
        Arguments.of(
            LocalDateTime.of(2024, 2, 29, 1, 2, 3, 4000),
            "datetime datetime.datetime(2024, 2, 29, 1, 2, 3, 4)"),
        Arguments.of(
            Instant.ofEpochSecond(0),
            "datetime datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)"),
        Arguments.of(LocalDate.of(2024, 2, 29), "date datetime.date(2024, 2, 29)"),
        Arguments.of(LocalTime.of(1, 2), "time datetime.time(1, 2)"),
        Arguments.of(Duration.ofSeconds(90), "timedelta datetime.timedelta(seconds=90)"),
        Arguments.of(Color.GREEN, "Color <Color.GREEN: 'GREEN'>"),
        Arguments.of(new Point(1, 2, List.of("a")), "Point Point(x=1, y=2.0, names=['a'])"),
        Arguments.of(new IllegalArgumentException("bad"), "ValueError ValueError('bad')"),
        Arguments.of(new PythonException("KeyError", "k"), "KeyError KeyError('k')"),
        Arguments.of(
            UUID.fromString("00000000-0000-0000-0000-000000000007"),
            "UUID UUID('00000000-0000-0000-0000-000000000007')"),
        Arguments.of(Path.of("/a/b"), "PosixPath PosixPath('/a/b')"),
        Arguments.of(
            PythonFunction.of("math", "sqrt"),
            "builtin_function_or_method <built-in function sqrt>"));
  }

  @ParameterizedTest
  @MethodSource("toPython")
  void shouldBecomePythons(@Nullable Object value, String shown) {
    assertEquals(shown, pool.submit(String.class, function("show"), value).join());
  }

  static Stream<Arguments> toJava() {
    return Stream.of(
        Arguments.of("None", null),
        Arguments.of("True", true),
        Arguments.of("255", 255L),
        Arguments.of("-2**63", Long.MIN_VALUE),
        Arguments.of("2**63", BigInteger.TWO.pow(63)),
        Arguments.of("1.5", 1.5),
        Arguments.of("1+2j", new PythonComplex(1, 2)),
        Arguments.of("'naïve \\U0001f600'", "naïve 😀"),
        Arguments.of("'\\ud800'", "\ud800"),
        Arguments.of("[1, 'a', None]", java.util.Arrays.asList(1L, "a", null)),
        Arguments.of("(1, 2)", PythonTuple.of(1L, 2L)),
        Arguments.of("{'a': [1]}", Map.of("a", List.of(1L))),
        Arguments.of("{b'k': 1}", Map.of(ByteBuffer.wrap(new byte[] {'k'}), 1L)),
        Arguments.of("{1, 2}", Set.of(1L, 2L)),
        Arguments.of("frozenset([3])", Set.of(3L)),
        Arguments.of("collections.OrderedDict(a=1)", Map.of("a", 1L)),
        Arguments.of("collections.defaultdict(list, a=[1])", Map.of("a", List.of(1L))),
        Arguments.of("collections.Counter('a')", Map.of("a", 1L)),
        Arguments.of("collections.deque([1])", List.of(1L)),
        Arguments.of("decimal.Decimal('1.20')", new BigDecimal("1.20")),
        Arguments.of(
            "datetime.datetime(2024, 2, 29, 1, 2, 3, 4)",
            LocalDateTime.of(2024, 2, 29, 1, 2, 3, 4000)),
        Arguments.of(
            "datetime.datetime(2024, 2, 29, tzinfo=datetime.timezone.utc)",
            OffsetDateTime.of(2024, 2, 29, 0, 0, 0, 0, ZoneOffset.UTC)),
        Arguments.of("datetime.date(2024, 2, 29)", LocalDate.of(2024, 2, 29)),
        Arguments.of("datetime.time(1, 2, 3, 4)", LocalTime.of(1, 2, 3, 4000)),
        Arguments.of(
            "datetime.timedelta(days=-1, microseconds=5)", Duration.ofDays(-1).plusNanos(5000)),
        Arguments.of("uuid.UUID(int=7)", UUID.fromString("00000000-0000-0000-0000-000000000007")),
        Arguments.of("pathlib.Path('/a/b')", Path.of("/a/b")),
        Arguments.of("len", PythonFunction.of("builtins", "len")));
  }

  @ParameterizedTest
  @MethodSource("toJava")
  void shouldBecomeJavas(String expression, @Nullable Object expected) {
    assertEquals(expected, pool.submit(Object.class, function("made"), expression).join());
  }

  @Test
  void shouldBecomeJavasArrays() {
    assertArrayEquals(
        new byte[] {0, -1}, pool.submit(byte[].class, function("made"), "b'\\x00\\xff'").join());
    assertArrayEquals(
        new byte[] {1}, pool.submit(byte[].class, function("made"), "bytearray([1])").join());
    assertArrayEquals(
        new int[] {1, -2},
        pool.submit(int[].class, function("made"), "array.array('i', [1, -2])").join());
    assertArrayEquals(
        new double[] {1.5},
        pool.submit(double[].class, function("made"), "array.array('d', [1.5])").join());
    assertArrayEquals(new int[] {3}, pool.submit(int[].class, function("made"), "[3]").join());
  }

  @Test
  void shouldComeBackFromPython() {
    Point point = new Point(1, 2.5, List.of("a"));
    assertEquals(point, pool.submit(Point.class, function("same"), point).join());
    assertEquals(Color.RED, pool.submit(Color.class, function("same"), Color.RED).join());
    ZonedDateTime time = ZonedDateTime.of(2024, 7, 1, 0, 0, 0, 0, ZoneId.of("Europe/Berlin"));
    assertEquals(time.toInstant(), pool.submit(Instant.class, function("same"), time).join());
  }

  @Test
  void shouldBeAnOpaqueObjectWithItsAttributes() {
    PythonObject point =
        pool.submit(PythonObject.class, function("made"), "Point(1, 2.5, ['a'])").join();
    assertTrue(point.className().endsWith(".Point"), point.className());
    assertEquals(1L, point.attribute("x"));
    assertEquals(new Point(1, 2.5, List.of("a")), point.as(Point.class));
    assertEquals(
        true, pool.submit(Boolean.class, function("check"), "Point(1, 2.5, ['a'])", point).join());
    PythonObject slotted = pool.submit(PythonObject.class, function("made"), "Slotted()").join();
    assertEquals(1L, slotted.attribute("a"));
  }

  @Test
  void shouldBeARecordWhereOneIsAskedFor() {
    assertEquals(
        new Point(1, 2.5, List.of("a")),
        pool.submit(Point.class, function("made"), "Point(1, 2.5, ['a'])").join());
  }

  @Test
  void shouldBeAnEnumConstantWhereOneIsAskedFor() {
    assertEquals(Color.GREEN, pool.submit(Color.class, function("made"), "Color.GREEN").join());
    PythonObject member = pool.submit(PythonObject.class, function("made"), "Color.GREEN").join();
    assertEquals(Map.of("name", "GREEN", "value", 2L), member.attributes());
    assertEquals(true, pool.submit(Boolean.class, function("check"), "Color.GREEN", member).join());
  }

  @Test
  void shouldBeExceptions() {
    PythonException e =
        pool.submit(PythonException.class, function("made"), "ValueError('bad')").join();
    assertEquals("ValueError", e.typeName());
    assertEquals("bad", e.message());
    PythonException own =
        pool.submit(PythonException.class, function("made"), "Refused(7, 'no')").join();
    assertTrue(own.typeName().endsWith(".Refused"), own.typeName());
    assertEquals("no (7)", own.message());
  }

  @Test
  void shouldNameTheElementThatJavaCanNotSend() {
    CompletionException e =
        assertThrows(
            CompletionException.class,
            () ->
                pool.submit(Object.class, function("same"), Map.of("log", List.of(1, new Object())))
                    .join());
    assertEquals(
        "arguments[1][0]['log'][1]: a java.lang.Object has no counterpart in Python",
        e.getCause().getMessage());
  }

  @Test
  void shouldNameTheElementThatDoesNotFit() {
    CompletionException e =
        assertThrows(
            CompletionException.class,
            () -> pool.submit(int[].class, function("made"), "[1, 2**40]").join());
    assertEquals(
        "result[1]: the int 1099511627776 can't become Integer", e.getCause().getMessage());
  }

  @Test
  void shouldSayWhatPythonCanNotSend() {
    CompletionException e =
        assertThrows(
            CompletionException.class,
            () -> pool.submit(Object.class, function("made"), "lambda: 1").join());
    PythonException python = assertInstanceOf(PythonException.class, e.getCause());
    assertTrue(python.getMessage().contains("<lambda>"), python.getMessage());
  }
}
