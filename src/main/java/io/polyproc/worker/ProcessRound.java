package io.polyproc.worker;

import io.polyproc.bridge.PythonRuntime;
import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.MessageSocket.Packet;
import io.polyproc.posix.Processes;
import io.polyproc.protocol.ControlClient;
import io.polyproc.protocol.Message;
import io.polyproc.protocol.MessageCodec;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * One start and end of a process within this one, so that what this takes is loaded and compiled
 * before it is needed. Stands for the supervisor, on a socket and a thread that are gone after each
 * round: a fork in between has neither.
 */
public final class ProcessRound {
  private final MessageSocket supervisor;
  private final int ownPidfd = ChildProcess.openPidfd(Processes.id());
  private final LinkedBlockingQueue<int[]> started = new LinkedBlockingQueue<>();

  private ProcessRound(MessageSocket supervisor) {
    this.supervisor = supervisor;
  }

  /**
   * Runs one round.
   *
   * @param number of the round, from 0
   * @param connect makes the Python side speak through a client until the round is over
   */
  static void run(PythonRuntime python, int number, Consumer<ControlClient> connect) {
    MessageSocket[] ends = MessageSocket.pair();
    ProcessRound round = new ProcessRound(ends[0]);
    Thread supervisor = Thread.ofPlatform().name("polyproc-process-round").start(round::supervise);
    ControlClient client = ControlClient.connect(ends[1], () -> {});
    try {
      connect.accept(client);
      python.runProcessRound(round, number);
    } finally {
      ends[0].disconnect();
      client.awaitEnd();
      await(supervisor);
      ends[0].close();
      Descriptors.close(round.ownPidfd);
    }
  }

  private void supervise() {
    for (Packet packet = supervisor.receive(); packet != null; packet = supervisor.receive()) {
      if (MessageCodec.decode(packet.data()) instanceof Message.StartProcess start) {
        started.add(packet.descriptors());
        tell(new Message.Started(start.request(), Processes.id()), ownPidfd);
      } else {
        Descriptors.closeAll(packet.descriptors());
      }
    }
  }

  private void tell(Message message, int... descriptors) {
    // Both ends are this process's.
    boolean _ = supervisor.send(MessageCodec.encode(message), descriptors);
  }

  /** The payload of the process that was started, then what its payload names by index. */
  public int[] takeStarted() throws InterruptedException {
    int[] all = started.take();
    int[] others = new int[all.length - 3];
    others[0] = all[0];
    for (int i = 4; i < all.length; i++) {
      others[i - 3] = all[i];
    }
    for (int stream = 1; stream <= 3; stream++) {
      Descriptors.close(all[stream]);
    }
    return others;
  }

  /** The parent's id: as with a worker's parent, not what the system calls the parent. */
  public int parentPid() {
    return Processes.id();
  }

  /** The process has ended. */
  public void end() {
    tell(new Message.Exited(Processes.id(), 0, "", true));
  }

  private static void await(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
