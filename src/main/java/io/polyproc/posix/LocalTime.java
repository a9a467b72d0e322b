package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The C library's local time, which knows every form of the environment variable {@code TZ}; Java
 * reads it once, and knows names only. See {@code man 3 tzset}.
 *
 * <p>Threads may read; to set the zone while others read is the caller's to avoid.
 */
public final class LocalTime {
  private static final int FIELDS = 9;
  private static final long OFFSET_AT = 40;
  private static final long NAME_AT = 48;
  private static final long STRUCT_SIZE = 56;
  private static final int WEEKDAY = 6;
  private static final int MAX_NAME = 64;

  private LocalTime() {}

  /**
   * Sets the zone.
   *
   * @param zone as in {@code TZ}; null for the system's
   */
  public static void setZone(@Nullable String zone) {
    try (Arena arena = Arena.ofConfined()) {
      if (zone == null) {
        LibC.UNSETENV.call(LibC.cString(arena, "TZ").address());
      } else {
        LibC.SETENV.call(
            LibC.cString(arena, "TZ").address(), LibC.cString(arena, zone).address(), 1);
      }
      LibC.TZSET.tryCall();
    }
  }

  /**
   * The fields of {@code struct tm} and the seconds east of Greenwich, at a time since 1970.
   *
   * @throws PosixException if the year is too large
   */
  public static long[] of(long seconds) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment struct = convert(arena, seconds);
      long[] values = new long[FIELDS + 1];
      for (int i = 0; i < FIELDS; i++) {
        values[i] = struct.getAtIndex(JAVA_INT, i);
      }
      values[FIELDS] = struct.get(JAVA_LONG, OFFSET_AT);
      return values;
    }
  }

  /**
   * The zone's abbreviation at a time since 1970.
   *
   * @throws PosixException if the year is too large
   */
  public static String zoneName(long seconds) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = convert(arena, seconds).get(ADDRESS, NAME_AT);
      return name.equals(MemorySegment.NULL) ? "" : name.reinterpret(MAX_NAME).getString(0);
    }
  }

  private static MemorySegment convert(Arena arena, long seconds) {
    MemorySegment time = arena.allocateFrom(JAVA_LONG, seconds);
    MemorySegment struct = arena.allocate(STRUCT_SIZE, Long.BYTES);
    if (LibC.LOCALTIME_R.call(time.address(), struct.address()) == 0) {
      throw new PosixException("localtime_r", Errno.EOVERFLOW);
    }
    return struct;
  }

  /**
   * The time since 1970 for fields of {@code struct tm}, of which the first six and the last count.
   *
   * @throws PosixException if it cannot be expressed
   */
  public static long seconds(int[] fields) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment struct = arena.allocate(STRUCT_SIZE, Long.BYTES);
      int[] copy = Arrays.copyOf(fields, FIELDS);
      copy[WEEKDAY] = -1;
      for (int i = 0; i < FIELDS; i++) {
        struct.setAtIndex(JAVA_INT, i, copy[i]);
      }
      LibC.MKTIME.tryCall(struct.address());
      // -1 is a time, too; but only success sets the day of the week.
      if (struct.getAtIndex(JAVA_INT, WEEKDAY) < 0) {
        throw new PosixException("mktime", Errno.EOVERFLOW);
      }
      return LocalDateTime.of(
                  struct.getAtIndex(JAVA_INT, 5) + 1900,
                  struct.getAtIndex(JAVA_INT, 4) + 1,
                  struct.getAtIndex(JAVA_INT, 3),
                  struct.getAtIndex(JAVA_INT, 2),
                  struct.getAtIndex(JAVA_INT, 1))
              .toEpochSecond(ZoneOffset.UTC)
          + struct.getAtIndex(JAVA_INT, 0)
          - struct.get(JAVA_LONG, OFFSET_AT);
    }
  }
}
