package io.polyproc.posix;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Large pages of memory in place of many small ones: see {@code MADV_COLLAPSE} in {@code man 2
 * madvise}.
 *
 * <p>A fork copies an entry for each page that its process has, and the child's end gives each of
 * them back. With pages of 2 MiB, instead of 4 KiB, a JVM has some hundreds of them. What a child
 * writes to is still copied in small pages.
 */
public final class HugePages {
  /** Has the bytes of a large page. */
  private static final Path SIZE_FILE =
      Path.of("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size");

  /** Has a word for each small page, see {@code man 5 proc_pid_pagemap}. */
  private static final Path PAGES = Path.of("/proc/self/pagemap");

  private static final int PAGE = 4 << 10;
  private static final int HUGE_PAGE = 2 << 20;
  private static final int PAGES_OF_ONE = HUGE_PAGE / PAGE;

  // From man 2 madvise; the C library's headers have it since glibc 2.37.
  private static final long COLLAPSE = 25;

  private HugePages() {}

  /**
   * Makes one large page of each 2 MiB of this process's private memory of which it uses at least
   * half. All of it is copied, at some gigabytes a second, and shared no more with the process that
   * this one was forked from; what was not in use becomes zeros that take memory.
   *
   * <p>What the system refuses stays as it is: that is all of it before Linux 6.1, or with small
   * pages of another size.
   *
   * @return the bytes that are in large pages now
   */
  public static long collapse() {
    long bytes = 0;
    try (FileChannel pages = FileChannel.open(PAGES)) {
      if (!Files.readString(SIZE_FILE).strip().equals(Integer.toString(HUGE_PAGE))) {
        return 0;
      }
      for (Mapping mapping : Mapping.all()) {
        if (mapping.anonymous() && mapping.isPrivate() && mapping.isReadable()) {
          bytes += collapse(mapping, pages);
        }
      }
    } catch (IOException e) {
      // No Linux, or one that does not show a process its own memory.
    }
    return bytes;
  }

  private static long collapse(Mapping mapping, FileChannel pages) throws IOException {
    long bytes = 0;
    long first = (mapping.from() + HUGE_PAGE - 1) & -HUGE_PAGE;
    for (long at = first; at + HUGE_PAGE <= mapping.to(); at += HUGE_PAGE) {
      if (isWorthIt(at, pages) && LibC.MADVISE.tryCall(at, HUGE_PAGE, COLLAPSE) == 0) {
        bytes += HUGE_PAGE;
      }
    }
    return bytes;
  }

  private static boolean isWorthIt(long address, FileChannel pages) throws IOException {
    ByteBuffer words =
        ByteBuffer.allocate(PAGES_OF_ONE * Long.BYTES).order(ByteOrder.nativeOrder());
    pages.read(words, address / PAGE * Long.BYTES);
    int present = 0;
    for (words.flip(); words.hasRemaining(); ) {
      if (words.getLong() < 0) { // its highest bit: the page is in memory
        present++;
      }
    }
    return present * 2 >= PAGES_OF_ONE;
  }
}
