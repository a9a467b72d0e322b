package io.polyproc.supervisor;

import io.polyproc.posix.ChildProcess;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MemoryFile;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.Processes;
import io.polyproc.wire.Message;
import io.polyproc.wire.MessageCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One worker as its supervisor sees it. Only the supervisor's thread touches it; it owns the
 * control socket, the pidfd and the log, and {@link #reap} closes them.
 */
final class WorkerJvm {
  private static final int LAST_WORDS_BYTES = 4000;

  /** Where a worker is in its life. */
  enum State {
    BOOTING,
    STANDBY,
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
  private @Nullable Peer parent;
  private @Nullable ProgramRun program;

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

  int pid() {
    return process.pid();
  }

  int pidfd() {
    return process.pidfd();
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

  /** Makes it a process of {@code parent}; the descriptors stay the caller's. */
  boolean assign(
      Peer parent, ProgramRun program, String title, boolean daemonic, int[] descriptors) {
    this.parent = parent;
    this.program = program;
    this.daemonic = daemonic;
    state = State.ASSIGNED;
    return control.send(
        MessageCodec.encode(new Message.Assign(title, parent.pid(), daemonic)), descriptors);
  }

  /** Makes it the first process of a program; the descriptors stay the caller's. */
  boolean assignProgram(ProgramRun program, Message message, int[] descriptors) {
    this.program = program;
    state = State.ASSIGNED;
    return control.send(MessageCodec.encode(message), descriptors);
  }

  /** The program that it is a process of. */
  @Nullable ProgramRun program() {
    return program;
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
  void signal(int number) {
    boolean _ = ChildProcess.signal(pidfd(), number);
  }

  /** Collects the exit status of an ended process and releases everything. */
  Message.Exited reap() {
    state = State.ENDED;
    int status = process.reap();
    control.close();
    String lastWords = status == 0 ? "" : lastWords();
    log.close();
    return new Message.Exited(pid(), status, lastWords);
  }

  private String lastWords() {
    try {
      long size = Files.size(Path.of("/proc/self/fd/" + log.fd()));
      return MemoryFile.tail(log.fd(), LAST_WORDS_BYTES, size).strip();
    } catch (IOException e) {
      return "(its log can't be read: " + e + ")";
    }
  }

  /** Whoever may ask the supervisor for processes: the main program, or a worker. */
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

  static void closeAll(int[] descriptors) {
    for (int descriptor : descriptors) {
      Descriptors.close(descriptor);
    }
  }
}
