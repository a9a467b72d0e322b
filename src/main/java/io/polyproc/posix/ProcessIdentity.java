package io.polyproc.posix;

import java.io.IOException;

/**
 * A process in one word, so that it can be written by a single instruction: its id, and from when
 * it started, so that another process that got the id later is told from it, save one in a
 * thousand.
 */
public final class ProcessIdentity {
  // Linux allows no larger ids on any machine: PID_MAX_LIMIT.
  private static final int PID_BITS = 22;
  private static final int PID_MASK = (1 << PID_BITS) - 1;
  private static final int TAGS = (1 << (Integer.SIZE - PID_BITS)) - 1;

  // man 5 proc, /proc/PID/stat, from the third field on
  private static final int STATE = 0;
  private static final int START_TIME = 22 - 3;

  private ProcessIdentity() {}

  /** This process's. */
  public static int own() {
    int pid = Processes.id();
    int identity = of(pid);
    return identity == 0 ? pid : identity;
  }

  /** The process's id. */
  public static int pid(int identity) {
    return identity & PID_MASK;
  }

  /** Whether the process has ended; the kernel may still keep its exit status. */
  public static boolean isGone(int identity) {
    int pid = pid(identity);
    return !Processes.exists(pid) || (hasTag(identity) && of(pid) != identity);
  }

  private static boolean hasTag(int identity) {
    return identity >>> PID_BITS != 0;
  }

  /** 0 if there is no such process that runs. */
  private static int of(int pid) {
    try {
      String[] fields = ProcessTitle.stat(Integer.toString(pid));
      char state = fields[STATE].charAt(0);
      if (state == 'Z' || state == 'X') {
        return 0;
      }
      int tag = 1 + (int) (Long.parseLong(fields[START_TIME]) % TAGS);
      return pid | (tag << PID_BITS);
    } catch (IOException e) {
      // There is none, or none any more.
      return 0;
    }
  }
}
