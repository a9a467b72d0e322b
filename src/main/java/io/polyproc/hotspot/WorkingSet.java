package io.polyproc.hotspot;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The pages of memory that a restored process writes to, each of which the kernel would copy at the
 * first write. They are found in a process that tries the image out, and noted in a file beside it:
 * a restored process has them copied at once, which takes a fraction of the time.
 *
 * <p>See {@code man 5 proc_pid_pagemap}, and {@code image-layout.h} for the file.
 */
public final class WorkingSet {
  /** Ends the name of the file beside an image. */
  public static final String SUFFIX = ".pages";

  private static final int PAGE_BYTES = 4096;

  // The bits of a page's entry.
  private static final long IS_PRESENT = 1L << 63;
  private static final long IS_OF_FILE = 1L << 61;
  private static final long IS_EXCLUSIVE = 1L << 56;

  /** Pages that lie so close are taken with what is between them: each range is a system call. */
  private static final int MAX_GAP = 1;

  private WorkingSet() {}

  /**
   * The ranges that this process has written to.
   *
   * @param own in a forked child: only what it has written to since, as far as that is to be known
   * @return addresses and lengths in turn, in bytes, in ascending order
   */
  public static long[] written(boolean own) throws IOException {
    LongStream.Builder ranges = LongStream.builder();
    long wanted = IS_PRESENT | (own ? IS_EXCLUSIVE : 0);
    try (RandomAccessFile pageMap = new RandomAccessFile("/proc/self/pagemap", "r");
        Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      maps.filter(WorkingSet::isWritable).forEach(map -> addWritten(map, pageMap, wanted, ranges));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return ranges.build().toArray();
  }

  /** Private memory that can be written to, and is not the stack or the kernel's. */
  private static boolean isWritable(String map) {
    return map.matches("[0-9a-f]+-[0-9a-f]+ rw.p [^\\[]*");
  }

  private static void addWritten(
      String map, RandomAccessFile pageMap, long wanted, LongStream.Builder ranges) {
    int dash = map.indexOf('-');
    long from = Long.parseLong(map, 0, dash, 16);
    long to = Long.parseLong(map, dash + 1, map.indexOf(' '), 16);
    byte[] bytes = new byte[(int) ((to - from) / PAGE_BYTES) * Long.BYTES];
    try {
      pageMap.seek(from / PAGE_BYTES * Long.BYTES);
      pageMap.readFully(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ByteBuffer entries = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    long start = 0;
    long end = 0;
    for (long page = from; page < to; page += PAGE_BYTES) {
      if ((entries.getLong() & (wanted | IS_OF_FILE)) != wanted) {
        continue;
      }
      if (end == 0 || page - end > MAX_GAP * PAGE_BYTES) {
        add(start, end, ranges);
        start = page;
      }
      end = page + PAGE_BYTES;
    }
    add(start, end, ranges);
  }

  private static void add(long start, long end, LongStream.Builder ranges) {
    if (end != start) {
      ranges.add(start);
      ranges.add(end - start);
    }
  }

  /**
   * Writes the file.
   *
   * @param restored what a restored process has copied before it goes on
   * @param forked what a process that is forked from that has
   */
  public static void write(Path image, long[] restored, long[] forked) throws IOException {
    ByteBuffer content =
        ByteBuffer.allocate(
                ImageLayout.PAGES_RANGES + (restored.length + forked.length) * Long.BYTES)
            .order(ByteOrder.nativeOrder());
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "r")) {
      file.seek(ImageLayout.HEADER_CHECKSUM);
      content.putLong(Long.reverseBytes(file.readLong()));
    }
    content.putLong(restored.length / 2).putLong(forked.length / 2);
    content.asLongBuffer().put(restored).put(forked);
    ImageWriter.replaceBeside(image, SUFFIX, content.array());
  }
}
