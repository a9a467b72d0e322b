package io.polyproc.supervisor;

import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.MessageSocket.Packet;
import io.polyproc.posix.Processes;
import io.polyproc.protocol.Message;
import io.polyproc.protocol.Message.Role;
import io.polyproc.protocol.MessageCodec;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One worker as its supervisor sees it. Only the supervisor's thread touches it; it owns the
 * control socket, the pidfd and the log, and {@link #reap} closes them.
 */
final class WorkerJvm {
  private static final int LAST_LINES_BYTES = 4000;

  /** It takes some 20; a loaded machine may take more. */
  private static final int FORK_MILLIS = 10_000;

  /** Where a worker is in its life. */
  enum State {
    BOOTING,
    STANDBY,
    /** Never assigned: standbys are forked from it. */
    ZYGOTE,
    ASSIGNED,
    DISCARDED,
    ENDED
  }

  private final ChildProcess process;
  private final MessageSocket control;
  private final MemoryFile log;
  private State state = State.BOOTING;
  private boolean booted;
  private boolean daemonic;
  private boolean controlOpen = true;
  private boolean warm;
  private @Nullable Peer parent;
  private @Nullable Fork pendingZygote;

  /** What a child to be forked gets, and this process's end of its control socket. */
  private record Fork(MessageSocket control, MessageSocket ofChild, MemoryFile log) {
    static Fork create() {
      MessageSocket[] ends = MessageSocket.pair();
      return new Fork(ends[0], ends[1], MemoryFile.create("polyproc-worker-log", 0));
    }

    WorkerJvm child(int pid) {
      return new WorkerJvm(ChildProcess.of(pid), control, log);
    }

    void abandon() {
      control.close();
      log.close();
    }
  }

  private WorkerJvm(ChildProcess process, MessageSocket control, MemoryFile log) {
    this.process = process;
    this.control = control;
    this.log = log;
  }

  /** Starts a worker JVM, which takes some time to boot; it can be assigned to at once. */
  static WorkerJvm start(List<String> command, Map<String, String> environment) {
    MemoryFile log = MemoryFile.create("polyproc-worker-log", 0);
    MessageSocket[] ends = MessageSocket.pair();
    try {
      ChildProcess process =
          ChildProcess.start(command, "polyproc: booting", environment, log.fd(), ends[1].fd());
      return new WorkerJvm(process, ends[0], log);
    } catch (RuntimeException e) {
      log.close();
      ends[0].close();
      throw e;
    } finally {
      ends[1].close();
    }
  }

  /** From now on it is not assigned but forked. */
  void becomeZygote() {
    state = State.ZYGOTE;
  }

  /**
   * Forks a zygote.
   *
   * @param others handles what it says before it answers
   * @return a standby
   * @throws IOException if it can't be forked, or does not answer
   */
  WorkerJvm fork(Consumer<Message> others) throws IOException {
    Fork fork = Fork.create();
    try {
      ask(fork, Role.STANDBY);
      WorkerJvm child = fork.child(forkedPid(others));
      child.booted();
      return child;
    } catch (IOException | RuntimeException e) {
      fork.abandon();
      throw e;
    }
  }

  /** Asks a worker that is about to be assigned to for a zygote, before it has another message. */
  void askForZygote() throws IOException {
    Fork fork = Fork.create();
    try {
      ask(fork, Role.ZYGOTE);
      pendingZygote = fork;
    } catch (IOException | RuntimeException e) {
      fork.abandon();
      throw e;
    }
  }

  /** The zygote that was asked for; it is warm if this one was, and will not say so again. */
  WorkerJvm zygote(int pid) {
    Fork fork = pendingZygote;
    if (fork == null) {
      throw new IllegalArgumentException("process " + pid() + " was not asked to fork");
    }
    pendingZygote = null;
    WorkerJvm zygote = fork.child(pid);
    zygote.booted();
    zygote.becomeZygote();
    zygote.warm = warm;
    return zygote;
  }

  /** Tells a zygote that processes wait until it is warm. */
  void hurry() {
    // If it has ended, the loop sees that next.
    boolean _ = control.send(MessageCodec.encode(new Message.Prepare()));
  }

  /** Whether it was asked for a zygote and has not answered. */
  boolean isToBeForked() {
    return pendingZygote != null;
  }

  /** No zygote comes of it. */
  void abandonZygote() {
    Fork fork = pendingZygote;
    if (fork != null) {
      pendingZygote = null;
      fork.abandon();
    }
  }

  private void ask(Fork fork, Role role) throws IOException {
    try {
      byte[] message = MessageCodec.encode(new Message.Fork(role));
      if (!control.send(message, fork.ofChild().fd(), fork.log().fd())) {
        throw new IOException("the worker to be forked has ended");
      }
    } finally {
      fork.ofChild().close();
    }
  }

  private int forkedPid(Consumer<Message> others) throws IOException {
    while (true) {
      if (!Descriptors.poll(new int[] {control.fd()}, FORK_MILLIS)[0]) {
        throw new IOException("the worker to be forked does not answer");
      }
      Packet answer = control.receive();
      if (answer == null) {
        throw new IOException("the worker to be forked has ended");
      }
      switch (MessageCodec.decode(answer.data())) {
        case Message.Forked forked -> {
          return forked.pid();
        }
        case Message.ForkFailed failed -> throw new IOException(failed.reason());
        case Message other -> others.accept(other);
      }
    }
  }

  int pid() {
    return process.pid();
  }

  int pidfd() {
    return process.pidfd();
  }

  /** What it holds open. */
  List<Integer> descriptors() {
    return List.of(control.fd(), process.pidfd(), log.fd());
  }

  MessageSocket control() {
    return control;
  }

  boolean isControlOpen() {
    return controlOpen;
  }

  State state() {
    return state;
  }

  /** Whether it still waits for something to do. */
  boolean isUnassigned() {
    return state == State.BOOTING || state == State.STANDBY;
  }

  /** Whether it still loads Python; it may have been assigned already. */
  boolean isBooting() {
    return !booted;
  }

  void booted() {
    booted = true;
    if (state == State.BOOTING) {
      state = State.STANDBY;
    }
  }

  /** Whether it has imported what processes need, so that no fork of it has to. */
  boolean isWarm() {
    return warm;
  }

  void becomeWarm() {
    warm = true;
  }

  /** Makes it a process of {@code parent}; the descriptors stay the caller's. */
  boolean assign(Peer parent, String title, boolean daemonic, int[] descriptors) {
    this.parent = parent;
    this.daemonic = daemonic;
    state = State.ASSIGNED;
    return control.send(
        MessageCodec.encode(new Message.Assign(title, parent.pid(), daemonic)), descriptors);
  }

  /** Whether it is a process of the program. */
  boolean isAssigned() {
    return state == State.ASSIGNED;
  }

  @Nullable Peer parent() {
    return parent;
  }

  boolean isDaemonic() {
    return daemonic;
  }

  void controlClosed() {
    controlOpen = false;
  }

  /** Ends a worker that waits: it is not to be assigned any more. */
  void discard() {
    state = State.DISCARDED;
    kill();
  }

  boolean isDiscarded() {
    return state == State.DISCARDED;
  }

  void kill() {
    signal(Processes.SIGKILL);
  }

  void terminate() {
    signal(Processes.SIGTERM);
  }

  /** Sends a signal; one to a process that has ended does nothing. */
  private void signal(int number) {
    boolean _ = ChildProcess.signal(pidfd(), number);
  }

  /** Collects the exit status of an ended process and releases everything. */
  Message.Exited reap() {
    state = State.ENDED;
    abandonZygote();
    int status = process.reap();
    control.close();
    String lastLines = status == 0 ? "" : lastLines();
    log.close();
    return new Message.Exited(pid(), status, lastLines, booted);
  }

  private String lastLines() {
    return MemoryFile.tail(log.fd(), LAST_LINES_BYTES).strip();
  }

  /** A process that may ask the supervisor for others: the main program, or a worker. */
  interface Peer {
    int pid();

    /** A pidfd of the process; it stays the peer's. */
    int pidfd();

    /** Sends a message; the descriptors stay the caller's. A peer that has gone is no error. */
    void send(Message message, int... descriptors);
  }

  /** This worker as the parent of further processes. */
  Peer asPeer() {
    return new Peer() {
      @Override
      public int pid() {
        return process.pid();
      }

      @Override
      public int pidfd() {
        return process.pidfd();
      }

      @Override
      public void send(Message message, int... descriptors) {
        if (state != State.ENDED && !control.send(MessageCodec.encode(message), descriptors)) {
          controlOpen = false;
        }
      }
    };
  }
}
