package io.polyproc.trace;

import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import io.polyproc.posix.SharedLog;
import java.nio.file.Path;
import java.util.HashSet;
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
 * <p>While no program wants one, {@link #current} is null, and code that could tell something reads
 * that one variable. Else each process collects its events and writes them to the end of the one
 * file, as a {@link SharedLog}: 50 ms after the first of them, or when there are many. So the file
 * is JSON at any moment, also if a process is killed, and what is lost is what a killed process had
 * to say of its last 50 ms.
 *
 * <p>A timeline is to cost little, however much happens. So consecutive tasks that are shorter than
 * 100 µs each become one event with their number, and of messages and waits that are as short only
 * so many a second are recorded, each with the number of those before it that were not ({@link
 * RateLimit}).
 *
 * <p>Times are {@link System#nanoTime}: the same clock in all processes. Any thread may call.
 */
public final class Trace {
  /** A file that is longer gets no more events. */
  public static final long MAX_BYTES = 512L << 20;

  private static final int FULL_BUFFER = 64 << 10;
  private static final long DELAY_NANOS = 50_000_000;
  private static final long SAMPLE_NANOS = 250_000_000;

  /** Numbers of {@link #newFlow} have this bit; others are those of a pool's messages. */
  private static final long NEW_FLOW = 1L << 63;

  private static final int FLOW_COUNT_BITS = 40;

  /** Waits that are shorter than this are none. */
  private static final long MIN_WAIT_NANOS = 10_000;

  /** What takes at least as long is always recorded: there can't be many. */
  private static final long SHORT_NANOS = 100_000;

  private static final long RATE_NANOS = 1_000_000;
  private static final int BURST = 500;
  private static final int WARM_UP_ROUNDS = 1000;
  private static final int WARM_UP_SAMPLES = 30;

  /** A value over time is noted so often at most. */
  private static final long VALUE_NANOS = 1_000_000;

  private static volatile @Nullable Trace current;

  private final SharedLog log;
  private final int pid;
  private final long maxBytes;
  private final AtomicInteger flows = new AtomicInteger();
  private final Sampler sampler = new Sampler();
  private final RateLimit messages = new RateLimit(RATE_NANOS, BURST, System.nanoTime());
  private final RateLimit shortWaits = new RateLimit(RATE_NANOS, BURST, System.nanoTime());

  // Not a monitor: a thread of the program that waits for it could not be left out of a fork.
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition hasEvents = lock.newCondition();

  // Guarded by the lock.
  private final TraceEvents events;
  private final Set<Value> behind = new HashSet<>();
  private boolean full;

  private Trace(Path path, long maxBytes) {
    this.log = new SharedLog(path, "]\n");
    this.maxBytes = maxBytes;
    this.pid = Processes.id();
    this.events = new TraceEvents(pid);
  }

  /** That of this process; null if there is none. */
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
    begin(path, name, MAX_BYTES);
  }

  /** The same for a file of another size. */
  static void begin(Path path, String name, long maxBytes) {
    Trace trace = new Trace(path, maxBytes);
    trace.log.create(TraceEvents.begin(trace.pid, name));
    trace.start();
  }

  /** In a process that was started by one whose timeline is in that file. */
  public static void join(Path path, String name) {
    Trace trace = new Trace(path, MAX_BYTES);
    trace.nameProcess(name);
    trace.start();
  }

  /**
   * Loads, links and compiles what telling needs, in a process whose image is kept: each process of
   * a program with a timeline would have to do so in its first second.
   */
  public static void warmUp() {
    Trace trace = new Trace(Path.of("/dev/null"), 0);
    long[] begun = {System.nanoTime(), System.nanoTime()};
    Value value = trace.value("items", "items");
    for (int i = 0; i < WARM_UP_ROUNDS; i++) {
      begun[1] = System.nanoTime() - SHORT_NANOS * (i & 1);
      trace.slice("warm-up", "slice", begun[1], trace.newFlow(), 0, i % 2 == 0 ? "" : "detail");
      trace.tasks("task", begun, 2, i);
      trace.waited("wait", begun[1], "");
      value.note(i);
      trace.events.clear();
    }
    for (int i = 0; i < WARM_UP_SAMPLES; i++) {
      trace.sampler.sample(trace);
    }
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
      Thread.currentThread().interrupt(); // no code interrupts this thread
    }
  }

  private void writeEvents() {
    behind.forEach(Value::catchUp);
    behind.clear();
    if (events.isEmpty() || full) {
      return;
    }
    try {
      long size = log.append(events.bytes(), events.length());
      events.clear();
      if (size > maxBytes) {
        full = true;
        byte[] last = events.last();
        log.append(last, last.length);
      }
    } catch (PosixException e) {
      full = true; // the file is gone, or the disk is full: the program is not to suffer
    }
  }

  /** Renames this process. */
  public void nameProcess(String name) {
    lock.lock();
    try {
      events.nameProcess(name);
    } finally {
      lock.unlock();
    }
  }

  /** The time, for {@code begin} below. */
  public static long now() {
    return System.nanoTime();
  }

  /** A number for an arrow from one event to others, in whatever process. */
  public long newFlow() {
    return NEW_FLOW | ((long) pid << FLOW_COUNT_BITS) | flows.incrementAndGet();
  }

  /**
   * A number for the arrow of a message that begins now; 0 if that is not to be recorded, as there
   * are too many.
   */
  public long newMessage() {
    return messages.allows(System.nanoTime()) ? newFlow() : 0;
  }

  /**
   * A message was sent by the calling thread.
   *
   * @param flow its arrow's number: {@link #newMessage}
   */
  public void sent(long begin, long flow) {
    long skipped = messages.takeSkipped();
    String detail = skipped == 0 ? "" : "after %d that are not shown".formatted(skipped);
    slice("queue", "put", begin, 0, flow, detail);
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
    long end = System.nanoTime();
    lock.lock();
    try {
      boolean first = events.isEmpty();
      events.beginSlice(category, name, begin, end, flowIn, flowOut);
      if (detail.isEmpty()) {
        events.endSlice();
      } else {
        events.endSlice(detail);
      }
      added(first);
    } finally {
      lock.unlock();
    }
  }

  private void added(boolean first) {
    if (full) {
      events.clear();
    } else if (events.length() > FULL_BUFFER) {
      writeEvents();
    } else if (first) {
      hasEvents.signalAll();
    }
  }

  /** A wait of the calling thread until now, if it was one. */
  public void waited(String name, long begin, String detail) {
    if (isWait(begin)) {
      slice("wait", name, begin, 0, 0, detail);
    }
  }

  /** Whether what has begun then and ends now is a wait that is to be recorded. */
  public boolean isWait(long begin) {
    long end = System.nanoTime();
    return end - begin >= MIN_WAIT_NANOS && (end - begin >= SHORT_NANOS || shortWaits.allows(end));
  }

  /**
   * Consecutive tasks of the calling thread. Those that are short become one event, with their
   * number.
   *
   * @param begun when each began
   * @param count how many of these count
   * @param flow of the arrow that ends at the first and goes on from the last
   */
  public void tasks(String name, long[] begun, int count, long flow) {
    long end = System.nanoTime();
    lock.lock();
    try {
      boolean first = events.isEmpty();
      for (int i = 0; i < count; ) {
        int next = i + 1;
        if (isShort(begun, i, count, end)) {
          while (next < count && isShort(begun, next, count, end)) {
            next++;
          }
        }
        long until = next < count ? begun[next] : end;
        long flowIn = i == 0 ? flow : 0;
        long flowOut = next == count ? flow : 0;
        String shown = next - i == 1 ? name : name + " × n";
        events.beginSlice("task", shown, begun[i], until, flowIn, flowOut);
        if (next - i == 1) {
          events.endSlice();
        } else {
          events.endSlice(next - i);
        }
        i = next;
      }
      added(first);
    } finally {
      lock.unlock();
    }
  }

  private static boolean isShort(long[] begun, int i, int count, long end) {
    return (i + 1 < count ? begun[i + 1] : end) - begun[i] < SHORT_NANOS;
  }

  /** A value over time. */
  void counter(String name, String unit, double value) {
    lock.lock();
    try {
      boolean first = events.isEmpty();
      events.counter(name, System.nanoTime(), unit, value);
      added(first);
    } finally {
      lock.unlock();
    }
  }

  /** Two values over time, one below the other. */
  void counter(String name, String unit, double value, String otherUnit, double other) {
    lock.lock();
    try {
      boolean first = events.isEmpty();
      events.counter(name, System.nanoTime(), unit, value, otherUnit, other);
      added(first);
    } finally {
      lock.unlock();
    }
  }

  /** A value over time, such as the length of a queue. Any thread may note it. */
  public final class Value {
    private final String name;
    private final String unit;

    // Guarded by the lock.
    private long notedAt;
    private long value;
    private boolean isBehind;

    private Value(String name, String unit) {
      this.name = name;
      this.unit = unit;
      notedAt = System.nanoTime() - VALUE_NANOS;
    }

    /** Whether this is one of a process's timeline. */
    public boolean isOf(Trace trace) {
      return Trace.this == trace;
    }

    /** It is so much now. */
    public void note(long newValue) {
      long now = System.nanoTime();
      lock.lock();
      try {
        value = newValue;
        isBehind = true;
        if (now - notedAt >= VALUE_NANOS) {
          boolean first = events.isEmpty();
          catchUp();
          added(first);
        } else {
          behind.add(this);
        }
      } finally {
        lock.unlock();
      }
    }

    private void catchUp() {
      if (isBehind) {
        isBehind = false;
        notedAt = System.nanoTime();
        events.counter(name, notedAt, unit, Math.max(0, value));
      }
    }
  }

  /**
   * A value that is shown over time.
   *
   * @param name of it, the same for those of other processes that are the same
   * @param unit of what it is a number
   */
  public Value value(String name, String unit) {
    return new Value(name, unit);
  }
}
