package io.polyproc.trace;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * Events of one process that are not in the file yet. Only this class knows their format, which is
 * Chrome's. Each event is a line that begins with a comma, so that what several processes append to
 * the first line is JSON at any moment.
 *
 * <pre>
 *   [                                                             begin(), by the first process
 *   {"ph":"M", … "name":"process_name", …}                        its name
 *   ,{"ph":"X","pid":…,"tid":…,"ts":…,"dur":…,"cat":…,"name":…}   a slice, and arrows by "bind_id"
 *   ,{"ph":"C", … "args":{"items":3}}                             a value over time
 *   ]
 * </pre>
 *
 * <p>Confined to one thread at a time.
 */
final class TraceEvents {
  private static final byte[] SLICE = ascii(",{\"ph\":\"X\",\"pid\":");
  private static final byte[] COUNTER = ascii(",{\"ph\":\"C\",\"pid\":");
  private static final byte[] METADATA = ascii(",{\"ph\":\"M\",\"pid\":");
  private static final byte[] THREAD = ascii(",\"tid\":");
  private static final byte[] TIME = ascii(",\"ts\":");
  private static final byte[] DURATION = ascii(",\"dur\":");
  private static final byte[] CATEGORY = ascii(",\"cat\":");
  private static final byte[] NAME = ascii(",\"name\":");
  private static final byte[] FLOW = ascii(",\"bind_id\":\"0x");
  private static final byte[] QUOTE = ascii("\"");
  private static final byte[] FLOW_IN = ascii(",\"flow_in\":true");
  private static final byte[] FLOW_OUT = ascii(",\"flow_out\":true");
  private static final byte[] DETAIL = ascii(",\"args\":{\"detail\":");
  private static final byte[] ARGUMENTS = ascii(",\"args\":{");
  private static final byte[] COLON = ascii(":");
  private static final byte[] COMMA = ascii(",");
  private static final byte[] NAME_ARGUMENT = ascii(",\"args\":{\"name\":");
  private static final byte[] END = ascii("}\n");
  private static final byte[] END_OF_ARGUMENTS = ascii("}}\n");

  private final EventBuffer buffer = new EventBuffer();
  private final Set<Long> namedThreads = new HashSet<>();
  private final int pid;

  /** Of a process. */
  TraceEvents(int pid) {
    this.pid = pid;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The first lines of a file, which name the process that begins it. */
  static String begin(int pid, String name) {
    StringBuilder first = new StringBuilder("[\n{\"ph\":\"M\",\"pid\":").append(pid);
    first.append(",\"tid\":0,\"name\":\"process_name\",\"args\":{\"name\":");
    EventBuffer.quote(name, first);
    return first.append("}}\n").toString();
  }

  /** An event of its own that says that no more follow. */
  byte[] last() {
    return ",{\"ph\":\"i\",\"s\":\"p\",\"pid\":%d,\"ts\":%d,\"name\":\"the file is full: no more events\"}\n"
        .formatted(pid, System.nanoTime() / 1000)
        .getBytes(StandardCharsets.UTF_8);
  }

  boolean isEmpty() {
    return buffer.isEmpty();
  }

  int length() {
    return buffer.length();
  }

  /** The bytes, of which {@link #length} count; this object's own. */
  byte[] bytes() {
    return buffer.bytes();
  }

  void clear() {
    buffer.clear();
  }

  /** Names the process. */
  void nameProcess(String name) {
    name("process_name", 0, name);
  }

  private void name(String what, long thread, String name) {
    buffer.json(METADATA).number(pid).json(THREAD).number(thread).json(NAME).text(what);
    buffer.json(NAME_ARGUMENT).text(name).json(END_OF_ARGUMENTS);
  }

  /**
   * Begins a slice of the calling thread, which has a name in the timeline; one of the methods
   * below ends it.
   *
   * @param flowIn of the arrow that ends here; 0 for none
   * @param flowOut of the arrow that begins here; 0 for none
   */
  void beginSlice(String category, String name, long begin, long end, long flowIn, long flowOut) {
    long thread = thread();
    buffer.json(SLICE).number(pid).json(THREAD).number(thread).json(TIME).micros(begin);
    buffer.json(DURATION).micros(Math.max(0, end - begin));
    buffer.json(CATEGORY).text(category).json(NAME).text(name);
    long flow = flowOut == 0 ? flowIn : flowOut;
    if (flow != 0) {
      buffer.json(FLOW).hex(flow).json(QUOTE);
      if (flowIn != 0) {
        buffer.json(FLOW_IN);
      }
      if (flowOut != 0) {
        buffer.json(FLOW_OUT);
      }
    }
  }

  private long thread() {
    Thread thread = Thread.currentThread();
    if (namedThreads.add(thread.threadId())) {
      name("thread_name", thread.threadId(), thread.getName());
    }
    return thread.threadId();
  }

  void endSlice() {
    buffer.json(END);
  }

  /** Ends a slice that is shown with a text. */
  void endSlice(String detail) {
    buffer.json(DETAIL).text(detail).json(END_OF_ARGUMENTS);
  }

  /** Ends a slice that stands for so many. */
  void endSlice(int count) {
    buffer.json(ARGUMENTS).text("n").json(COLON).number(count).json(END_OF_ARGUMENTS);
  }

  /** A value over time. */
  void counter(String name, long moment, String unit, long value) {
    beginCounter(name, moment);
    buffer.text(unit).json(COLON).number(value).json(END_OF_ARGUMENTS);
  }

  /** A value over time that is no whole number. */
  void counter(String name, long moment, String unit, double value) {
    beginCounter(name, moment);
    buffer.text(unit).json(COLON).decimal(value).json(END_OF_ARGUMENTS);
  }

  /** Two values over time, one below the other. */
  void counter(
      String name, long moment, String unit, double value, String otherUnit, double other) {
    beginCounter(name, moment);
    buffer.text(unit).json(COLON).decimal(value).json(COMMA);
    buffer.text(otherUnit).json(COLON).decimal(other).json(END_OF_ARGUMENTS);
  }

  private void beginCounter(String name, long moment) {
    // Perfetto counts for a process what is said of the thread that has its number.
    buffer.json(COUNTER).number(pid).json(THREAD).number(pid).json(TIME).micros(moment);
    buffer.json(NAME).text(name).json(ARGUMENTS);
  }
}
