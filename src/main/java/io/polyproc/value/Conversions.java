package io.polyproc.value;

import io.polyproc.PythonObject;
import io.polyproc.PythonTuple;
import io.polyproc.TypeReference;
import io.polyproc.UnconvertibleValueException;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns what a {@link ValueReader} read into the Java type that a caller asks for. Nothing is
 * rounded or cut off: what does not fit is an error that names the element.
 */
public final class Conversions {
  private static final Map<Class<?>, Class<?>> BOXES =
      Map.of(
          int.class, Integer.class,
          long.class, Long.class,
          short.class, Short.class,
          byte.class, Byte.class,
          double.class, Double.class,
          float.class, Float.class,
          boolean.class, Boolean.class,
          char.class, Character.class);

  private Conversions() {}

  /**
   * The value as a {@code type}; null for {@code None}.
   *
   * @param name what to call it in an error
   * @throws UnconvertibleValueException if it, or a part of it, is none and can't become one
   */
  @SuppressWarnings("unchecked") // to() gives an instance of what it is asked for
  public static <T> @Nullable T convert(@Nullable Object value, Class<T> type, String name) {
    return (T) convert(value, (Type) type, name);
  }

  /** As above, for a type with type arguments. */
  public static @Nullable Object convert(@Nullable Object value, Type type, String name) {
    if (type == void.class || type == Void.class) {
      if (value != null) {
        throw mismatch(value, "nothing (None)", name);
      }
      return null;
    }
    return to(type, value, name);
  }

  /**
   * The value in a pickle that came through a queue or pipe; null for {@code None}.
   *
   * @throws UnconvertibleValueException if it is none of the type
   */
  @SuppressWarnings("NullAway") // None is null, and the caller's to expect
  public static <T> T read(byte[] pickle, KnownTypes types, Class<T> type) {
    return convert(ValueReader.read(pickle, types, "value"), Objects.requireNonNull(type), "value");
  }

  /** As above, for a type with type arguments. */
  @SuppressWarnings({"NullAway", "unchecked"}) // None is null; the reference names the type
  public static <T> T read(byte[] pickle, KnownTypes types, TypeReference<T> type) {
    return (T) convert(ValueReader.read(pickle, types, "value"), type.type(), "value");
  }

  private static @Nullable Object to(Type type, @Nullable Object value, String name) {
    return switch (type) {
      case Class<?> asked -> toClass(asked, value, name);
      case ParameterizedType generic -> toGeneric(generic, value, name);
      case GenericArrayType array ->
          toClass(rawClass(array.getGenericComponentType()).arrayType(), value, name);
      case WildcardType wildcard -> to(wildcard.getUpperBounds()[0], value, name);
      case TypeVariable<?> variable -> to(variable.getBounds()[0], value, name);
      default -> throw ApiAccess.get().unconvertible(name, "unsupported type " + type);
    };
  }

  private static Class<?> rawClass(Type type) {
    return switch (type) {
      case Class<?> asked -> asked;
      case ParameterizedType generic -> (Class<?>) generic.getRawType();
      default -> Object.class;
    };
  }

  private static @Nullable Object toGeneric(
      ParameterizedType type, @Nullable Object value, String name) {
    Class<?> raw = (Class<?>) type.getRawType();
    Type[] parts = type.getActualTypeArguments();
    if (raw == Optional.class) {
      return Optional.ofNullable(to(parts[0], value, name));
    }
    if (value instanceof Collection<?> collection && Collection.class.isAssignableFrom(raw)) {
      List<@Nullable Object> converted = new ArrayList<>(collection.size());
      for (Object element : collection) {
        converted.add(to(parts[0], element, name + "[" + converted.size() + "]"));
      }
      return toClass(raw, value instanceof Set ? new LinkedHashSet<>(converted) : converted, name);
    }
    if (value instanceof Map<?, ?> map && raw.isAssignableFrom(LinkedHashMap.class)) {
      Map<@Nullable Object, @Nullable Object> converted = new LinkedHashMap<>();
      map.forEach(
          (key, element) ->
              converted.put(
                  to(parts[0], key, name + " key " + key),
                  to(parts[1], element, name + "['" + key + "']")));
      return converted;
    }
    return toClass(raw, value, name);
  }

  private static @Nullable Object toClass(Class<?> asked, @Nullable Object value, String name) {
    Class<?> type = BOXES.getOrDefault(asked, asked);
    if (value == null) {
      if (asked.isPrimitive()) {
        throw ApiAccess.get().unconvertible(name, "None can't be a Java " + asked);
      }
      return type == Optional.class ? Optional.empty() : null;
    }
    if (type.isInstance(value)) {
      return value;
    }
    Object converted = convert(type, value, name);
    if (converted == null) {
      throw mismatch(value, type.getSimpleName(), name);
    }
    return converted;
  }

  private static UnconvertibleValueException mismatch(Object value, String wanted, String name) {
    return ApiAccess.get()
        .unconvertible(name, "%s can't become %s".formatted(describe(value), wanted));
  }

  private static String describe(Object value) {
    String type =
        switch (value) {
          case Long _, BigInteger _ -> "the int ";
          case Double _ -> "the float ";
          case String _ -> "the str ";
          case Boolean _ -> "the bool ";
          case byte[] _ -> "a bytes object";
          case PythonTuple _ -> "the tuple ";
          case List<?> _ -> "the list ";
          case Set<?> _ -> "the set ";
          case Map<?, ?> _ -> "the dict ";
          case PythonObject object -> "a " + object.className();
          default -> "a " + value.getClass().getSimpleName() + " ";
        };
    if (value instanceof byte[] || value instanceof PythonObject) {
      return type;
    }
    String text = value instanceof String ? "'" + value + "'" : value.toString();
    return type + (text.length() > 60 ? text.substring(0, 60) + "…" : text);
  }

  /** Null if it can't be. */
  private static @Nullable Object convert(Class<?> type, Object value, String name) {
    if (Number.class.isAssignableFrom(type) && value instanceof Number number) {
      return toNumber(type, number);
    }
    if (type == Character.class) {
      return value instanceof String text && text.length() == 1 ? text.charAt(0) : null;
    }
    if (type == Path.class) {
      return value instanceof String text ? Path.of(text) : null;
    }
    if (type.isArray()) {
      return value instanceof Collection || value.getClass().isArray()
          ? toArray(type.getComponentType(), value, name)
          : null;
    }
    if (type.isRecord()) {
      return toRecord(type, value, name);
    }
    if (type.isEnum()) {
      return toConstant(type, value);
    }
    return toOther(type, value);
  }

  private static @Nullable Object toOther(Class<?> type, Object value) {
    if (type == ByteBuffer.class && value instanceof byte[] data) {
      return ByteBuffer.wrap(data);
    }
    if (type == Instant.class) {
      return switch (value) {
        case OffsetDateTime time -> time.toInstant();
        case ZonedDateTime time -> time.toInstant();
        default -> null;
      };
    }
    if (type == ZonedDateTime.class && value instanceof OffsetDateTime time) {
      return time.toZonedDateTime();
    }
    if (type == OffsetDateTime.class && value instanceof ZonedDateTime time) {
      return time.toOffsetDateTime();
    }
    if (type == LocalDateTime.class && value instanceof java.time.LocalDate date) {
      return date.atStartOfDay();
    }
    if (type == ZoneId.class) {
      return null;
    }
    if (type == PythonTuple.class && value instanceof List<?> list) {
      return PythonTuple.copyOf(list);
    }
    if (value instanceof Collection<?> collection) {
      if (type.isAssignableFrom(LinkedHashSet.class) && Set.class.isAssignableFrom(type)) {
        return new LinkedHashSet<>(collection);
      }
      if (type.isAssignableFrom(ArrayList.class)) {
        return new ArrayList<>(collection);
      }
    }
    if (type.isAssignableFrom(ArrayList.class) && value.getClass().isArray()) {
      return boxed(value);
    }
    return null;
  }

  private static List<@Nullable Object> boxed(Object array) {
    List<@Nullable Object> list = new ArrayList<>();
    for (int i = 0; i < Array.getLength(array); i++) {
      list.add(Array.get(array, i));
    }
    return list;
  }

  private static @Nullable Object toNumber(Class<?> type, Number number) {
    if (number instanceof Double real) {
      if (type == Float.class) {
        float narrow = real.floatValue();
        return Float.isInfinite(narrow) && !real.isInfinite() ? null : (Object) narrow;
      }
      return type == BigDecimal.class && Double.isFinite(real) ? BigDecimal.valueOf(real) : null;
    }
    BigDecimal exact =
        switch (number) {
          case BigDecimal decimal -> decimal;
          case BigInteger integer -> new BigDecimal(integer);
          case Float real -> Float.isFinite(real) ? BigDecimal.valueOf(real) : null;
          default -> BigDecimal.valueOf(number.longValue());
        };
    if (exact == null) {
      return type == Double.class ? (Object) number.doubleValue() : null;
    }
    try {
      return fit(type, exact, number instanceof BigDecimal);
    } catch (ArithmeticException e) {
      return null;
    }
  }

  private static @Nullable Object fit(Class<?> type, BigDecimal exact, boolean decimal) {
    if (type == BigDecimal.class) {
      return exact;
    }
    if (type == Double.class || type == Float.class) {
      // A Python decimal is not meant to become binary; an int may, as Python itself does it.
      double real = exact.doubleValue();
      return decimal || Double.isInfinite(real)
          ? null
          : type == Double.class ? (Object) real : (Object) (float) real;
    }
    if (decimal) {
      return null;
    }
    if (type == Long.class) {
      return exact.longValueExact();
    }
    if (type == Integer.class) {
      return exact.intValueExact();
    }
    if (type == Short.class) {
      return exact.shortValueExact();
    }
    if (type == Byte.class) {
      return exact.byteValueExact();
    }
    return type == BigInteger.class ? exact.toBigIntegerExact() : null;
  }

  private static Object toArray(Class<?> component, Object value, String name) {
    List<?> elements =
        value instanceof Collection<?> collection ? new ArrayList<>(collection) : boxed(value);
    Object array = Array.newInstance(component, elements.size());
    for (int i = 0; i < elements.size(); i++) {
      Array.set(array, i, toClass(component, elements.get(i), name + "[" + i + "]"));
    }
    return array;
  }

  private static @Nullable Object toConstant(Class<?> type, Object value) {
    Object name =
        switch (value) {
          case String text -> text;
          case PythonObject object when object.attributes().containsKey("name") ->
              object.attribute("name");
          default -> null;
        };
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> ((Enum<?>) constant).name().equals(name))
        .findFirst()
        .orElse(null);
  }

  private static @Nullable Object toRecord(Class<?> type, Object value, String name) {
    RecordComponent[] components = type.getRecordComponents();
    @Nullable Object[] arguments = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    Map<?, ?> named =
        switch (value) {
          case PythonObject object -> object.attributes();
          case Map<?, ?> map -> map;
          default -> null;
        };
    List<?> inOrder = value instanceof PythonTuple tuple ? tuple : null;
    if (named == null && (inOrder == null || inOrder.size() != components.length)) {
      return null;
    }
    for (int i = 0; i < components.length; i++) {
      String component = components[i].getName();
      if (named != null && !named.containsKey(component)) {
        throw ApiAccess.get()
            .unconvertible(
                name,
                "%s has no '%s', which the record %s needs; it has %s"
                    .formatted(describe(value), component, type.getSimpleName(), named.keySet()));
      }
      Object part = named != null ? named.get(component) : at(inOrder, i);
      types[i] = components[i].getType();
      arguments[i] = to(components[i].getGenericType(), part, name + "." + component);
    }
    return construct(type, types, arguments, name);
  }

  private static @Nullable Object at(@Nullable List<?> list, int index) {
    return list == null ? null : list.get(index);
  }

  private static Object construct(
      Class<?> type, Class<?>[] types, @Nullable Object[] arguments, String name) {
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw ApiAccess.get()
          .unconvertible(
              name, "the record %s refuses it: %s".formatted(type.getSimpleName(), e.getCause()));
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw ApiAccess.get()
          .unconvertible(
              name,
              "the record %s can't be made: %s".formatted(type.getSimpleName(), e.getMessage()));
    }
  }
}
