package io.polyproc.bridge;

import io.polyproc.posix.Processes;
import io.polyproc.posix.SignalRecorder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * What Python's module {@code signal} asks of Java: handlers that wake the main thread, and signals
 * that wait while they are blocked.
 *
 * <pre>
 *   a signal with a handler of Python's ── SignalWaker: ends the main thread's system call
 *                                      └── GraalPy's handler ── SignalHandler ── the function
 *   a blocked signal ── SignalRecorder: writes its siginfo_t into a pipe, which Python reads
 * </pre>
 *
 * <p>Handlers may be set on any thread; signals are recorded on any thread, one at a time.
 */
public final class Signals {
  private final BooleanSupplier observers;
  private final Map<Integer, byte[]> former = new ConcurrentHashMap<>();
  private @Nullable SignalWaker waker;
  private @Nullable SignalRecorder recorder;

  /**
   * @param observers answers observers of this process; false if there are none
   */
  Signals(BooleanSupplier observers) {
    this.observers = observers;
  }

  /** In a forked JVM, on Python's main thread. */
  synchronized void wakeAfterFork() {
    SignalWaker current = waker;
    if (current != null) {
      current.afterFork();
    }
  }

  /**
   * The descriptor that gets the number of each signal with a handler of Python's, as one byte; -1
   * for none.
   */
  public void setWakeupDescriptor(int descriptor) {
    waker().setWakeupDescriptor(descriptor);
  }

  /** Whether a signal with a handler of Python's ends a system call that the main thread is in. */
  public void setInterrupting(int signal, boolean interrupting) {
    waker().setInterrupting(signal, interrupting);
  }

  /** How often a handler of Python's was called for a signal. */
  public long handled() {
    return SignalHandler.calls();
  }

  /**
   * What GraalPy is to call for a signal.
   *
   * @param function the handler as the program knows it
   */
  public Object handler(int signal, Value function) {
    return new SignalHandler(
        signal, function, () -> waker().beforeCall(signal), () -> waker().repeater(signal));
  }

  /**
   * The signal's handler is a Python function: it wakes Python's main thread, which calls this.
   *
   * @param carrier the signal for which GraalPy has the handler; another one where the JVM takes no
   *     handler for the signal itself
   */
  public void watch(int signal, int carrier) {
    waker().watch(signal, carrier);
  }

  /** Undoes {@link #watch}. */
  public synchronized void unwatch(int signal) {
    SignalWaker current = waker;
    if (current != null) {
      current.unwatch(signal);
    }
  }

  /** Whether this process ignores a signal, or would if it were not recorded. */
  public boolean isIgnored(int signal) {
    byte[] action = former.get(signal);
    if (action != null && recorder().records(signal)) {
      return SignalRecorder.ignores(action);
    }
    return Processes.ignores(signal);
  }

  /** Lets a signal do nothing here, but have its default action in programs that are started. */
  public void accept(int signal) {
    Processes.accept(signal);
  }

  /** Lets a signal do what the kernel does by default, whatever the JVM had installed. */
  public void setDefaultAction(int signal) {
    Processes.setDefaultAction(signal);
  }

  /** Lets this process ignore a signal, whatever the JVM had installed. */
  public void ignore(int signal) {
    Processes.ignore(signal);
  }

  private synchronized SignalWaker waker() {
    SignalWaker current = waker;
    if (current == null) {
      current = new SignalWaker(observers);
      waker = current;
    }
    return current;
  }

  private synchronized SignalRecorder recorder() {
    SignalRecorder current = recorder;
    if (current == null) {
      current = SignalRecorder.create();
      recorder = current;
    }
    return current;
  }

  /** Where the infos of recorded signals are to be read from; see {@link SignalRecorder#input}. */
  public int input() {
    return recorder().input();
  }

  /** Records a signal from now on, also if other code has taken it over since the last call. */
  public void record(int signal) {
    if (!former.containsKey(signal) || !recorder().records(signal)) {
      former.put(signal, recorder().record(signal));
    }
  }

  /** Lets a signal do what it did, or what was asked for meanwhile. */
  public void restore(int signal) {
    byte[] action = former.remove(signal);
    if (action != null && recorder().records(signal)) {
      SignalRecorder.restore(signal, action);
    }
  }

  /** In a forked process: records with a pipe of its own from now on. */
  public synchronized void afterFork() {
    SignalRecorder own = SignalRecorder.create();
    recorder = own;
    former.keySet().forEach(own::record);
  }
}
