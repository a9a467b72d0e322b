package io.polyproc.protocol;

import java.util.List;

/**
 * What a worker and its supervisor tell each other. Data never travels here: payloads are memory
 * files, and queues, pipes and locks connect workers directly.
 *
 * <p>Each message lists the descriptors that travel with it, in order; the receiver owns them.
 */
public sealed interface Message {

  /** Worker to supervisor: booted and ready for an assignment. No descriptors. */
  record Ready() implements Message {}

  /**
   * Worker to supervisor: start a process. Descriptors: payload, standard input, output and error,
   * then those that the payload refers to by index.
   *
   * @param request chosen by the worker, repeated in the answer
   * @param title what the process list shows
   * @param daemonic whether the process must not outlive the one that asks
   */
  record StartProcess(long request, String title, boolean daemonic) implements Message {}

  /** Supervisor to worker: the process exists. Descriptor: its pidfd, the sentinel. */
  record Started(long request, int pid) implements Message {}

  /** Supervisor to worker: no process could be started, and why. No descriptors. */
  record StartFailed(long request, String reason) implements Message {}

  /**
   * Supervisor to a standby worker: become this process. Descriptors: the parent's pidfd, then
   * those of {@link StartProcess}.
   */
  record Assign(String title, int parentPid, boolean daemonic) implements Message {}

  /**
   * Supervisor to worker: a process that it started has ended. No descriptors.
   *
   * @param status the exit status, or the negative number of the signal that killed it
   * @param lastLines what it wrote before it was assigned its own standard error; empty normally
   * @param booted whether it had booted, so that it may have begun what it was assigned
   */
  record Exited(int pid, int status, String lastLines, boolean booted) implements Message {}

  /**
   * Worker to supervisor: keep the descriptor for the process that asks with this token. The key is
   * drawn from a secure random source, so that no other process can ask. Descriptor: the one to
   * keep.
   */
  record ShareDescriptor(long request, String token) implements Message {}

  /**
   * Supervisor to worker: the descriptor is kept. The sender waits for it, as the receiver of the
   * token may ask before the supervisor has looked at the sender's socket. No descriptors.
   */
  record SharedDescriptor(long request) implements Message {}

  /** Worker to supervisor: hand over a kept descriptor. No descriptors. */
  record TakeDescriptor(long request, String token) implements Message {}

  /** Supervisor to worker: the descriptor asked for; none if the token is unknown. */
  record TakenDescriptor(long request) implements Message {}

  /**
   * Worker to supervisor: processes will be needed, boot ahead. Supervisor to zygote: processes
   * wait for you, warm up at once. No descriptors.
   */
  record Prepare() implements Message {}

  /**
   * Worker to supervisor: it has imported all that processes need. No descriptors.
   *
   * @param forkable whether it can be forked
   */
  record Warm(boolean forkable) implements Message {}

  /**
   * Supervisor to a worker without assignment: fork. Descriptors: the child's control socket, and
   * its standard output and error. Answered by {@link Forked} or {@link ForkFailed}.
   *
   * @param role what the child is to be
   */
  record Fork(Role role) implements Message {}

  /** What a worker is forked for. */
  enum Role {
    /** To be assigned. */
    STANDBY,
    /** To be forked in its turn, as soon as it is asked. */
    ZYGOTE
  }

  /** Worker to supervisor: its child, which is the supervisor's. No descriptors. */
  record Forked(int pid) implements Message {}

  /**
   * A child that a program's process has forked to the supervisor, on its parent's line: it is a
   * process of the program too. Descriptors: the supervisor's end of the child's own line, and the
   * child's pidfd.
   */
  record Join(int pid) implements Message {}

  /** Worker to supervisor: it could not be forked, and why. No descriptors. */
  record ForkFailed(String reason) implements Message {}

  /**
   * Zygote to supervisor: it has done all that it is to do ahead, so what is forked from now on has
   * more than what was before. No descriptors.
   */
  record Prepared() implements Message {}

  /** All message types, in the order of their tags on the wire. */
  List<Class<? extends Message>> TYPES =
      List.of(
          Ready.class,
          StartProcess.class,
          Started.class,
          StartFailed.class,
          Assign.class,
          Exited.class,
          ShareDescriptor.class,
          TakeDescriptor.class,
          TakenDescriptor.class,
          Prepare.class,
          SharedDescriptor.class,
          Warm.class,
          Fork.class,
          Forked.class,
          ForkFailed.class,
          Prepared.class,
          Join.class);
}
