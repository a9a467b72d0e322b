package io.polyproc.hotspot;

import java.util.ArrayList;
import java.util.List;

/** The threads of this JVM that Java knows. */
public final class LiveThreads {
  private LiveThreads() {}

  /** All platform threads that are alive, those of the JDK among them; no stack is looked at. */
  public static List<Thread> all() {
    ThreadGroup root = Thread.currentThread().getThreadGroup();
    while (root.getParent() != null) {
      root = root.getParent();
    }
    Thread[] threads = new Thread[64];
    int count = root.enumerate(threads);
    while (count == threads.length) {
      threads = new Thread[2 * threads.length];
      count = root.enumerate(threads);
    }
    List<Thread> all = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      all.add(threads[i]);
    }
    return all;
  }
}
