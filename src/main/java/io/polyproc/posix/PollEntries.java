package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The entries that {@code man 2 poll} takes, the one home of their layout:
 *
 * <pre>
 *   byte 0   int    the descriptor
 *   byte 4   short  the events to wait for
 *   byte 6   short  the events that came
 * </pre>
 */
final class PollEntries {
  static final short POLLIN = 1;

  private static final long BYTES = 8;
  private static final long EVENTS = 4;
  private static final long FOUND = 6;

  private PollEntries() {}

  static MemorySegment allocate(Arena arena, int count) {
    return arena.allocate(Math.max(1, count) * BYTES, BYTES);
  }

  /** Asks for events of a descriptor. */
  static void set(MemorySegment entries, int index, int fd, int events) {
    entries.set(JAVA_INT, index * BYTES, fd);
    entries.set(JAVA_SHORT, index * BYTES + EVENTS, (short) events);
    entries.set(JAVA_SHORT, index * BYTES + FOUND, (short) 0);
  }

  /** The events that came; 0 if none did. */
  static int found(MemorySegment entries, int index) {
    return Short.toUnsignedInt(entries.get(JAVA_SHORT, index * BYTES + FOUND));
  }
}
