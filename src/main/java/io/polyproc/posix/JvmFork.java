package io.polyproc.posix;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Forks this JVM with all of its threads, so that a booted, warm JVM can be had in some
 * milliseconds.
 *
 * <p>{@code fork()} copies a process's memory but only the calling thread, without which no JVM
 * goes on. Here a signal brings every thread to a stop, the process is forked, and in the child
 * each thread is made anew and returns from that signal; how is written in {@code
 * src/main/native/fork-x86_64.c}. The code is that file's, compiled, as a listing among the
 * resources: nothing has to be compiled, unpacked or linked where it runs.
 *
 * <p>What a child shares with its parent, or has from it, is what {@code man 2 fork} says:
 * descriptors are shared, memory is copied when it is written to. What a JVM has cached, such as
 * {@link ProcessHandle#current}, is the parent's. Threads that sleep or wait may wake early, as
 * from a spurious wake-up.
 */
public final class JvmFork {
  // The commands and offsets of fork-x86_64.c and fork-x86_64.ld.
  private static final long INSTALL = 0;
  private static final long FORK = 1;
  private static final long LOCKS = 2;
  private static final int STATE = 0x2000;
  private static final int BYTES = 0x10000;

  /** The exit status of a child that the system has given no threads. */
  public static final int NO_THREADS = 71;

  // The JDK, GraalPy and Processes use the real-time signals from 61 on.
  private static final int SIGNAL = 60;
  private static final long SIGCHLD = 17;
  private static final long EBUSY = 16;
  private static final int MOST_TRIES = 1000;
  private static final long TRY_NANOS = 200_000;
  private static final long MOST_LOCK_BYTES = 8192;
  private static final long CLONE_PARENT = 0x8000;

  // man 2 mmap
  private static final long READ_WRITE = 3;
  private static final long READ_EXECUTE = 5;
  private static final long PRIVATE_ANONYMOUS = 0x22;

  private static @Nullable JvmFork instance;

  private final long code;

  private JvmFork(long code) {
    this.code = code;
  }

  /** Whether there is code for this processor and system. */
  public static boolean isSupported() {
    return System.getProperty("os.name", "").equals("Linux")
        && System.getProperty("os.arch", "").equals("amd64");
  }

  /**
   * Prepares this process.
   *
   * @throws PosixException if the system allows no new code in memory
   * @throws UnsupportedOperationException if {@link #isSupported} is false
   */
  public static synchronized JvmFork load() {
    JvmFork loaded = instance;
    if (loaded == null) {
      if (!isSupported()) {
        throw new UnsupportedOperationException("no JVM can be forked on this system");
      }
      loaded = new JvmFork(map(listing()));
      loaded.call(INSTALL, SIGNAL, 0);
      loaded.noteLocks();
      instance = loaded;
    }
    return loaded;
  }

  private static long map(byte[] code) {
    long address = LibC.MMAP.call(0, BYTES, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0);
    MemorySegment.copy(
        code,
        0,
        MemorySegment.ofAddress(address).reinterpret(BYTES),
        ValueLayout.JAVA_BYTE,
        0,
        code.length);
    LibC.MPROTECT.call(address, STATE, READ_EXECUTE);
    return address;
  }

  /** The bytes in the listing, which has the form of {@code objdump -d}: address, bytes, text. */
  static byte[] listing() {
    StringBuilder bytes = new StringBuilder();
    try (InputStream resource = JvmFork.class.getResourceAsStream("fork-x86_64.lst")) {
      if (resource == null) {
        throw new IllegalStateException("the code that forks a JVM is missing: reinstall polyproc");
      }
      new BufferedReader(new InputStreamReader(resource, StandardCharsets.US_ASCII))
          .lines()
          .map(line -> line.split("\t", -1))
          .filter(fields -> fields.length > 1)
          .forEach(fields -> bytes.append(fields[1].replace(" ", "")));
    } catch (IOException e) {
      throw new UncheckedIOException("the code that forks a JVM can't be read", e);
    }
    return HexFormat.of().parseHex(bytes);
  }

  /**
   * Forks. In the child this returns on the same thread, and all other threads go on too.
   *
   * @param sibling whether the child is to be this process's sibling, a child of its parent
   * @return the child's process id, or 0 in the child
   * @throws PosixException if the threads can't be stopped within two seconds, or if the system
   *     refuses a process; then nothing has happened
   */
  public synchronized int fork(boolean sibling) {
    long flags = SIGCHLD | (sibling ? CLONE_PARENT : 0);
    long result = LibC.callAt(code, FORK, SIGNAL, flags);
    for (int i = 0; i < MOST_TRIES && result == -EBUSY; i++) {
      // A thread holds a lock that it could not unlock in the child; it soon holds it no more.
      LockSupport.parkNanos(TRY_NANOS);
      result = LibC.callAt(code, FORK, SIGNAL, flags);
    }
    return (int) checked(FORK, result);
  }

  /** Tells where the C library's dynamic linker has its locks, if that is to be found. */
  private void noteLocks() {
    long start =
        Linker.nativeLinker()
            .defaultLookup()
            .find("_rtld_global")
            .map(MemorySegment::address)
            .orElse(0L);
    if (start != 0) {
      call(LOCKS, start, Math.min(MOST_LOCK_BYTES, mappedFrom(start)));
    }
  }

  /** How many bytes of memory there are from an address to the end of its mapping. */
  private static long mappedFrom(long address) {
    try {
      return Mapping.all().stream()
          .filter(mapping -> mapping.contains(address))
          .mapToLong(mapping -> mapping.to() - address)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  private long call(long what, long a, long b) {
    return checked(what, LibC.callAt(code, what, a, b));
  }

  private static long checked(long what, long result) {
    if (result < 0) {
      throw new PosixException(what == FORK ? "forking this JVM" : "sigaction", (int) -result);
    }
    return result;
  }
}
