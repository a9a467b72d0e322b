package io.polyproc.supervisor;

import io.polyproc.posix.Descriptors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Waits on one thread for descriptors to become readable, and runs what belongs to them. All state
 * behind it is that thread's alone, so nothing is locked.
 */
final class EventLoop {
  /** What is done whenever the loop has woken, or after a while. */
  @FunctionalInterface
  public interface Chore {
    /** Does what is due; returns after how many milliseconds it must run again, -1 for never. */
    int run();
  }

  private final Map<Integer, Runnable> watched = new LinkedHashMap<>();
  private final List<Chore> chores = new ArrayList<>();

  /** Runs {@code onReadable} whenever the descriptor can be read or has failed. */
  public void watch(int fd, Runnable onReadable) {
    watched.put(fd, onReadable);
  }

  /** Undoes {@link #watch}; to be called before the descriptor is closed. */
  public void forget(int fd) {
    watched.remove(fd);
  }

  /** The descriptors that are watched. */
  public Set<Integer> watched() {
    return Set.copyOf(watched.keySet());
  }

  /** Adds a chore. */
  public void add(Chore chore) {
    chores.add(chore);
  }

  /** Runs as long as {@code goOn} holds. */
  public void run(BooleanSupplier goOn) {
    while (goOn.getAsBoolean()) {
      int timeout = -1;
      for (Chore chore : List.copyOf(chores)) {
        int wish = chore.run();
        if (wish >= 0 && (timeout < 0 || wish < timeout)) {
          timeout = wish;
        }
      }
      if (goOn.getAsBoolean()) {
        await(timeout);
      }
    }
  }

  private void await(int timeoutMillis) {
    List<Map.Entry<Integer, Runnable>> entries =
        watched.entrySet().stream().map(Map.Entry::copyOf).toList();
    int[] fds = entries.stream().mapToInt(Map.Entry::getKey).toArray();
    boolean[] ready = Descriptors.poll(fds, timeoutMillis);
    for (int i = 0; i < fds.length; i++) {
      Runnable onReadable = entries.get(i).getValue();
      // One that ran before may have closed this descriptor, and even opened it as another file,
      // or have read what was there.
      if (ready[i] && onReadable.equals(watched.get(fds[i])) && isReadable(fds[i])) {
        onReadable.run();
      }
    }
  }

  private static boolean isReadable(int fd) {
    return Descriptors.poll(new int[] {fd}, 0)[0];
  }
}
