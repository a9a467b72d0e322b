package io.polyproc.sync;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.ProcessIdentity;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A memory file with room for many semaphores, so that a program with a thousand locks needs one
 * descriptor for them and not a thousand. It has no name: the kernel frees it with the last process
 * that maps it, whatever becomes of them.
 *
 * <p>A process that is killed leaves its references to slots counted; such a slot is lost until the
 * program ends, which costs {@value SemaphoreSlot#BYTES} bytes.
 *
 * <pre>
 *    0  identity   a random number by which processes recognise an arena that they already map
 *    8  next       index of the first slot that was never used
 *   16  free       head of the list of freed slots, with a version against ABA: see {@link #free}
 *   64  slots      SLOT_COUNT times SemaphoreSlot.BYTES; a free slot's first word is the next free index
 * </pre>
 */
public final class SemaphoreArena {

  private static final int SLOT_COUNT = 4095;
  private static final long BYTES = (SLOT_COUNT + 1L) * SemaphoreSlot.BYTES;
  private static final long NAMED_BYTES = 2L * SemaphoreSlot.BYTES;
  private static final long NAMED_SLOT = SemaphoreSlot.BYTES;
  private static final int NO_DESCRIPTOR = -1;
  private static final int IDENTITY = 0;
  private static final int NEXT = 8;
  private static final int FREE = 16;

  private static final VarHandle INT = JAVA_INT.varHandle();
  private static final VarHandle LONG = JAVA_LONG.varHandle();
  private static final Map<Long, SemaphoreArena> MAPPED = new ConcurrentHashMap<>();
  private static @Nullable SemaphoreArena current;
  private static volatile int process;

  private final int descriptor;
  private final MemorySegment memory;

  private SemaphoreArena(int descriptor, MemorySegment memory) {
    this.descriptor = descriptor;
    this.memory = memory;
  }

  /**
   * In a forked JVM, and in the one that was forked: they have no arena in common from now on. What
   * semaphores there were must not be used any more.
   */
  public static synchronized void forgetAll() {
    current = null;
    MAPPED.clear();
    SlotReferences.forgetAll();
    process = 0;
  }

  /** In a forked child that goes on with its parent's semaphores. */
  public static void afterFork() {
    process = 0;
  }

  /**
   * As {@link #forgetAll}, and closes the arenas' descriptors: no other process is to have them,
   * and their semaphores must neither be used nor sent any more.
   */
  public static synchronized void abandonAll() {
    MAPPED.values().forEach(arena -> Descriptors.close(arena.descriptor));
    forgetAll();
  }

  /** This process in one word: a {@link ProcessIdentity}. */
  static int identityOfProcess() {
    int identity = process;
    if (identity == 0) {
      identity = ProcessIdentity.own();
      process = identity;
    }
    return identity;
  }

  /** A new semaphore in this process's own arena. */
  public static synchronized SharedSemaphore newSemaphore(int kind, int value, int maxValue) {
    SemaphoreArena arena = current;
    long slot = arena == null ? 0 : arena.allocate();
    if (arena == null || slot == 0) {
      arena = create();
      current = arena;
      slot = arena.allocate();
    }
    SharedSemaphore semaphore = new SharedSemaphore(arena, slot, kind, maxValue);
    semaphore.initialise(value);
    return semaphore;
  }

  /**
   * A new semaphore that has a file to itself, which other processes open by its name. It lasts as
   * long as the file does, and is unmapped once nothing refers to it here.
   *
   * @param descriptor of the file, which is empty; taken over
   */
  public static SharedSemaphore createIn(int descriptor, int kind, int value, int maxValue) {
    try (MemoryFile file = MemoryFile.of(descriptor)) {
      file.resize(NAMED_BYTES);
      SharedSemaphore semaphore = new SharedSemaphore(mapNamed(file), NAMED_SLOT, kind, maxValue);
      semaphore.initialise(value);
      semaphore.retain(); // for the file: the slot is never free
      return semaphore;
    }
  }

  /**
   * Opens a semaphore that was {@linkplain #createIn created} in a file.
   *
   * @param descriptor of the file; taken over
   * @throws IllegalArgumentException if it is another kind of file
   */
  public static SharedSemaphore openIn(int descriptor, int kind, int maxValue) {
    try (MemoryFile file = MemoryFile.of(descriptor)) {
      if (file.size() != NAMED_BYTES) {
        throw new IllegalArgumentException("sem_open of another file failed: EINVAL (22)");
      }
      SharedSemaphore semaphore = new SharedSemaphore(mapNamed(file), NAMED_SLOT, kind, maxValue);
      semaphore.retain();
      return semaphore;
    }
  }

  private static SemaphoreArena mapNamed(MemoryFile file) {
    return new SemaphoreArena(NO_DESCRIPTOR, MemoryFile.mapManaged(file.fd(), NAMED_BYTES));
  }

  private static SemaphoreArena create() {
    MemoryFile file = MemoryFile.create("polyproc-semaphores", BYTES);
    SemaphoreArena arena = new SemaphoreArena(file.fd(), MemoryFile.map(file.fd(), BYTES));
    long identity = new SecureRandom().nextLong();
    LONG.setVolatile(arena.memory, IDENTITY, identity);
    INT.setVolatile(arena.memory, NEXT, 1);
    MAPPED.put(identity, arena);
    return arena;
  }

  /**
   * The semaphore that another process sent; its reference becomes this process's.
   *
   * @param descriptor of the arena; taken over
   */
  public static SharedSemaphore open(
      int descriptor, long identity, long slot, int kind, int maxValue) {
    SemaphoreArena arena =
        MAPPED.computeIfAbsent(
            identity,
            _ -> {
              int own = Descriptors.duplicate(descriptor);
              return new SemaphoreArena(own, MemoryFile.map(own, BYTES));
            });
    Descriptors.close(descriptor);
    if ((long) LONG.getVolatile(arena.memory, IDENTITY) != identity) {
      throw new IllegalArgumentException("the descriptor received is not that of a semaphore");
    }
    return new SharedSemaphore(arena, slot, kind, maxValue);
  }

  /** An arena that this process maps already needs no descriptor to be sent. */
  public static boolean isMapped(long identity) {
    return MAPPED.containsKey(identity);
  }

  private long allocate() {
    for (long head = freeList(); index(head) != 0; head = freeList()) {
      long slot = (long) index(head) * SemaphoreSlot.BYTES;
      int next = (int) INT.getVolatile(memory, slot);
      if (LONG.compareAndSet(memory, FREE, head, entry(head, next))) {
        return slot;
      }
    }
    int index = (int) INT.getAndAdd(memory, NEXT, 1);
    if (index > SLOT_COUNT) {
      INT.getAndAdd(memory, NEXT, -1);
      return 0;
    }
    return (long) index * SemaphoreSlot.BYTES;
  }

  /**
   * Puts a slot on the free list; its upper half is a version, so that a reused head is noticed.
   */
  void free(long slot) {
    int index = (int) (slot / SemaphoreSlot.BYTES);
    long head;
    do {
      head = freeList();
      INT.setVolatile(memory, slot, index(head));
    } while (!LONG.compareAndSet(memory, FREE, head, entry(head, index)));
  }

  private long freeList() {
    return (long) LONG.getVolatile(memory, FREE);
  }

  private static int index(long entry) {
    return (int) entry;
  }

  private static long entry(long former, int index) {
    return ((former >>> 32) + 1) << 32 | index;
  }

  MemorySegment memory() {
    return memory;
  }

  /** The random number by which processes recognise it. */
  public long identity() {
    return (long) LONG.getVolatile(memory, IDENTITY);
  }

  /** The descriptor to send; it stays this object's. One that was opened by name has none. */
  public int descriptor() {
    return descriptor;
  }
}
