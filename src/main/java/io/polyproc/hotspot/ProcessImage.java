package io.polyproc.hotspot;

import io.polyproc.posix.CLibrary;
import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.MachineCode;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.PosixException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes the image of this JVM, with all of its threads: see {@code src/main/native/dump-x86_64.c}.
 *
 * <p>What the process has in its memory is in the image: what its user's programs may see of each
 * other, and random numbers that were drawn ahead. A restored process must give these up.
 */
final class ProcessImage {
  // The commands of dump-x86_64.c and the sizes in dump-x86_64.ld.
  private static final long WRITE = 0;
  private static final long RESUMPTION = 1;
  private static final int CODE_BYTES = 0x4000;
  private static final int BYTES = 0x20000;

  /** What the C library registers with {@code rseq(2)}. */
  private static final long RSEQ_BYTES = 32;

  private static final long EBUSY = 16;
  private static final int MAX_TRIES = 1000;
  private static final long TRY_NANOS = 200_000;

  /** What {@code enum image_failure_stage} means, from 1 on. */
  private static final String[] STAGES = {
    "there is no memory for it",
    "the process's mappings can't be read",
    "the process's pages can't be read",
    "the file can't be written",
    "the process has more than an image can hold",
    "a descriptor is of a kind that can't be opened again",
    "a mapping is of a kind that can't be made again",
    "addresses are in use that no image may have",
    "a file can't be read"
  };

  private ProcessImage() {}

  /** Whether there is code for this processor and system. */
  static boolean isSupported() {
    return System.getProperty("os.name", "").equals("Linux")
        && System.getProperty("os.arch", "").equals("amd64");
  }

  /**
   * Writes it, and returns: here when it is written, and in each process that is restored from it.
   *
   * @param descriptor of the file, which is empty
   * @param modified what the file's time of modification will be set to, in seconds
   * @return what a restored process is told; empty in this one
   * @throws IOException if it can't be written, with the reason
   */
  static Optional<Resumption> write(int descriptor, long modified, ImageKey key)
      throws IOException {
    MachineCode code = load();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = request(arena, descriptor, modified, key);
      long result = code.call(WRITE, request.address(), 0);
      for (int i = 0; i < MAX_TRIES && result == -EBUSY; i++) {
        // A thread holds a lock that it could not unlock when restored; it soon holds it no more.
        LockSupport.parkNanos(TRY_NANOS);
        result = code.call(WRITE, request.address(), 0);
      }
      if (result == 0) {
        return Optional.of(Resumption.at(code.call(RESUMPTION, 0, 0)));
      }
      if (result < 0) {
        throw new ImageException(
            "the JVM's threads can't be stopped: " + CLibrary.errorName((int) -result));
      }
      if (ChildProcess.of((int) result).reap() != 0) {
        throw new ImageException(reason(descriptor));
      }
      return Optional.empty();
    }
  }

  private static MachineCode load() throws IOException {
    if (!isSupported()) {
      throw new ImageException("there is no code for this system and processor");
    }
    try {
      return MachineCode.load(ProcessImage.class, "dump-x86_64.lst", CODE_BYTES, BYTES);
    } catch (PosixException e) {
      throw new ImageException("the system allows no new code in memory: " + e.getMessage());
    }
  }

  private static MemorySegment request(Arena arena, int descriptor, long modified, ImageKey key) {
    MemorySegment request = arena.allocate(ImageLayout.REQUEST_BYTES, 8);
    CLibrary.Range locks = CLibrary.locks();
    OptionalLong rseq = CLibrary.restartableSequences();
    byte[] files = key.encodedFiles();
    set(request, ImageLayout.REQUEST_DESCRIPTOR, descriptor);
    set(request, ImageLayout.REQUEST_MODIFIED, modified);
    set(request, ImageLayout.REQUEST_MEMORY, key.memory());
    set(request, ImageLayout.REQUEST_LOCKS, locks.from());
    set(request, ImageLayout.REQUEST_LOCKS_END, locks.to());
    set(request, ImageLayout.REQUEST_RSEQ_OFFSET, rseq.orElse(0));
    set(request, ImageLayout.REQUEST_RSEQ_BYTES, rseq.isPresent() ? RSEQ_BYTES : 0);
    set(request, ImageLayout.REQUEST_NAMES, text(arena, key.encodedNames()));
    set(request, ImageLayout.REQUEST_VARIABLES, text(arena, key.encodedVariables()));
    set(request, ImageLayout.REQUEST_FILES, text(arena, files));
    set(request, ImageLayout.REQUEST_FILES_BYTES, files.length);
    return request;
  }

  private static void set(MemorySegment request, int field, long value) {
    request.set(ValueLayout.JAVA_LONG, field, value);
  }

  /** The address of these bytes and a zero byte. */
  private static long text(Arena arena, byte[] bytes) {
    MemorySegment memory = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return memory.address();
  }

  /** What the child has left in place of an image. */
  private static String reason(int descriptor) {
    try {
      ByteBuffer failure =
          ByteBuffer.wrap(MemoryFile.content(descriptor, ImageLayout.FAILURE_BYTES))
              .order(ByteOrder.nativeOrder());
      return reason(failure);
    } catch (IOException | PosixException e) {
      return "the process that wrote it was killed";
    }
  }

  private static String reason(ByteBuffer failure) {
    int stage = (int) failure.getLong(ImageLayout.FAILURE_STAGE);
    long error = failure.getLong(ImageLayout.FAILURE_ERROR);
    StringBuilder reason = new StringBuilder();
    reason.append(
        stage >= 1 && stage <= STAGES.length
            ? STAGES[stage - 1]
            : "the process that wrote it was killed");
    ByteBuffer tail = failure.duplicate().position(ImageLayout.FAILURE_TEXT);
    String text = StandardCharsets.UTF_8.decode(tail).toString();
    int end = text.indexOf('\0');
    String subject = end < 0 ? text : text.substring(0, end);
    if (!subject.isEmpty()) {
      reason.append(": ").append(subject);
    }
    if (error != 0) {
      reason.append(", ").append(CLibrary.errorName((int) error));
    }
    return reason
        .append(" (0x")
        .append(Long.toHexString(failure.getLong(ImageLayout.FAILURE_VALUE)))
        .append(')')
        .toString();
  }
}
