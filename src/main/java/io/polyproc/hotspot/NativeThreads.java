package io.polyproc.hotspot;

import io.polyproc.posix.Processes;
import java.lang.reflect.Field;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import sun.misc.Unsafe;

/**
 * The kernel's ids of Java threads. HotSpot's own note of them is that of another process in one
 * that was forked or restored; the C library's record of a thread is kept up to date.
 *
 * <p>It relies on {@code Thread.eetop}, on the fields that {@link VmStructs} names, and on a record
 * that begins where {@code pthread_self} points to. Where in it the id is, is found out in the
 * calling thread, whose id is known.
 *
 * <p>Any thread may call, about threads that are in a call and so can't end meanwhile.
 */
@SuppressWarnings({"removal", "sunapi"}) // no other interface reaches these fields without options
public final class NativeThreads {
  private static final String OS_THREAD = "Thread._osthread";
  private static final String RECORD = "OSThread._pthread_id";

  /** Of glibc's {@code struct pthread}, the part in which the id may be. */
  private static final int RECORD_BYTES = 1024;

  private final Unsafe unsafe;
  private final long eetop;
  private final long osThread;
  private final long record;
  private final long id;

  private NativeThreads() throws ReflectiveOperationException {
    Field field = Unsafe.class.getDeclaredField("theUnsafe");
    field.setAccessible(true);
    unsafe = (Unsafe) field.get(null);
    eetop = unsafe.objectFieldOffset(Thread.class.getDeclaredField("eetop"));
    VmStructs structs = new VmStructs(Set.of("Thread", "OSThread"), Set.of());
    osThread = structs.offset(OS_THREAD);
    record = structs.offset(RECORD);
    id = findId();
  }

  private long findId() {
    long own = recordOf(Thread.currentThread());
    int known = Processes.currentThread();
    long found = -1;
    for (long at = 0; at < RECORD_BYTES; at += Integer.BYTES) {
      if (VmStructs.integer(own + at) == known) {
        if (found >= 0) {
          throw new UnsupportedOperationException("a thread's record has its id twice");
        }
        found = at;
      }
    }
    if (found < 0) {
      throw new UnsupportedOperationException("a thread's record does not have its id");
    }
    return found;
  }

  private long recordOf(Thread thread) {
    long java = unsafe.getLong(thread, eetop);
    return java == 0 ? 0 : VmStructs.word(VmStructs.word(java + osThread) + record);
  }

  private static final class Holder {
    static final @Nullable NativeThreads INSTANCE = load();

    private Holder() {}

    private static @Nullable NativeThreads load() {
      try {
        return new NativeThreads();
      } catch (ReflectiveOperationException | RuntimeException e) {
        return null; // another JVM: then no id is known
      }
    }
  }

  /** The kernel's id of a thread; 0 if it is not known. */
  public static int id(Thread thread) {
    NativeThreads known = Holder.INSTANCE;
    return known == null ? 0 : known.idOf(thread);
  }

  private int idOf(Thread thread) {
    long own = recordOf(thread);
    return own == 0 ? 0 : VmStructs.integer(own + id);
  }
}
