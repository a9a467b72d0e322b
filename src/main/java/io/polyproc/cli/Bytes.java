package io.polyproc.cli;

import java.util.Locale;

/** Amounts of memory, for a reader. */
final class Bytes {

  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  private Bytes() {}

  static String text(long bytes) {
    return bytes >= GIB
        ? String.format(Locale.ROOT, "%.1f GiB", (double) bytes / GIB)
        : String.format(Locale.ROOT, "%d MiB", bytes / MIB);
  }
}
