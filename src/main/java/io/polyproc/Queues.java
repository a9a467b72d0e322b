package io.polyproc;

import java.util.Objects;

/** What values become that came through a queue or pipe. */
final class Queues {
  private Queues() {}

  @SuppressWarnings("NullAway") // None is null, and the caller's to expect
  static <T> T value(byte[] pickle, KnownTypes types, Class<T> type) {
    return Conversions.convert(
        ValueReader.read(pickle, types, "value"), Objects.requireNonNull(type), "value");
  }

  /** As above, for a type with type arguments. */
  @SuppressWarnings({"NullAway", "unchecked"}) // None is null; the reference names the type
  static <T> T value(byte[] pickle, KnownTypes types, TypeReference<T> type) {
    return (T) Conversions.convert(ValueReader.read(pickle, types, "value"), type.type(), "value");
  }
}
