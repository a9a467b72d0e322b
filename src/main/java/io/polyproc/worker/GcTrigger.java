package io.polyproc.worker;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import org.jspecify.annotations.Nullable;

/**
 * Collects a process's garbage before it fills the machine's memory.
 *
 * <p>The serial collector lets the old generation grow to the heap's limit, a quarter of the
 * memory, before it looks at what is garbage there; and the young one, which is small so that a
 * worker that waits is small, lets much of what a compiler leaves behind get old. So a process that
 * starts 500 others would take 3 GB, of which 300 MB are alive. Here everything is collected as
 * soon as there may be as much garbage as there was alive the last time.
 *
 * <p>Its thread, a daemon, runs once after each collection of the young generation, and costs
 * nothing in between.
 */
final class GcTrigger extends Thread {
  /** So many bytes may always be garbage: a collection takes some tenths of a second. */
  private static final long ROOM = 192L << 20;

  private final ReferenceQueue<Object> collected = new ReferenceQueue<>();

  @SuppressWarnings("unused") // a reference that is not reachable itself is never queued
  private @Nullable Reference<Object> witness;

  private static boolean started;

  private GcTrigger() {
    super("polyproc-gc-trigger");
    setDaemon(true);
  }

  /** Starts to look after this process's heap; once is enough, also for what is forked from it. */
  static synchronized void startOnce() {
    if (started) {
      return;
    }
    started = true;
    new GcTrigger().start();
  }

  @Override
  public void run() {
    long alive = used();
    try {
      while (true) {
        awaitCollection();
        if (used() - alive > Math.max(alive, ROOM)) {
          System.gc();
          alive = used();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // no code does
    }
  }

  /** An object without references is gone after the next collection. */
  private void awaitCollection() throws InterruptedException {
    witness = new PhantomReference<>(new Object(), collected);
    Reference<?> _ = collected.remove();
  }

  /** How many bytes of the heap are in use, what is garbage among them. */
  static long used() {
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
