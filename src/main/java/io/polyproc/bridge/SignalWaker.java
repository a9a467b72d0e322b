package io.polyproc.bridge;

import io.polyproc.posix.Processes;
import io.polyproc.posix.SignalRelay;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Wakes Python's main thread from a blocking system call when a signal arrives whose handler is a
 * Python function. The JVM takes signals on a thread of its own, so that a {@code read} or {@code
 * select} of the main thread would go on for ever; in CPython it ends with {@code EINTR}, the
 * handler runs, and the call is made again ({@code PEP 475}).
 *
 * <p>Any thread may call; the handler runs on the JVM's.
 */
@SuppressWarnings("sunapi") // the JDK has no other interface to signals
final class SignalWaker {
  private static final String[] NAMES = {
    "HUP", "INT", "ILL", "TRAP", "ABRT", "FPE", "BUS", "SYS", "PIPE", "ALRM", "TERM", "STKFLT",
    "USR1", "USR2", "CHLD", "PWR", "IO", "URG", "WINCH", "TSTP", "CONT", "TTIN", "TTOU", "VTALRM",
    "PROF", "XCPU", "XFSZ"
  };
  // The thread may be on its way into the call when it is woken first.
  private static final int WAKES = 20;
  private static final long WAKE_MILLIS = 50;
  // A main thread that waits for the descriptor's byte must find its function called first, even
  // where it is slow to get there.
  private static final int WAKES_BEFORE_TELLING = 10;

  /** The signals that let a system call go on: {@code siginterrupt(signal, False)}. */
  private final Set<Integer> restarting = ConcurrentHashMap.newKeySet();

  private final BooleanSupplier observers;
  private volatile int wakeupDescriptor = -1;
  private volatile int mainThread = Processes.currentThread();
  private final Map<Integer, Watch> watched = new ConcurrentHashMap<>();

  /**
   * Made on Python's main thread.
   *
   * @param observers answers observers of this process; false if there are none
   */
  SignalWaker(BooleanSupplier observers) {
    this.observers = observers;
    Processes.allowWaking();
  }

  /** In a forked JVM, on Python's main thread, whose id in the kernel is another one now. */
  void afterFork() {
    mainThread = Processes.currentThread();
  }

  /** Where to write the numbers of signals to; -1 for nowhere. */
  void setWakeupDescriptor(int descriptor) {
    wakeupDescriptor = descriptor;
  }

  /** Whether a signal ends a system call of the main thread's; it does until this is called. */
  void setInterrupting(int signal, boolean interrupting) {
    if (interrupting) {
      restarting.remove(signal);
    } else {
      restarting.add(signal);
    }
  }

  /**
   * Puts itself before the handler that GraalPy has set.
   *
   * @param carrier the signal that has it; if it is another one, the signal is made one of these
   *     from now on
   */
  void watch(int number, int carrier) {
    sun.misc.Signal signal = signal(carrier);
    Watch former = watched.get(number);
    if (signal != null && former == null) {
      Watch watch = new Watch(number, signal);
      watch.begin();
      watched.put(number, watch);
      restarting.remove(number);
    }
    if (carrier != number) {
      SignalRelay.relay(number, carrier);
    }
  }

  /**
   * Lets GraalPy call a signal's present handler once more where it looks for signals next, even if
   * it has another one by then; null if the signal is not watched.
   */
  @Nullable Runnable repeater(int number) {
    Watch watch = watched.get(number);
    if (watch == null) {
      return null;
    }
    sun.misc.SignalHandler handler = watch.handler();
    return () -> handler.handle(watch.carrier);
  }

  /**
   * The signal's function is about to be called. The wakeup descriptor is told now, and not when
   * the signal comes: a call that waits for it would return before the function has been called.
   */
  void beforeCall(int number) {
    Watch watch = watched.get(number);
    if (watch != null) {
      watch.tell(watch.arrived.get());
    }
  }

  /** Gives GraalPy its handler back, before it looks at it or sets another. */
  void unwatch(int number) {
    Watch watch = watched.remove(number);
    if (watch != null) {
      sun.misc.Signal.handle(watch.carrier, watch.handler());
    }
  }

  private static sun.misc.@Nullable Signal signal(int number) {
    for (String name : NAMES) {
      try {
        sun.misc.Signal signal = new sun.misc.Signal(name);
        if (signal.getNumber() == number) {
          return signal;
        }
      } catch (IllegalArgumentException e) {
        // Not a signal of this system.
      }
    }
    return null;
  }

  private final class Watch implements sun.misc.SignalHandler {
    private final int number;
    private final sun.misc.Signal carrier;
    private sun.misc.SignalHandler handler = sun.misc.SignalHandler.SIG_IGN;

    /** How many signals have come. */
    private final AtomicLong arrived = new AtomicLong();

    /** How many of these signals, the first ones, the wakeup descriptor knows. */
    private final AtomicLong told = new AtomicLong();

    Watch(int number, sun.misc.Signal carrier) {
      this.number = number;
      this.carrier = carrier;
    }

    /** A signal that comes meanwhile waits until the former handler is known. */
    synchronized void begin() {
      handler = sun.misc.Signal.handle(carrier, this);
    }

    /** The one that was there before: GraalPy's. */
    synchronized sun.misc.SignalHandler handler() {
      return handler;
    }

    /**
     * Tells the wakeup descriptor of the next signal that it does not know.
     *
     * @param most so many signals it may know then; nothing happens if it does already
     */
    void tell(long most) {
      if (told.getAndUpdate(count -> count < most ? count + 1 : count) < most
          && wakeupDescriptor >= 0) {
        // As in CPython, a full buffer is not reported: the byte says nothing new then.
        boolean _ = Processes.writeByte(wakeupDescriptor, number);
      }
    }

    @Override
    public void handle(sun.misc.Signal signal) {
      if (number == Processes.SIGURG && observers.getAsBoolean()) {
        return;
      }
      long mine = arrived.incrementAndGet();
      handler().handle(signal);
      if (restarting.contains(number)) {
        tell(mine);
        return;
      }
      try {
        for (int i = 0; i < WAKES; i++) {
          Processes.wake(mainThread);
          Thread.sleep(WAKE_MILLIS);
          if (i >= WAKES_BEFORE_TELLING) {
            tell(mine); // other threads may wait for it while the main thread is busy
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
