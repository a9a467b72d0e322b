package io.polyproc.observation;

/**
 * Numbers for processes of several machines: those of the first one are their ids, and those of
 * others their ids and, above these, the number of the machine.
 */
public final class NodePids {
  /** No process has a larger id: the kernel's {@code PID_MAX_LIMIT}. */
  private static final int BITS = 22;

  private NodePids() {}

  /** The number of a process of a node. */
  public static int of(int node, int pid) {
    return (node << BITS) + pid;
  }

  /** The number of the machine that the process is on; 0 is the first one. */
  public static int node(int number) {
    return number >> BITS;
  }

  /** The process's id on its own machine. */
  public static int pid(int number) {
    return number & ((1 << BITS) - 1);
  }

  /** Whether the process is on this machine, so that this kernel can be asked. */
  public static boolean isLocal(int number) {
    return node(number) == 0;
  }
}
