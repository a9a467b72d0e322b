package io.polyproc.trace;

import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import io.polyproc.posix.SharedLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The timeline of a program: what each of its processes does and waits for, in the JSON format of
 * Chrome's traces (<a
 * href="https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU">Trace
 * Event Format</a>), which Perfetto opens.
 *
 * <p>While no program wants one, {@link #current} is null, and whoever could tell something reads
 * that one variable. Else each process collects its events and writes them to the end of the one
 * file, as a {@link SharedLog}: 20 ms after the first of them, or when there are many. So the file
 * is JSON at any moment, whoever is killed, and what is lost is what a killed process had to say of
 * its last 20 ms.
 *
 * <p>Times are {@link System#nanoTime}: the same clock in all processes. Any thread may call.
 */
public final class Trace {
  /** A file that is longer gets no more events. */
  public static final long MAX_BYTES = 512L << 20;

  private static final int FULL_BUFFER = 64 << 10;
  private static final long DELAY_NANOS = 20_000_000;
  private static final long SAMPLE_NANOS = 250_000_000;

  /** Numbers below it are those of a pool's messages, which both ends count for themselves. */
  private static final long FIRST_FLOW = 1L << 31;

  /** Waits that are shorter than this are none. */
  private static final long MIN_WAIT_NANOS = 10_000;

  /** The length of a queue is noted so often at most. */
  private static final long QUEUE_NANOS = 1_000_000;

  private static volatile @Nullable Trace current;

  private final SharedLog log;
  private final int pid;
  private final AtomicInteger flows = new AtomicInteger();
  private final Sampler sampler = new Sampler();

  // Not a monitor: a thread of the program that waits for it could not be left out of a fork.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition hasEvents = lock.newCondition();

  // Guarded by the lock.
  private StringBuilder events = new StringBuilder();
  private final Set<Long> namedThreads = new HashSet<>();
  private final Map<String, Long> queueTimes = new HashMap<>();
  private boolean full;

  private Trace(Path path) {
    this.log = new SharedLog(path, "]\n");
    this.pid = Processes.id();
  }

  /** That of this process; null if nobody wants one. */
  public static @Nullable Trace current() {
    return current;
  }

  /**
   * Begins the timeline of a program.
   *
   * @param name of the process
   * @throws PosixException if the file can't be written
   */
  public static void begin(Path path, String name) {
    Trace trace = new Trace(path);
    trace.log.create("[\n" + trace.metadata("process_name", 0, name) + "\n");
    trace.start();
  }

  /** In a process that was started by one whose timeline is in that file. */
  public static void join(Path path, String name) {
    Trace trace = new Trace(path);
    trace.nameProcess(name);
    trace.start();
  }

  /** In a forked child: what was collected is its parent's, which goes on with it. */
  public static void afterFork() {
    current = null;
  }

  private void start() {
    current = this;
    Thread thread = new Thread(this::write, "polyproc-timeline");
    thread.setDaemon(true);
    thread.start();
  }

  /** Writes what this process has collected; at its end, and when others are about to end it. */
  public static void flush() {
    Trace trace = current;
    if (trace != null) {
      trace.lock.lock();
      try {
        trace.writeEvents();
      } finally {
        trace.lock.unlock();
      }
    }
  }

  private void write() {
    try {
      long next = System.nanoTime();
      while (current == this) {
        long now = System.nanoTime();
        if (now - next >= 0) {
          sampler.sample(this);
          next = now + SAMPLE_NANOS;
        }
        lock.lock();
        try {
          if (events.isEmpty()) {
            var _ = hasEvents.awaitNanos(next - now);
          }
          if (!events.isEmpty()) {
            // Others join in meanwhile.
            var _ = hasEvents.await(DELAY_NANOS, TimeUnit.NANOSECONDS);
          }
          writeEvents();
        } finally {
          lock.unlock();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does
    }
  }

  private void writeEvents() {
    if (events.isEmpty() || full) {
      return;
    }
    byte[] piece = events.toString().getBytes(StandardCharsets.UTF_8);
    events.setLength(0);
    try {
      if (log.append(piece, piece.length) > MAX_BYTES) {
        full = true;
        byte[] last =
            ",{\"ph\":\"i\",\"s\":\"p\",\"pid\":%d,\"ts\":%d,\"name\":\"the file is full: no more events\"}\n"
                .formatted(pid, System.nanoTime() / 1000)
                .getBytes(StandardCharsets.UTF_8);
        log.append(last, last.length);
      }
    } catch (PosixException e) {
      full = true; // the file is gone, or the disk is full: the program is not to suffer
    }
  }

  /** Renames this process. */
  public void nameProcess(String name) {
    addMetadata("process_name", 0, name);
  }

  private void addMetadata(String what, long thread, String name) {
    add(new StringBuilder(",").append(metadata(what, thread, name)).append('\n'));
  }

  private StringBuilder metadata(String what, long thread, String name) {
    StringBuilder event = new StringBuilder(120);
    event.append("{\"ph\":\"M\",\"pid\":").append(pid).append(",\"tid\":").append(thread);
    event.append(",\"name\":\"").append(what).append("\",\"args\":{\"name\":");
    quote(name, event);
    return event.append("}}");
  }

  /** The time, for {@code begin} below. */
  public static long now() {
    return System.nanoTime();
  }

  /** A number for an arrow from one event to others, in whatever process. */
  public long newFlow() {
    return ((long) pid << Integer.SIZE) | FIRST_FLOW | flows.incrementAndGet();
  }

  /**
   * Something that the calling thread has done until now.
   *
   * @param begin when it began
   * @param flowIn of the arrow that ends here; 0 for none
   * @param flowOut of the arrow that begins here; 0 for none; the same number as {@code flowIn} for
   *     one that goes on
   * @param detail shown with it; empty for none
   */
  public void slice(
      String category, String name, long begin, long flowIn, long flowOut, String detail) {
    slice(category, name, begin, System.nanoTime(), flowIn, flowOut, detail);
  }

  private void slice(
      String category,
      String name,
      long begin,
      long end,
      long flowIn,
      long flowOut,
      String detail) {
    StringBuilder event = new StringBuilder(160);
    event.append(",{\"ph\":\"X\",\"pid\":").append(pid);
    event.append(",\"tid\":").append(Thread.currentThread().threadId()).append(",\"ts\":");
    micros(begin, event);
    event.append(",\"dur\":");
    micros(Math.max(0, end - begin), event);
    event.append(",\"cat\":\"").append(category).append("\",\"name\":");
    quote(name, event);
    long flow = flowOut == 0 ? flowIn : flowOut;
    if (flow != 0) {
      event.append(",\"bind_id\":\"0x").append(Long.toHexString(flow)).append('"');
      event.append(flowIn == 0 ? "" : ",\"flow_in\":true");
      event.append(flowOut == 0 ? "" : ",\"flow_out\":true");
    }
    if (!detail.isEmpty()) {
      event.append(",\"args\":{\"detail\":");
      quote(detail, event);
      event.append('}');
    }
    event.append("}\n");
    add(event);
  }

  /** A wait of the calling thread until now, if it was one. */
  public void waited(String name, long begin, String detail) {
    long end = System.nanoTime();
    if (end - begin >= MIN_WAIT_NANOS) {
      slice("wait", name, begin, end, 0, 0, detail);
    }
  }

  /**
   * Consecutive tasks of the calling thread.
   *
   * @param begun when each began
   * @param count how many of these count
   */
  public void tasks(String name, long[] begun, int count) {
    long end = System.nanoTime();
    for (int i = 0; i < count; i++) {
      slice("task", name, begun[i], i + 1 < count ? begun[i + 1] : end, 0, 0, "");
    }
  }

  /** Values over time, one below the other: names and numbers in turn, as JSON. */
  void counter(String name, String values) {
    StringBuilder event = new StringBuilder(120);
    // Perfetto counts for a process what is said of the thread that has its number.
    event.append(",{\"ph\":\"C\",\"pid\":").append(pid).append(",\"tid\":").append(pid);
    event.append(",\"ts\":");
    micros(System.nanoTime(), event);
    event.append(",\"name\":");
    quote(name, event);
    event.append(",\"args\":{").append(values).append("}}\n");
    add(event);
  }

  /** Something that another thread of this process, one of the JVM's, has done. */
  void sliceOf(int thread, String name, long begin, long end, String detail) {
    StringBuilder event = new StringBuilder(120);
    event.append(",{\"ph\":\"X\",\"pid\":").append(pid).append(",\"tid\":").append(thread);
    event.append(",\"ts\":");
    micros(begin, event);
    event.append(",\"dur\":");
    micros(Math.max(0, end - begin), event);
    event.append(",\"cat\":\"jvm\",\"name\":");
    quote(name, event);
    event.append(",\"args\":{\"detail\":");
    quote(detail, event);
    event.append("}}\n");
    add(event);
  }

  /** Names a thread that has no number of Java's. */
  void nameThread(int thread, String name) {
    addMetadata("thread_name", thread, name);
  }

  /**
   * A queue has so many items now.
   *
   * @param queue what tells it from others, in all processes
   */
  public void queueLength(String queue, long length) {
    long now = System.nanoTime();
    lock.lock();
    try {
      Long before = queueTimes.get(queue);
      if (before != null && now - before < QUEUE_NANOS && length != 0) {
        return;
      }
      queueTimes.put(queue, now);
    } finally {
      lock.unlock();
    }
    counter("queue " + queue, "\"items\":" + length);
  }

  private void add(StringBuilder event) {
    Thread thread = Thread.currentThread();
    lock.lock();
    try {
      if (full) {
        return;
      }
      boolean first = events.isEmpty();
      if (namedThreads.add(thread.threadId())) {
        addMetadata("thread_name", thread.threadId(), thread.getName());
      }
      events.append(event);
      if (events.length() > FULL_BUFFER) {
        writeEvents();
      } else if (first) {
        hasEvents.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private static void micros(long nanos, StringBuilder out) {
    out.append(nanos / 1000).append('.');
    int rest = (int) (nanos % 1000);
    out.append((char) ('0' + rest / 100)).append((char) ('0' + rest / 10 % 10));
    out.append((char) ('0' + rest % 10));
  }

  static void quote(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
