package io.polyproc.bridge;

import io.polyproc.posix.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Progress bars on standard error.
 *
 * <p>On a terminal they have its last lines for themselves: the rest scrolls without them, by the
 * terminal's own means (DECSTBM), so that whatever the program writes, and wherever it has the
 * cursor, is where it would be, only a few lines higher. Elsewhere each bar is one line, once it is
 * complete.
 *
 * <p>Any thread may call. Bars are drawn by a thread of this object, which lives while there are
 * any that are not complete.
 */
public final class ProgressBars {
  private static final int ERRORS = 2;
  private static final long DRAW_NANOS = 100_000_000;
  private static final int MAX_SHOWN = 5;
  private static final int LINES_FOR_ONE = 4;
  private static final int BAR_COLUMNS = 20;
  private static final int MAX_LABEL = 30;

  private static final String SAVE = "\0337";
  private static final String RESTORE = "\0338";
  private static final String WHOLE_SCREEN = "\033[r";

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private final List<Bar> bars = new ArrayList<>();
  private @Nullable Thread thread;
  private Terminal.@Nullable Size size;
  private int reserved;
  private boolean finished;

  ProgressBars() {}

  /** A call of {@code map} or the like. Any thread may call. */
  public final class Bar {
    private final String label;
    private final long begin = System.nanoTime();
    private long total;
    private boolean atMost;
    private long done;
    private long failed;
    private long lost;
    private long end;

    Bar(String label, long total) {
      this.label = label.length() <= MAX_LABEL ? label : label.substring(0, MAX_LABEL - 1) + "…";
      this.total = total;
    }

    /** So many more were done. */
    public void done(long count) {
      add(count, 0, 0);
    }

    /** So many more have raised an error. */
    public void failed(long count) {
      add(0, count, 0);
    }

    /** So many more were lost with their worker. */
    public void lost(long count) {
      add(0, 0, count);
    }

    private void add(long moreDone, long moreFailed, long moreLost) {
      lock.lock();
      try {
        done += moreDone;
        failed += moreFailed;
        lost += moreLost;
        completeIfSo();
      } finally {
        lock.unlock();
      }
    }

    /**
     * Tells how many there are.
     *
     * @param mayBeLess whether there may be some less, as the last chunk need not be full
     */
    public void total(long count, boolean mayBeLess) {
      lock.lock();
      try {
        total = count;
        atMost = mayBeLess;
        completeIfSo();
      } finally {
        lock.unlock();
      }
    }

    /** There will be no more. */
    public void close() {
      lock.lock();
      try {
        complete();
      } finally {
        lock.unlock();
      }
    }

    private void completeIfSo() {
      if (total >= 0 && done + failed + lost >= total) {
        complete();
      }
    }

    private void complete() {
      if (end == 0) {
        end = System.nanoTime();
        completed(this);
      }
    }

    private double seconds() {
      return ((end == 0 ? System.nanoTime() : end) - begin) / 1e9;
    }

    /** As the last lines of a terminal have it. */
    String line(int columns) {
      long over = done + failed + lost;
      StringBuilder line = new StringBuilder(label).append(' ');
      if (total > 0) {
        int filled = (int) Math.min(BAR_COLUMNS, BAR_COLUMNS * over / total);
        line.append('[').append("#".repeat(filled)).append("-".repeat(BAR_COLUMNS - filled));
        line.append("] ").append(Math.min(100, 100 * over / total)).append("% ");
      }
      line.append(over);
      if (total >= 0) {
        line.append('/').append(total);
      }
      double rate = seconds() > 0 ? over / seconds() : 0;
      line.append(String.format(Locale.ROOT, rate < 10 ? ", %.1f/s" : ", %.0f/s", rate));
      if (end != 0) {
        line.append(", ").append(duration(seconds()));
      } else if (total > over && rate > 0) {
        line.append(", ").append(duration((total - over) / rate)).append(" left");
      }
      line.append(failed == 0 ? "" : ", " + failed + " failed");
      line.append(lost == 0 ? "" : ", " + lost + " lost");
      return line.length() <= columns ? line.toString() : line.substring(0, columns);
    }

    /** As a file or a pipe has it. */
    String summary() {
      long over = done + failed + lost;
      double rate = seconds() > 0 ? over / seconds() : 0;
      return String.format(
          Locale.ROOT,
          "polyproc: %s: %d%s in %s, %.1f/s, %d failed, %d lost%n",
          label,
          over,
          total < 0 || atMost ? "" : " of " + total,
          duration(seconds()),
          rate,
          failed,
          lost);
    }
  }

  private static String duration(double seconds) {
    long whole = Math.round(seconds);
    if (whole < 10) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    return whole < 3600
        ? "%d:%02d".formatted(whole / 60, whole % 60)
        : "%d:%02d:%02d".formatted(whole / 3600, whole / 60 % 60, whole % 60);
  }

  /**
   * Adds a bar.
   *
   * @param total how many there are; -1 if that is not known yet
   */
  public Bar newBar(String label, long total) {
    Bar bar = new Bar(label.replaceAll("\\p{Cntrl}", "?"), total);
    lock.lock();
    try {
      bars.add(bar);
      if (thread == null && !finished && Terminal.size(ERRORS).isPresent()) {
        thread = new Thread(this::draw, "polyproc-progress");
        thread.setDaemon(true);
        thread.start();
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    return bar;
  }

  private void completed(Bar bar) {
    if (Terminal.size(ERRORS).isEmpty()) {
      Terminal.write(ERRORS, bar.summary());
      bars.remove(bar);
    }
    changed.signalAll();
  }

  private boolean isBusy() {
    return bars.stream().anyMatch(bar -> bar.end == 0);
  }

  private void draw() {
    lock.lock();
    try {
      while (isBusy() && !finished) {
        show();
        var _ = changed.awaitNanos(DRAW_NANOS);
        if (isBusy()) {
          // No more often than ten times a second, however often something changes.
          long until = System.nanoTime() + DRAW_NANOS;
          for (long left = DRAW_NANOS; left > 0 && isBusy(); left = until - System.nanoTime()) {
            var _ = changed.awaitNanos(left);
          }
        }
      }
      show();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // no code does
    } finally {
      thread = null;
      lock.unlock();
    }
  }

  private void show() {
    Optional<Terminal.Size> found = Terminal.size(ERRORS);
    if (found.isEmpty()) {
      return;
    }
    Terminal.Size now = found.get();
    int most = Math.min(MAX_SHOWN, now.rows() / LINES_FOR_ONE);
    int wanted = Math.min(most, bars.size());
    if (wanted == 0) {
      return;
    }
    StringBuilder out = new StringBuilder();
    if (wanted != reserved || !now.equals(size)) {
      reserve(Math.max(wanted, reserved), now, out);
    }
    List<Bar> shown = new ArrayList<>(bars.stream().filter(bar -> bar.end == 0).toList());
    bars.reversed().stream().filter(bar -> bar.end != 0).forEach(shown::add);
    out.append(SAVE);
    for (int i = 0; i < reserved; i++) {
      out.append("\033[").append(now.rows() - reserved + 1 + i).append(";1H\033[2K");
      if (i < shown.size()) {
        out.append(shown.get(i).line(now.columns() - 1));
      }
    }
    Terminal.write(ERRORS, out.append(RESTORE).toString());
  }

  /** Makes room below, and lets everything above scroll alone. */
  private void reserve(int lines, Terminal.Size now, StringBuilder out) {
    int more = lines - reserved;
    if (more > 0) {
      // What is in the last lines moves up, and the cursor with it.
      out.append("\n".repeat(more)).append("\033[").append(more).append('A');
    }
    out.append(SAVE).append("\033[1;").append(now.rows() - lines).append('r').append(RESTORE);
    reserved = lines;
    size = now;
  }

  /** At the end of the program: gives all lines back, and leaves the bars as ordinary lines. */
  void finish() {
    lock.lock();
    try {
      if (finished) {
        return;
      }
      finished = true;
      changed.signalAll();
      Terminal.Size known = size;
      if (reserved > 0 && known != null) {
        StringBuilder out = new StringBuilder(SAVE);
        out.append("\033[").append(known.rows() - reserved + 1).append(";1H\033[J");
        out.append(WHOLE_SCREEN).append(RESTORE);
        for (Bar bar : bars) {
          out.append(bar.line(known.columns() - 1)).append("\r\n");
        }
        Terminal.write(ERRORS, out.toString());
        reserved = 0;
      } else {
        bars.forEach(bar -> Terminal.write(ERRORS, bar.summary()));
      }
      bars.clear();
    } finally {
      lock.unlock();
    }
  }
}
