package io.polyproc.bridge;

import io.polyproc.posix.SignalRecorder;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What Python's module {@code signal} asks of Java beyond {@link Bridge}: signals that wait while
 * they are blocked.
 *
 * <p>Called on any thread, one at a time.
 */
public final class Signals {
  private SignalRecorder recorder = SignalRecorder.create();
  private final Map<Integer, byte[]> former = new ConcurrentHashMap<>();

  Signals() {}

  /** Where the infos of recorded signals are to be read from; see {@link SignalRecorder#input}. */
  public int input() {
    return recorder.input();
  }

  /** Records a signal from now on, also if other code has taken it over since the last call. */
  public void record(int signal) {
    if (!former.containsKey(signal) || !recorder.records(signal)) {
      former.put(signal, recorder.record(signal));
    }
  }

  /** Lets a signal do what it did, or what was asked for meanwhile. */
  public void restore(int signal) {
    byte[] action = former.remove(signal);
    if (action != null && recorder.records(signal)) {
      SignalRecorder.restore(signal, action);
    }
  }

  /** In a forked process: it records with a pipe of its own from now on. */
  public void afterFork() {
    recorder = SignalRecorder.create();
    former.keySet().forEach(recorder::record);
  }
}
