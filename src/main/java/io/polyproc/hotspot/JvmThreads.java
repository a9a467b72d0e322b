package io.polyproc.hotspot;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.polyproc.posix.Processes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.AbstractQueuedLongSynchronizer;
import java.util.concurrent.locks.AbstractQueuedSynchronizer;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongToIntFunction;
import sun.misc.Unsafe;

/**
 * What HotSpot knows of a Java thread, for a fork that leaves threads out.
 *
 * <p>It relies on {@code Thread.eetop}, the address of the C++ {@code JavaThread}; on the fields of
 * that class that {@link VmStructs} names; and on the fields in which the JDK's synchronizers keep
 * their queues. {@link #load} checks all of it in the calling thread, so that another JVM is
 * refused and nothing is guessed.
 *
 * <p>Any thread may call, with the exception that each method names.
 */
@SuppressWarnings({"removal", "sunapi"}) // no other interface reaches these fields without options
final class JvmThreads {
  private static final String IN_NATIVE = "_thread_in_native";
  private static final String BLOCKED = "_thread_blocked";

  private static final String OS_THREAD = "Thread._osthread";
  private static final String STATE = "JavaThread._thread_state";
  private static final String PENDING_MONITOR = "JavaThread._current_pending_monitor";

  // As fork-x86_64.c has them.
  private static final int NUMBER_OF_IN_NATIVE = 4;
  private static final int NUMBER_OF_BLOCKED = 10;

  private final Unsafe unsafe;
  private final long eetop;
  private final VmStructs structs;

  /** The pairs of fields that hold a queue of waiting threads, by the class that has them. */
  private final Map<Class<?>, long[]> queues = new HashMap<>();

  private JvmThreads(LongToIntFunction peek) throws ReflectiveOperationException {
    Field field = Unsafe.class.getDeclaredField("theUnsafe");
    field.setAccessible(true);
    unsafe = (Unsafe) field.get(null);
    eetop = unsafe.objectFieldOffset(Thread.class.getDeclaredField("eetop"));
    structs =
        new VmStructs(
            Set.of("JavaThread", "Thread", "OSThread", "ThreadsSMRSupport", "ThreadsList"),
            Set.of(IN_NATIVE, BLOCKED));
    noteQueue(AbstractQueuedSynchronizer.class, "head", "tail");
    noteQueue(AbstractQueuedLongSynchronizer.class, "head", "tail");
    noteQueue(AbstractQueuedSynchronizer.ConditionObject.class, "firstWaiter", "lastWaiter");
    noteQueue(AbstractQueuedLongSynchronizer.ConditionObject.class, "firstWaiter", "lastWaiter");
    check(peek);
  }

  /**
   * Finds the layout.
   *
   * @param peek reads 32 bits at an address, in native code
   * @throws UnsupportedOperationException if this JVM is not as expected, with the reason
   */
  static JvmThreads load(LongToIntFunction peek) {
    try {
      return new JvmThreads(peek);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new UnsupportedOperationException(
          "this JVM's threads are not as expected: " + e.getMessage(), e);
    }
  }

  private void noteQueue(Class<?> type, String first, String last) throws NoSuchFieldException {
    queues.put(
        type,
        new long[] {
          unsafe.objectFieldOffset(type.getDeclaredField(first)),
          unsafe.objectFieldOffset(type.getDeclaredField(last))
        });
  }

  private void check(LongToIntFunction peek) {
    if (structs.constant(IN_NATIVE) != NUMBER_OF_IN_NATIVE
        || structs.constant(BLOCKED) != NUMBER_OF_BLOCKED) {
      throw new UnsupportedOperationException("the states of its threads have other numbers");
    }
    long own = address(Thread.currentThread());
    // Which state it is in while Java reads it depends on whether this is compiled.
    if (own == 0 || peek.applyAsInt(own + structs.offset(STATE)) != NUMBER_OF_IN_NATIVE) {
      throw new UnsupportedOperationException("the state of this thread is not where it should be");
    }
    int id =
        VmStructs.integer(
            VmStructs.word(own + structs.offset(OS_THREAD))
                + structs.offset("OSThread._thread_id"));
    if (id != Processes.currentThread()) {
      throw new UnsupportedOperationException("this thread's id is not where it should be");
    }
    if (VmStructs.word(own + structs.offset(PENDING_MONITOR)) != 0) {
      throw new UnsupportedOperationException("this thread seems to wait for a monitor");
    }
  }

  /** The address of the thread's {@code JavaThread}; 0 if it does not run. */
  private long address(Thread thread) {
    return unsafe.getLong(thread, eetop);
  }

  /**
   * Where fork-x86_64.c finds what it must know of a thread: its {@code struct layout}.
   *
   * @param arena holds it
   */
  MemorySegment layout(Arena arena) {
    return arena.allocateFrom(
        JAVA_LONG,
        structs.staticField("ThreadsSMRSupport._java_thread_list"),
        structs.offset("ThreadsList._length"),
        structs.offset("ThreadsList._threads"),
        structs.offset(OS_THREAD),
        structs.offset("OSThread._pthread_id"),
        structs.offset(STATE),
        structs.offset(PENDING_MONITOR));
  }

  /**
   * The addresses of the threads' {@code JavaThread}s, without those that do not run.
   *
   * @param arena holds the table
   */
  MemorySegment table(List<Thread> threads, Arena arena) {
    return arena.allocateFrom(
        JAVA_LONG,
        threads.stream().mapToLong(this::address).filter(address -> address != 0).toArray());
  }

  /** In a child: whether a thread that was left out was in native code. */
  boolean isInNative(Thread thread) {
    long java = address(thread);
    return java == 0 || VmStructs.integer(java + structs.offset(STATE)) == NUMBER_OF_IN_NATIVE;
  }

  /** Which of the threads has its {@code JavaThread} at an address. */
  Optional<Thread> at(long address, List<Thread> threads) {
    return threads.stream().filter(thread -> address(thread) == address).findFirst();
  }

  /**
   * In a child: takes a thread that is no more out of the queue in which it waits. A lock or a
   * condition wakes one waiter, and that one the next; one that is no more would keep all others
   * waiting for ever.
   */
  void leaveQueue(Thread thread) {
    Object blocker = LockSupport.getBlocker(thread);
    if (blocker == null) {
      return;
    }
    for (Class<?> type = blocker.getClass(); type != null; type = type.getSuperclass()) {
      long[] queue = queues.get(type);
      if (queue != null) {
        unsafe.putObjectVolatile(blocker, queue[0], null);
        unsafe.putObjectVolatile(blocker, queue[1], null);
        return;
      }
    }
  }
}
