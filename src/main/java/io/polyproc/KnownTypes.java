package io.polyproc;

import io.polyproc.pickle.PickleException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The Python classes and functions that may occur in a pickle and have a counterpart in Java, by
 * name. The rest becomes a {@link PythonObject}.
 *
 * <p>Safe for any thread, as {@link SharedObjectFactory} is.
 */
final class KnownTypes {
  private static final List<String> EXCEPTIONS = List.of("Error", "Warning", "Exception");
  private static final List<String> OTHER_EXCEPTIONS =
      List.of(
          "GeneratorExit",
          "KeyboardInterrupt",
          "StopIteration",
          "StopAsyncIteration",
          "SystemExit");

  private @Nullable SharedObjectFactory sharing;

  /** From now on queues, locks and the like are rebuilt; called before another thread has this. */
  void rebuildBy(SharedObjectFactory shared) {
    sharing = shared;
  }

  /** What a call of a function, or class, gives. */
  @Nullable Object call(Object callable, PythonTuple arguments) {
    if (!(callable instanceof PythonFunction function) || !function.isOfModule()) {
      throw new PickleException("a call of " + callable);
    }
    return call(function, arguments, true);
  }

  /** What {@code cls.__new__(cls, *arguments)} gives. */
  @Nullable Object make(Object type, PythonTuple arguments) {
    return call((PythonFunction) type, arguments, false);
  }

  private @Nullable Object call(PythonFunction function, PythonTuple a, boolean constructed) {
    return switch (function.where()) {
      case "builtins", "__builtin__" -> builtin(function, a, constructed);
      // Where CPython has C, GraalPy has the modules beneath.
      case "datetime", "_pydatetime", "_datetime" -> datetime(function, a, constructed);
      case "decimal", "_decimal", "_pydecimal" ->
          function.name().equals("Decimal")
              ? decimal(function, a)
              : unknown(function, a, constructed);
      case "uuid" -> uuid(function, a, constructed);
      case "collections", "_collections" -> collection(function, a, constructed);
      case "array" -> array(function, a, constructed);
      case "zoneinfo" -> zone(function, a, constructed);
      case "pathlib" ->
          Path.of(String.join("/", a.stream().map(String::valueOf).toList())).normalize();
      case "copyreg", "copy_reg" -> copied(function, a, constructed);
      case "_codecs" ->
          ((String) Objects.requireNonNull(a.get(0)))
              .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
      case "_polyproc.java.values" -> ofEmbedding(function, a, constructed);
      default -> shared(function, a, constructed);
    };
  }

  private static PythonObject unknown(PythonFunction type, PythonTuple a, boolean constructed) {
    return new PythonObject(type, constructed, new ArrayList<>(a));
  }

  private @Nullable Object shared(PythonFunction function, PythonTuple a, boolean constructed) {
    Object made = sharing == null ? null : sharing.call(function, a);
    return made == null ? unknown(function, a, constructed) : made;
  }

  private static @Nullable Object builtin(
      PythonFunction function, PythonTuple a, boolean constructed) {
    return switch (function.name()) {
      case "complex" -> new PythonComplex(number(a, 0), number(a, 1));
      case "set", "frozenset" -> new LinkedHashSet<>(elements(a));
      case "list" -> new ArrayList<>(elements(a));
      case "tuple" -> PythonTuple.copyOf(elements(a));
      case "dict" ->
          a.isEmpty() ? new LinkedHashMap<>() : new LinkedHashMap<>((Map<?, ?>) first(a));
      case "bytearray", "bytes" -> bytes(a);
      case "getattr" -> attribute(a);
      default ->
          isException(function.name())
              ? new PythonException(function.name(), exceptionMessage(function.name(), a))
              : unknown(function, a, constructed);
    };
  }

  /** How a class or function inside another one, or a method of a class, is named. */
  private static Object attribute(PythonTuple a) {
    if (first(a) instanceof PythonFunction owner && a.get(1) instanceof String name) {
      return PythonFunction.of(owner.where(), owner.name() + "." + name);
    }
    throw new PickleException("the attribute '" + a.get(1) + "' of an object");
  }

  private static boolean isException(String name) {
    return EXCEPTIONS.stream().anyMatch(name::endsWith) || OTHER_EXCEPTIONS.contains(name);
  }

  /** As {@code str()} has it, for what built-in exceptions are usually made with. */
  private static String exceptionMessage(String name, PythonTuple a) {
    if (a.size() == 2 && name.endsWith("Error") && a.get(0) instanceof Long errno) {
      return "[Errno %d] %s".formatted(errno, a.get(1));
    }
    if (a.size() == 1) {
      return name.equals("KeyError") && a.get(0) instanceof String key
          ? "'" + key + "'"
          : String.valueOf(a.get(0));
    }
    return a.isEmpty() ? "" : a.toString();
  }

  private static Object bytes(PythonTuple a) {
    if (a.isEmpty()) {
      return new byte[0];
    }
    return switch (first(a)) {
      case byte[] data -> data;
      case String text when a.size() > 1 ->
          text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
      default -> throw new PickleException("bytes of " + a.get(0));
    };
  }

  private static Object decimal(PythonFunction function, PythonTuple a) {
    String text = String.valueOf(first(a));
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      // NaN or Infinity, which a BigDecimal can't be.
      return unknown(function, a, true);
    }
  }

  private static Object uuid(PythonFunction function, PythonTuple a, boolean constructed) {
    return function.name().equals("UUID") && a.size() == 1 && first(a) instanceof String text
        ? UUID.fromString(text)
        : unknown(function, a, constructed);
  }

  private static Object collection(PythonFunction function, PythonTuple a, boolean constructed) {
    return switch (function.name()) {
      case "OrderedDict", "Counter" ->
          a.isEmpty() ? new LinkedHashMap<>() : new LinkedHashMap<>((Map<?, ?>) first(a));
      case "defaultdict" -> new LinkedHashMap<>();
      case "deque" -> new ArrayList<>(elements(a));
      default -> unknown(function, a, constructed);
    };
  }

  private static Object datetime(PythonFunction function, PythonTuple a, boolean constructed) {
    try {
      return switch (function.name()) {
        case "datetime" -> datetime(function, a);
        case "date" -> date(a);
        case "time" -> time(function, a);
        case "timedelta" -> timedelta(a);
        case "timezone" ->
            first(a) instanceof Duration offset
                    && offset.equals(Duration.ofSeconds(offset.toSeconds()))
                ? ZoneOffset.ofTotalSeconds((int) offset.toSeconds())
                : unknown(function, a, constructed);
        default -> unknown(function, a, constructed);
      };
    } catch (DateTimeException e) {
      // An offset of more than 18 hours, say, which Java can't have.
      return unknown(function, a, constructed);
    }
  }

  private static Object datetime(PythonFunction function, PythonTuple a) {
    byte[] b = state(a);
    LocalDateTime local =
        b == null
            ? LocalDateTime.of(
                integer(a, 0),
                integer(a, 1),
                integer(a, 2),
                integer(a, 3),
                integer(a, 4),
                integer(a, 5),
                integer(a, 6) * 1000)
            : LocalDateTime.of(year(b), b[2] & 0x7F, b[3], b[4], b[5], b[6], micros(b, 7) * 1000);
    Object zone = zoneOf(a, b == null ? 7 : 1);
    boolean fold = b != null && b[2] < 0;
    return switch (zone) {
      case null -> local;
      case ZoneOffset offset -> OffsetDateTime.of(local, offset);
      case ZoneId region ->
          fold
              ? ZonedDateTime.of(local, region).withLaterOffsetAtOverlap()
              : ZonedDateTime.of(local, region);
      default -> unknown(function, a, true);
    };
  }

  private static Object date(PythonTuple a) {
    byte[] b = state(a);
    return b == null
        ? LocalDate.of(integer(a, 0), integer(a, 1), integer(a, 2))
        : LocalDate.of(year(b), b[2], b[3]);
  }

  private static Object time(PythonFunction function, PythonTuple a) {
    byte[] b = state(a);
    LocalTime local =
        b == null
            ? LocalTime.of(integer(a, 0), integer(a, 1), integer(a, 2), integer(a, 3) * 1000)
            : LocalTime.of(b[0] & 0x7F, b[1], b[2], micros(b, 3) * 1000);
    Object zone = zoneOf(a, b == null ? 4 : 1);
    return switch (zone) {
      case null -> local;
      case ZoneOffset offset -> OffsetTime.of(local, offset);
      default -> unknown(function, a, true);
    };
  }

  private static Object timedelta(PythonTuple a) {
    return Duration.ofDays(integer(a, 0))
        .plusSeconds(integer(a, 1))
        .plusNanos(integer(a, 2) * 1000L);
  }

  private static byte @Nullable [] state(PythonTuple a) {
    return a.isEmpty() || !(a.get(0) instanceof byte[] bytes) ? null : bytes;
  }

  private static int micros(byte[] b, int at) {
    return ((b[at] & 0xFF) << 16) | ((b[at + 1] & 0xFF) << 8) | (b[at + 2] & 0xFF);
  }

  private static int year(byte[] b) {
    return ((b[0] & 0xFF) << 8) | (b[1] & 0xFF);
  }

  private static @Nullable Object zoneOf(PythonTuple a, int at) {
    return a.size() > at ? a.get(at) : null;
  }

  private static Object zone(PythonFunction function, PythonTuple a, boolean constructed) {
    boolean named =
        function.name().equals("ZoneInfo") || function.name().equals("ZoneInfo._unpickle");
    if (named && first(a) instanceof String key) {
      try {
        return ZoneId.of(key);
      } catch (DateTimeException e) {
        // One that this JDK does not know.
        return unknown(function, a, constructed);
      }
    }
    return unknown(function, a, constructed);
  }

  private @Nullable Object copied(PythonFunction function, PythonTuple a, boolean constructed) {
    if (function.name().equals("__newobj__") && first(a) instanceof PythonFunction type) {
      return call(type, PythonTuple.copyOf(a.subList(1, a.size())), false);
    }
    if (function.name().equals("_reconstructor") && first(a) instanceof PythonFunction type) {
      return unknown(type, PythonTuple.of(), false);
    }
    return unknown(function, a, constructed);
  }

  private static Object array(PythonFunction function, PythonTuple a, boolean constructed) {
    if (function.name().equals("_array_reconstructor") && a.get(3) instanceof byte[] data) {
      return numbers((String) Objects.requireNonNull(a.get(1)), integer(a, 2), data);
    }
    if (function.name().equals("array")) {
      return switch (a.get(1)) {
        case byte[] data -> numbers((String) first(a), -1, data);
        case List<?> list -> numbers((String) first(a), list);
        case null, default -> unknown(function, a, constructed);
      };
    }
    return unknown(function, a, constructed);
  }

  /**
   * @param machineFormat as {@code array._array_reconstructor} has it; -1 for this machine's own
   */
  private static Object numbers(String typecode, int machineFormat, byte[] data) {
    boolean big = machineFormat >= 0 && machineFormat % 2 == 1 && machineFormat > 1;
    ByteBuffer buffer =
        ByteBuffer.wrap(data).order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    return switch (typecode) {
      case "b" -> data;
      case "B" -> data;
      case "h" -> {
        short[] all = new short[data.length / 2];
        buffer.asShortBuffer().get(all);
        yield all;
      }
      case "H" -> {
        int[] all = new int[data.length / 2];
        Arrays.setAll(all, i -> buffer.getShort(i * 2) & 0xFFFF);
        yield all;
      }
      case "i" -> {
        int[] all = new int[data.length / 4];
        buffer.asIntBuffer().get(all);
        yield all;
      }
      case "I" -> {
        long[] all = new long[data.length / 4];
        Arrays.setAll(all, i -> buffer.getInt(i * 4) & 0xFFFFFFFFL);
        yield all;
      }
      case "l", "q", "L", "Q" -> {
        long[] all = new long[data.length / 8];
        buffer.asLongBuffer().get(all);
        yield all;
      }
      case "f" -> {
        float[] all = new float[data.length / 4];
        buffer.asFloatBuffer().get(all);
        yield all;
      }
      case "d" -> {
        double[] all = new double[data.length / 8];
        buffer.asDoubleBuffer().get(all);
        yield all;
      }
      default -> throw new PickleException("an array of type '" + typecode + "'");
    };
  }

  private static Object numbers(String typecode, List<?> list) {
    return switch (typecode) {
      case "u", "w" -> String.join("", list.stream().map(String::valueOf).toList());
      case "f", "d" -> list.stream().mapToDouble(n -> ((Number) n).doubleValue()).toArray();
      case "i", "h" -> list.stream().mapToInt(n -> ((Number) n).intValue()).toArray();
      default -> list.stream().mapToLong(n -> ((Number) n).longValue()).toArray();
    };
  }

  private @Nullable Object ofEmbedding(
      PythonFunction function, PythonTuple a, boolean constructed) {
    return switch (function.name()) {
      case "member" ->
          PythonObject.member((PythonFunction) first(a), String.valueOf(a.get(1)), a.get(2));
      case "exception" -> new PythonException(String.valueOf(a.get(1)), String.valueOf(a.get(2)));
      case "record", "constant" -> ofJava(function, a);
      case "function" -> function((PythonTuple) first(a));
      case "loads" ->
          ValueReader.read(
              ((String) first(a)).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1),
              this,
              "value");
      case "partial" -> partial(a);
      default -> shared(function, a, constructed);
    };
  }

  private static PythonFunction partial(PythonTuple a) {
    PythonFunction function =
        ((PythonFunction) first(a))
            .bind(((PythonTuple) Objects.requireNonNull(a.get(1))).toArray());
    for (Map.Entry<?, ?> keyword : ((Map<?, ?>) Objects.requireNonNull(a.get(2))).entrySet()) {
      function = function.keyword(String.valueOf(keyword.getKey()), keyword.getValue());
    }
    return function;
  }

  private static PythonFunction function(PythonTuple specification) {
    String where = String.valueOf(specification.get(1));
    String name = String.valueOf(specification.get(2));
    return switch (String.valueOf(specification.get(0))) {
      case "file" -> PythonFunction.ofFile(Path.of(where), name);
      case "source" -> PythonFunction.ofSource(where, name);
      default -> PythonFunction.of(where, name);
    };
  }

  /**
   * What was a record or enum constant of Java's: it becomes one again where its class is asked
   * for.
   */
  private static PythonObject ofJava(PythonFunction function, PythonTuple a) {
    String className = String.valueOf(a.get(0));
    List<?> names = (List<?>) Objects.requireNonNull(a.get(1));
    int dot = className.lastIndexOf('.');
    PythonFunction type =
        PythonFunction.of(
            dot < 0 ? "__main__" : className.substring(0, dot), className.substring(dot + 1));
    if (function.name().equals("constant")) {
      String name = String.valueOf(a.get(2));
      return new JavaValue(function, a, type).asMember(name);
    }
    Map<@Nullable Object, @Nullable Object> attributes = new LinkedHashMap<>();
    List<?> values = (List<?>) Objects.requireNonNull(a.get(2));
    for (int i = 0; i < names.size(); i++) {
      attributes.put(names.get(i), values.get(i));
    }
    return new JavaValue(function, a, type).asRecord(attributes);
  }

  private record JavaValue(PythonFunction function, PythonTuple arguments, PythonFunction type) {
    PythonObject asMember(String name) {
      return PythonObject.ofJava(type, function, arguments, Map.of("name", name, "value", name));
    }

    PythonObject asRecord(Map<?, ?> attributes) {
      return PythonObject.ofJava(type, function, arguments, attributes);
    }
  }

  /** What {@code __setstate__}, or the setting of all attributes, makes of an object. */
  Object build(Object target, @Nullable Object state) {
    if (!(target instanceof PythonObject object)) {
      // Such as the notes of an exception, for which Java's has no place.
      return target;
    }
    if (object.className().equals("uuid.UUID") && state instanceof Map<?, ?> map) {
      BigInteger number = new BigInteger(String.valueOf(map.get("int")));
      return new UUID(number.shiftRight(64).longValue(), number.longValue());
    }
    if (sharing != null) {
      Object shared = sharing.build(object, state);
      if (shared != null) {
        return shared;
      }
    }
    object.setState(state);
    return object;
  }

  private static Object first(PythonTuple a) {
    return Objects.requireNonNull(a.get(0));
  }

  private static List<@Nullable Object> elements(PythonTuple a) {
    return a.isEmpty() ? List.of() : new ArrayList<>((Collection<?>) first(a));
  }

  private static int integer(PythonTuple a, int at) {
    return a.size() > at && a.get(at) instanceof Long number ? Math.toIntExact(number) : 0;
  }

  private static double number(PythonTuple a, int at) {
    return a.size() > at && a.get(at) instanceof Number number ? number.doubleValue() : 0;
  }
}
