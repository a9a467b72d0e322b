package io.polyproc.supervisor;

import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MessageSocket;
import io.polyproc.protocol.Message;
import io.polyproc.protocol.MessageCodec;
import io.polyproc.supervisor.WorkerJvm.Peer;

/**
 * A process that a program has forked itself, and that has joined the program's supervisor. It is
 * its parent's to wait for; the supervisor only serves it, until it ends.
 */
final class ForkedProcess implements Peer {
  private final int pid;
  private final MessageSocket control;
  private final int pidfd;
  private boolean closed;

  /** Takes both descriptors over. */
  ForkedProcess(int pid, int control, int pidfd) {
    this.pid = pid;
    this.control = MessageSocket.of(control);
    this.pidfd = pidfd;
  }

  MessageSocket control() {
    return control;
  }

  @Override
  public int pid() {
    return pid;
  }

  @Override
  public int pidfd() {
    return pidfd;
  }

  @Override
  public void send(Message message, int... descriptors) {
    // If it has gone, the loop sees that next.
    boolean _ = !closed && control.send(MessageCodec.encode(message), descriptors);
  }

  void close() {
    closed = true;
    control.close();
    Descriptors.close(pidfd);
  }
}
