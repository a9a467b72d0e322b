package io.polyproc.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class HugePagesTest {
  private static final long BYTES = 16 << 20;
  private static final long HUGE_PAGE = 2 << 20;
  private static final long PAGE = 4 << 10;

  // man 2 mmap
  private static final long READ_WRITE = 3;
  private static final long PRIVATE_ANONYMOUS = 0x22;
  private static final long SHARED_ANONYMOUS = 0x21;

  private MemorySegment memory = MemorySegment.NULL;

  @BeforeEach
  void onlyWhereThereAreSome() throws IOException {
    Path size = Path.of("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size");
    assumeTrue(Files.exists(size), "this system has no large pages");
    assumeTrue(Files.readString(size).strip().equals("2097152"), "large pages of another size");
    String[] release = System.getProperty("os.version", "0.0").split("\\D", 3);
    assumeTrue(
        Integer.parseInt(release[0]) * 1000 + Integer.parseInt(release[1]) >= 6001,
        "a Linux before 6.1");
  }

  @AfterEach
  void unmap() {
    if (memory.address() != 0) {
      LibC.MUNMAP.call(memory.address() - PAGE, BYTES + 2 * PAGE);
    }
  }

  @Test
  void shouldPutWhatIsInUseIntoLargePagesAndKeepIt() throws IOException {
    memory = map(PRIVATE_ANONYMOUS);
    write(PAGE);

    long collapsed = HugePages.collapse();

    assertTrue(collapsed >= BYTES - HUGE_PAGE, () -> "bytes: " + collapsed);
    assertTrue(kilobytes("AnonHugePages:") >= (BYTES - HUGE_PAGE) >> 10);
    for (long at = 0; at < BYTES; at += PAGE) {
      assertEquals(at + 1, memory.get(ValueLayout.JAVA_LONG, at));
    }
  }

  @Test
  void shouldLeaveAloneWhatIsHardlyInUse() throws IOException {
    assumeTrue(
        !Files.readString(Path.of("/sys/kernel/mm/transparent_hugepage/enabled"))
            .startsWith("[always]"),
        "this system gives large pages from the first write on");
    memory = map(PRIVATE_ANONYMOUS);
    write(4 * PAGE);
    long before = kilobytes("Rss:");

    long _ = HugePages.collapse();

    assertEquals(0, kilobytes("AnonHugePages:"));
    assertEquals(before, kilobytes("Rss:"));
  }

  @Test
  void shouldLeaveAloneWhatIsShared() throws IOException {
    memory = map(SHARED_ANONYMOUS);
    write(PAGE);

    long _ = HugePages.collapse();

    assertEquals(0, kilobytes("ShmemPmdMapped:"));
    assertEquals(3 * PAGE + 1, memory.get(ValueLayout.JAVA_LONG, 3 * PAGE));
  }

  /** Between two pages that are not accessible, so that it is a mapping of its own. */
  private static MemorySegment map(long flags) {
    long address = LibC.MMAP.call(0, BYTES + 2 * PAGE, READ_WRITE, flags, -1, 0);
    LibC.MPROTECT.call(address, PAGE, 0);
    LibC.MPROTECT.call(address + PAGE + BYTES, PAGE, 0);
    return MemorySegment.ofAddress(address + PAGE).reinterpret(BYTES);
  }

  private void write(long step) {
    for (long at = 0; at < BYTES; at += step) {
      memory.set(ValueLayout.JAVA_LONG, at, at + 1);
    }
  }

  /** A figure of the mapping, see {@code man 5 proc_pid_smaps}. */
  private long kilobytes(String name) throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/self/smaps"));
    String begin = Long.toHexString(memory.address()) + "-";
    int line = 0;
    while (!lines.get(line).startsWith(begin)) {
      line++;
    }
    while (!lines.get(line).startsWith(name)) {
      line++;
    }
    return Long.parseLong(lines.get(line).replaceAll("\\D", ""));
  }
}
