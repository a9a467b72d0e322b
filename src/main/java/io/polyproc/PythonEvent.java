package io.polyproc;

import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.host.Waits;
import io.polyproc.shared.SharedCondition;
import io.polyproc.shared.SharedLock;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.time.Duration;

/**
 * A flag that Java and Python processes wait for: {@code multiprocessing.Event}.
 *
 * <pre>{@code
 * PythonEvent stop = polyproc.event();
 * polyproc.process(PythonFunction.of("worker", "run_until"), stop).start();
 * stop.set();
 * }</pre>
 */
public final class PythonEvent {
  private final SharedCondition condition;
  private final SharedLock flag;

  PythonEvent(SharedCondition condition, SharedLock flag) {
    this.condition = condition;
    this.flag = flag;
  }

  static PythonEvent create(EmbeddedRuntime host) {
    return new PythonEvent(
        SharedCondition.create(host, "Lock"), SharedLock.create(host, "Semaphore", 0));
  }

  /**
   * Whether it is set.
   *
   * @return what it was at that moment: others may change it meanwhile
   */
  public boolean isSet() {
    condition.enter();
    try {
      return look();
    } finally {
      condition.leave();
    }
  }

  private boolean look() {
    if (flag.semaphore().tryAcquire()) {
      int _ = flag.semaphore().release();
      return true;
    }
    return false;
  }

  /** Sets it, which wakes all that wait. */
  public void set() {
    condition.enter();
    try {
      boolean _ = flag.semaphore().tryAcquire();
      int _ = flag.semaphore().release();
      condition.notifyAllWaiters();
    } finally {
      condition.leave();
    }
  }

  /** Unsets it. */
  public void clear() {
    condition.enter();
    try {
      boolean _ = flag.semaphore().tryAcquire();
    } finally {
      condition.leave();
    }
  }

  /**
   * Waits until it is set.
   *
   * @throws InterruptedException if the calling thread is interrupted
   */
  public void await() throws InterruptedException {
    boolean _ = await(Waits.FOR_EVER);
  }

  /**
   * Waits until it is set; false if it was not in time.
   *
   * @param time how long to wait at most
   * @return whether it was set
   * @throws InterruptedException if the calling thread is interrupted
   */
  public boolean await(Duration time) throws InterruptedException {
    return await(Waits.nanos(time));
  }

  private boolean await(long nanos) throws InterruptedException {
    condition.enter();
    try {
      if (look()) {
        return true;
      }
      boolean _ = condition.await(nanos);
      return look();
    } finally {
      condition.leave();
    }
  }

  void write(ValueWriter writer) throws IOException {
    writer.build("event", condition, flag);
  }

  @Override
  public String toString() {
    return "PythonEvent[%s]".formatted(flag.semaphore().value() > 0 ? "set" : "not set");
  }
}
