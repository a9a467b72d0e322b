package io.polyproc.bridge;

import io.polyproc.trace.Trace;

/** The timeline of this process for Python; see {@link Trace}. Any thread may call. */
public final class Timeline {
  private final Trace trace;

  Timeline(Trace trace) {
    this.trace = trace;
  }

  /** The time, for {@code begin} below. */
  public long now() {
    return Trace.now();
  }

  /** See {@link Trace#slice}. */
  public void slice(
      String category, String name, long begin, long flowIn, long flowOut, String detail) {
    trace.slice(category, name, begin, flowIn, flowOut, detail);
  }

  /** See {@link Trace#waited}. */
  public void waited(String name, long begin, String detail) {
    trace.waited(name, begin, detail);
  }

  /** See {@link Trace#newFlow}. */
  public long newFlow() {
    return trace.newFlow();
  }

  /** See {@link Trace#nameProcess}. */
  public void nameProcess(String name) {
    trace.nameProcess(name);
  }

  /** See {@link Trace#flush}. */
  public void flush() {
    Trace.flush();
  }
}
