package io.polyproc.posix;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;

/**
 * A function of the C library, called with up to six integer or pointer arguments.
 *
 * <p>All functions share one signature of six 64-bit words: under the System V ABI for x86-64 and
 * AAPCS64 on Linux the first six integer arguments travel in registers, a callee looks only at
 * those it declares, and a 32-bit one is the low half of its register. One signature means that the
 * linker generates its adapter once, which is 20 ms less at every start of a worker. Functions with
 * floating-point arguments or results don't fit; only {@link SystemCalls#callDouble} calls such.
 *
 * <p>Any thread may call; {@code errno} is captured for each thread.
 */
enum LibC {
  ACCEPT("accept4"),
  BIND("bind"),
  CHDIR("chdir"),
  CLEARENV("clearenv"),
  CLOSE("close"),
  CONNECT("connect"),
  DUP2("dup2"),
  EPOLL_CREATE("epoll_create1"),
  EPOLL_CTL("epoll_ctl"),
  EPOLL_WAIT("epoll_wait"),
  EVENTFD("eventfd"),
  EXECV("execv"),
  EXIT("_exit"),
  FCNTL("fcntl"),
  FSYNC("fsync"),
  FTRUNCATE("ftruncate"),
  GETEUID("geteuid"),
  GETPID("getpid"),
  GETSOCKOPT("getsockopt"),
  GETUID("getuid"),
  IOCTL("ioctl"),
  KILL("kill"),
  LISTEN("listen"),
  LOCALTIME_R("localtime_r"),
  LSEEK("lseek"),
  MALLOC_TRIM("malloc_trim"),
  MEMFD_CREATE("memfd_create"),
  MKTIME("mktime"),
  MMAP("mmap"),
  MPROTECT("mprotect"),
  MREMAP("mremap"),
  MUNMAP("munmap"),
  OPEN("open"),
  POLL("poll"),
  PIPE2("pipe2"),
  PREAD("pread"),
  PWRITE("pwrite"),
  READ("read"),
  RECVMSG("recvmsg"),
  SENDMSG("sendmsg"),
  SETENV("setenv"),
  SETSOCKOPT("setsockopt"),
  SHUTDOWN("shutdown"),
  SIGACTION("sigaction"),
  SIGNAL("signal"),
  SOCKET("socket"),
  SOCKETPAIR("socketpair"),
  SPAWN("posix_spawn"),
  SPAWN_ACTIONS_INIT("posix_spawn_file_actions_init"),
  SPAWN_ACTIONS_DESTROY("posix_spawn_file_actions_destroy"),
  SPAWN_ACTIONS_ADD_CHDIR("posix_spawn_file_actions_addchdir_np"),
  SPAWN_ACTIONS_ADD_DUP2("posix_spawn_file_actions_adddup2"),
  SPAWN_ACTIONS_ADD_OPEN("posix_spawn_file_actions_addopen"),
  SPAWN_ACTIONS_ADD_CLOSE_FROM("posix_spawn_file_actions_addclosefrom_np"),
  SPAWN_ATTRIBUTES_INIT("posix_spawnattr_init"),
  SPAWN_ATTRIBUTES_DESTROY("posix_spawnattr_destroy"),
  SPAWN_ATTRIBUTES_SET_FLAGS("posix_spawnattr_setflags"),
  SPAWN_ATTRIBUTES_SET_SIGNAL_DEFAULT("posix_spawnattr_setsigdefault"),
  SPAWN_ATTRIBUTES_SET_SIGNAL_MASK("posix_spawnattr_setsigmask"),
  SYSCALL("syscall"),
  TZSET("tzset"),
  UMASK("umask"),
  UNSETENV("unsetenv"),
  WAITPID("waitpid"),
  WRITE("write");

  private static final Linker LINKER = Linker.nativeLinker();
  private static final FunctionDescriptor SIGNATURE =
      FunctionDescriptor.of(
          JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle CALL =
      LINKER.downcallHandle(SIGNATURE, Linker.Option.captureCallState("errno"));
  private static final VarHandle ERRNO =
      Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final ThreadLocal<MemorySegment> STATE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

  static {
    // Loaded now: once no file can be opened any more, a class in a folder can't be, either.
    String _ = Errno.name(0);
  }

  private final String symbol;

  /** 0 if this C library does not have it. */
  private final long address;

  LibC(String symbol) {
    this.symbol = symbol;
    this.address =
        Linker.nativeLinker().defaultLookup().find(symbol).map(MemorySegment::address).orElse(0L);
  }

  /** Whether this C library has the function; some came with later releases of glibc. */
  boolean isAvailable() {
    return address != 0;
  }

  private MemorySegment address() {
    if (address == 0) {
      throw new UnsupportedOperationException("this system's C library has no " + symbol);
    }
    return MemorySegment.ofAddress(address);
  }

  /** Calls and returns the raw result; a failed call returns {@code -errno}. */
  long tryCall(long... arguments) {
    long[] a = Arrays.copyOf(arguments, 6);
    return tryCall6(a[0], a[1], a[2], a[3], a[4], a[5]);
  }

  /** {@link #tryCall} without the array, for hot paths. */
  long tryCall6(long a, long b, long c, long d, long e, long f) {
    MemorySegment state = STATE.get();
    long result;
    try {
      result = (long) CALL.invokeExact(address(), state, a, b, c, d, e, f);
    } catch (Throwable impossible) {
      throw new AssertionError("a native call cannot throw", impossible);
    }
    // A function that returns an int leaves the upper half of the register undefined.
    boolean pointer = this == MMAP || this == MREMAP || this == LOCALTIME_R;
    boolean failed = pointer ? result == -1 : (int) result == -1;
    if (failed) {
      return -(long) (int) ERRNO.get(state, 0L);
    }
    return pointer ? result : (int) result;
  }

  /** Calls code of this process that follows the same convention and returns a whole word. */
  static long callAt(long address, long a, long b, long c) {
    try {
      return (long)
          CALL.invokeExact(MemorySegment.ofAddress(address), STATE.get(), a, b, c, 0L, 0L, 0L);
    } catch (Throwable impossible) {
      throw new AssertionError("a native call cannot throw", impossible);
    }
  }

  /**
   * Calls again while a signal interrupts.
   *
   * @throws PosixException if the call fails
   */
  long call(long... arguments) {
    long result;
    do {
      result = tryCall(arguments);
    } while (result == -Errno.EINTR);
    if (result < 0) {
      throw new PosixException(symbol, (int) -result);
    }
    return result;
  }

  /** For functions that return an error number instead of setting {@code errno}. */
  void callReturningErrno(long... arguments) {
    long error = tryCall(arguments);
    if (error != 0) {
      throw new PosixException(symbol, (int) Math.abs(error));
    }
  }

  /**
   * Calls a function at an address; see {@link SystemCalls#call}.
   *
   * @param variadic whether all arguments but the first are variable ones
   */
  static long callAny(SystemCalls.Result kind, boolean variadic, long address, long... arguments) {
    MemorySegment state = STATE.get();
    MemorySegment function = MemorySegment.ofAddress(address);
    long result;
    try {
      if (arguments.length > 7) { // the last one is Python's filler
        long[] a = Arrays.copyOf(arguments, 10);
        result =
            (long)
                Long10.CALL.invokeExact(
                    function, state, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9]);
      } else {
        long[] a = Arrays.copyOf(arguments, 6);
        MethodHandle handle = variadic ? Variadic.CALL : CALL;
        result = (long) handle.invokeExact(function, state, a[0], a[1], a[2], a[3], a[4], a[5]);
      }
    } catch (Throwable impossible) {
      throw new AssertionError("a native call cannot throw", impossible);
    }
    boolean failed =
        switch (kind) {
          case INT -> (int) result == -1;
          case LONG -> result == -1;
          case POINTER -> result == 0;
        };
    if (failed) {
      return SystemCalls.FAILED + (int) ERRNO.get(state, 0L);
    }
    return kind == SystemCalls.Result.INT ? (int) result : result;
  }

  /** Calls a function at an address that takes a {@code double} and returns one. */
  static double callDouble(long address, double argument) {
    try {
      return (double) OfDouble.CALL.invokeExact(MemorySegment.ofAddress(address), argument);
    } catch (Throwable impossible) {
      throw new AssertionError("a native call cannot throw", impossible);
    }
  }

  /** Linked on first use. */
  private static final class OfDouble {
    static final MethodHandle CALL =
        LINKER.downcallHandle(
            FunctionDescriptor.of(ValueLayout.JAVA_DOUBLE, ValueLayout.JAVA_DOUBLE));
  }

  /** For more arguments than registers take; linked on first use. */
  private static final class Long10 {
    static final MethodHandle CALL =
        LINKER.downcallHandle(
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Linker.Option.captureCallState("errno"));
  }

  /** Linked on first use, which takes as long as for {@link #CALL}. */
  private static final class Variadic {
    static final MethodHandle CALL =
        LINKER.downcallHandle(
            SIGNATURE, Linker.Option.captureCallState("errno"), Linker.Option.firstVariadicArg(1));
  }

  static MemorySegment cString(Arena arena, String text) {
    return arena.allocateFrom(text);
  }

  static MemorySegment pointers(Arena arena, List<String> strings) {
    MemorySegment array = arena.allocate(ValueLayout.ADDRESS, strings.size() + 1L);
    for (int i = 0; i < strings.size(); i++) {
      array.setAtIndex(ValueLayout.ADDRESS, i, cString(arena, strings.get(i)));
    }
    array.setAtIndex(ValueLayout.ADDRESS, strings.size(), MemorySegment.NULL);
    return array;
  }
}
