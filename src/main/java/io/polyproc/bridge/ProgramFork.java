package io.polyproc.bridge;

import io.polyproc.graalpy.PythonThreads;
import io.polyproc.hotspot.BufferedRandomness;
import io.polyproc.hotspot.JvmFork;
import io.polyproc.hotspot.LiveThreads;
import io.polyproc.posix.Processes;
import io.polyproc.sync.SharedSemaphore;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * {@code os.fork()}: a child that is a copy of the running program, with the calling thread and no
 * other one of the program's.
 *
 * <pre>
 *   Python's thread ── takes the GIL ── JvmFork ─┬─ parent: goes on
 *                                                └─ child:  the other threads of Python are no more;
 *                                                           collector, compilers … go on
 * </pre>
 *
 * <p>The caller holds the GIL meanwhile, so every other thread of Python waits for it or is outside
 * of Python: in a system call, or in native code. Only threads that wait in the kernel can be left
 * out; {@link JvmFork#forkProgram} waits for the others.
 */
final class ProgramFork implements JvmFork.Program {
  /**
   * The threads of the runtime, by the beginnings of their names: they go on in a child. All others
   * of the JVM's main group are the program's, or serve the parent only.
   */
  private static final List<String> RUNTIME =
      List.of(
          "TruffleCompilerThread",
          "python-actions",
          "nfi-gc",
          "polyproc-compiler-gate",
          "polyproc-gc-trigger");

  /** Our own threads that serve the parent only. */
  private static final String OWN = "polyproc-";

  /**
   * Threads that this process has not, as it was forked without them; Java takes them for alive.
   */
  private static final Set<Thread> GONE = ConcurrentHashMap.newKeySet();

  private static final Duration LOOK = Duration.ofMillis(50);

  private static boolean warm;

  /** In a child that a thread other than the main thread has forked, and in its children. */
  private static boolean firstThreadIsGone;

  private final PythonThreads python = PythonThreads.current();
  private final Runnable inChild;
  private List<Thread> dropped = List.of();
  private SharedSemaphore.@Nullable ForChild semaphores;

  private ProgramFork(Runnable inChild) {
    this.inChild = inChild;
  }

  /** Why the program can't be forked; null if it can be. */
  static @Nullable String whyImpossible() {
    String reason = JvmFork.whyNoProgramCanBeForked();
    return reason != null ? reason : PythonThreads.whyUnknown();
  }

  /**
   * Forks.
   *
   * @param inChild what else is to be done in the child before its parent goes on
   * @return the child's process id; 0 in the child
   * @throws io.polyproc.posix.PosixException as {@link JvmFork#forkProgram}
   */
  static int fork(Runnable inChild) {
    ProgramFork fork = new ProgramFork(inChild);
    if (!warm) {
      warmUp();
      warm = true;
    }
    int child = JvmFork.load().forkProgram(fork);
    fork.release();
    return child;
  }

  /**
   * Runs once what a child does first, as far as it changes nothing here: each child would load and
   * link it anew.
   */
  private static void warmUp() {
    SharedSemaphore.retainForChild().drop();
    JvmFork.warmUp();
    BufferedRandomness.forget();
  }

  @Override
  public void prepare() {
    python.lock();
    // A child has a reference of its own to each semaphore; the parent counts it for the child.
    semaphores = SharedSemaphore.retainForChild();
  }

  @Override
  public List<Thread> threads() {
    Thread self = Thread.currentThread();
    dropped =
        LiveThreads.all().stream()
            .filter(it -> !it.equals(self) && isOfProgram(it) && !GONE.contains(it))
            .toList();
    return dropped;
  }

  @Override
  public void undo() {
    if (semaphores != null) {
      semaphores.drop();
    }
    python.unlock();
  }

  /** In the parent and in the child, once there is one. */
  private void release() {
    if (semaphores != null) {
      semaphores.keep();
    }
    python.unlock();
  }

  @Override
  public void becomeChild() {
    python.forget(dropped);
    GONE.addAll(dropped);
    if (!python.isMain()) {
      python.becomeMain();
      firstThreadIsGone = true;
    }
    if (firstThreadIsGone) {
      endWithLastThread();
    }
    inChild.run();
  }

  /**
   * The program's first thread is one of those that are no more, so this process ends with the last
   * of its threads, as the kernel does it elsewhere.
   */
  private static void endWithLastThread() {
    Thread.ofPlatform()
        .daemon()
        .name("polyproc-last-thread")
        .start(
            () -> {
              try {
                for (List<Thread> alive = alive(); !alive.isEmpty(); alive = alive()) {
                  for (Thread thread : alive) {
                    // Not for ever: if a thread that is no more waits for this one, too, it
                    // might be woken in the place of this watcher.
                    boolean _ = thread.join(LOOK);
                  }
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              Processes.exit(0);
            });
  }

  private static List<Thread> alive() {
    return LiveThreads.all().stream()
        .filter(it -> isOfProgram(it) && !it.getName().startsWith(OWN) && !GONE.contains(it))
        .toList();
  }

  /** The JVM's own threads are in other groups, as the JDK's are. */
  private static boolean isOfProgram(Thread thread) {
    ThreadGroup group = thread.getThreadGroup();
    return group != null
        && group.getParent() != null
        && !group.getName().equals("InnocuousThreadGroup")
        && RUNTIME.stream().noneMatch(thread.getName()::startsWith);
  }
}
