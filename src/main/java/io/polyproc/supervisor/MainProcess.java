package io.polyproc.supervisor;

import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.Processes;
import io.polyproc.protocol.Message;
import io.polyproc.protocol.MessageCodec;
import io.polyproc.supervisor.WorkerJvm.Peer;

/** The program in whose JVM the supervisor runs. Only the supervisor's thread touches it. */
final class MainProcess implements Peer {
  private final MessageSocket socket;
  private final int pidfd = ChildProcess.openPidfd(Processes.id());

  MainProcess(MessageSocket socket) {
    this.socket = socket;
  }

  MessageSocket socket() {
    return socket;
  }

  @Override
  public int pid() {
    return Processes.id();
  }

  @Override
  public int pidfd() {
    return pidfd;
  }

  @Override
  public void send(Message message, int... descriptors) {
    // If it has gone, the loop sees that next.
    boolean _ = socket.send(MessageCodec.encode(message), descriptors);
  }

  void close() {
    socket.close();
    Descriptors.close(pidfd);
  }
}
