package io.polyproc.value;

import io.polyproc.PythonObject;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Dates, times, durations and zones: {@code java.time}, and {@code datetime} and {@code zoneinfo}.
 */
final class TimeCodec implements ValueCodec {

  @Override
  public boolean writes(Class<?> type) {
    return ZoneId.class.isAssignableFrom(type)
        || List.of(
                LocalDateTime.class,
                OffsetDateTime.class,
                ZonedDateTime.class,
                Instant.class,
                LocalDate.class,
                LocalTime.class,
                OffsetTime.class,
                Duration.class)
            .contains(type);
  }

  @Override
  public void write(Object value, ValueWriter writer) throws IOException {
    switch (value) {
      case LocalDateTime time -> datetime(writer, time, null);
      case OffsetDateTime time -> datetime(writer, time.toLocalDateTime(), time.getOffset());
      case ZonedDateTime time ->
          datetime(writer, time.toLocalDateTime(), new Zone(unambiguous(time), time));
      case Instant time ->
          datetime(writer, LocalDateTime.ofInstant(time, ZoneOffset.UTC), ZoneOffset.UTC);
      case LocalDate date ->
          writer.call(
              "datetime", "date", date.getYear(), date.getMonthValue(), date.getDayOfMonth());
      case LocalTime time -> time(writer, time, null);
      case OffsetTime time -> time(writer, time.toLocalTime(), time.getOffset());
      case Duration duration ->
          writer.call("datetime", "timedelta", 0, duration.getSeconds(), duration.getNano() / 1000);
      case ZoneId zone -> zone(writer, zone);
      default -> throw new AssertionError(value.getClass());
    }
  }

  /**
   * A zone by its name, and what it comes to at that moment for a Python that has no time zones.
   */
  private record Zone(ZoneId zone, ZonedDateTime moment) implements ValueWriter.Shareable {
    @Override
    public void write(ValueWriter writer) throws IOException {
      if (zone instanceof ZoneOffset) {
        writer.save(zone);
      } else {
        writer.build("zone", zone.getId(), moment.getOffset().getTotalSeconds());
      }
    }
  }

  private static void datetime(ValueWriter writer, LocalDateTime time, @Nullable Object zone)
      throws IOException {
    if (time.getYear() < 1 || time.getYear() > 9999) {
      throw writer.unconvertible("Python's dates have the years 1 to 9999, not " + time.getYear());
    }
    writer.call(
        "datetime",
        "datetime",
        time.getYear(),
        time.getMonthValue(),
        time.getDayOfMonth(),
        time.getHour(),
        time.getMinute(),
        time.getSecond(),
        time.getNano() / 1000,
        zone);
  }

  /** Of two moments with the same local time, Python would mean the first: then the offset says. */
  private static ZoneId unambiguous(ZonedDateTime time) {
    boolean ambiguous =
        !ZonedDateTime.ofLocal(time.toLocalDateTime(), time.getZone(), null)
            .toInstant()
            .equals(time.toInstant());
    return ambiguous ? time.getOffset() : time.getZone();
  }

  private static void time(ValueWriter writer, LocalTime time, @Nullable ZoneOffset offset)
      throws IOException {
    writer.call(
        "datetime",
        "time",
        time.getHour(),
        time.getMinute(),
        time.getSecond(),
        time.getNano() / 1000,
        offset);
  }

  private static void zone(ValueWriter writer, ZoneId zone) throws IOException {
    if (zone instanceof ZoneOffset offset) {
      writer.call("datetime", "timezone", Duration.ofSeconds(offset.getTotalSeconds()));
    } else {
      writer.call("zoneinfo", "ZoneInfo", zone.getId());
    }
  }

  @Override
  public List<String> modules() {
    // Where CPython has C, GraalPy has the modules beneath.
    return List.of("datetime", "_pydatetime", "_datetime", "zoneinfo");
  }

  @Override
  public Object read(PythonCall call) {
    return call.module().equals("zoneinfo") ? ofZoneinfo(call) : ofDatetime(call);
  }

  private static PythonObject constructed(PythonCall call) {
    return new PythonCall(call.function(), call.arguments(), true).unknown();
  }

  private static Object ofDatetime(PythonCall call) {
    try {
      return switch (call.name()) {
        case "datetime" -> datetime(call);
        case "date" -> date(call);
        case "time" -> time(call);
        case "timedelta" -> timedelta(call);
        case "timezone" ->
            call.first() instanceof Duration offset
                    && offset.equals(Duration.ofSeconds(offset.toSeconds()))
                ? ZoneOffset.ofTotalSeconds((int) offset.toSeconds())
                : call.unknown();
        default -> call.unknown();
      };
    } catch (DateTimeException e) {
      // An offset of more than 18 hours, say, which Java can't have.
      return call.unknown();
    }
  }

  private static Object datetime(PythonCall call) {
    byte[] b = state(call);
    LocalDateTime local =
        b == null
            ? LocalDateTime.of(
                call.integer(0),
                call.integer(1),
                call.integer(2),
                call.integer(3),
                call.integer(4),
                call.integer(5),
                call.integer(6) * 1000)
            : LocalDateTime.of(year(b), b[2] & 0x7F, b[3], b[4], b[5], b[6], micros(b, 7) * 1000);
    Object zone = call.argument(b == null ? 7 : 1);
    boolean fold = b != null && b[2] < 0;
    return switch (zone) {
      case null -> local;
      case ZoneOffset offset -> OffsetDateTime.of(local, offset);
      case ZoneId region ->
          fold
              ? ZonedDateTime.of(local, region).withLaterOffsetAtOverlap()
              : ZonedDateTime.of(local, region);
      default -> constructed(call);
    };
  }

  private static Object date(PythonCall call) {
    byte[] b = state(call);
    return b == null
        ? LocalDate.of(call.integer(0), call.integer(1), call.integer(2))
        : LocalDate.of(year(b), b[2], b[3]);
  }

  private static Object time(PythonCall call) {
    byte[] b = state(call);
    LocalTime local =
        b == null
            ? LocalTime.of(
                call.integer(0), call.integer(1), call.integer(2), call.integer(3) * 1000)
            : LocalTime.of(b[0] & 0x7F, b[1], b[2], micros(b, 3) * 1000);
    Object zone = call.argument(b == null ? 4 : 1);
    return switch (zone) {
      case null -> local;
      case ZoneOffset offset -> OffsetTime.of(local, offset);
      default -> constructed(call);
    };
  }

  private static Object timedelta(PythonCall call) {
    return Duration.ofDays(call.integer(0))
        .plusSeconds(call.integer(1))
        .plusNanos(call.integer(2) * 1000L);
  }

  private static byte @Nullable [] state(PythonCall call) {
    return call.argument(0) instanceof byte[] bytes ? bytes : null;
  }

  private static int micros(byte[] b, int at) {
    return ((b[at] & 0xFF) << 16) | ((b[at + 1] & 0xFF) << 8) | (b[at + 2] & 0xFF);
  }

  private static int year(byte[] b) {
    return ((b[0] & 0xFF) << 8) | (b[1] & 0xFF);
  }

  private static Object ofZoneinfo(PythonCall call) {
    boolean named = call.name().equals("ZoneInfo") || call.name().equals("ZoneInfo._unpickle");
    if (named && call.first() instanceof String key) {
      try {
        return ZoneId.of(key);
      } catch (DateTimeException e) {
        // One that this JDK does not know.
        return call.unknown();
      }
    }
    return call.unknown();
  }
}
