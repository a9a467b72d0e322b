package io.polyproc.observation;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An object of JSON whose author is another process: what is missing, or of another kind, counts as
 * not said.
 */
record Facts(Map<String, @Nullable Object> map) {
  static final Facts NONE = new Facts(Map.of());

  @SuppressWarnings("unchecked") // an object of JSON
  static Facts of(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? new Facts((Map<String, @Nullable Object>) map) : NONE;
  }

  boolean isEmpty() {
    return map.isEmpty();
  }

  boolean has(String key) {
    return map.get(key) != null;
  }

  String text(String key) {
    return map.get(key) instanceof String text ? text : "";
  }

  int integer(String key, int otherwise) {
    return map.get(key) instanceof Number number ? number.intValue() : otherwise;
  }

  double number(String key, double otherwise) {
    return map.get(key) instanceof Number number ? number.doubleValue() : otherwise;
  }

  boolean flag(String key) {
    return Boolean.TRUE.equals(map.get(key));
  }

  Facts object(String key) {
    return of(map.get(key));
  }

  List<Facts> objects(String key) {
    return items(key).map(Facts::of).toList();
  }

  List<Integer> integers(String key) {
    return items(key)
        .filter(Number.class::isInstance)
        .map(item -> ((Number) item).intValue())
        .toList();
  }

  List<String> texts(String key) {
    return items(key).filter(String.class::isInstance).map(String.class::cast).toList();
  }

  private Stream<?> items(String key) {
    return map.get(key) instanceof List<?> list ? list.stream() : Stream.of();
  }
}
