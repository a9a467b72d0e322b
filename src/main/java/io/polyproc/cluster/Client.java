package io.polyproc.cluster;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A thread of a process of this machine that uses shared objects, as its agent sees it: it gives
 * one command after the other, and may wait for the answer.
 *
 * <pre>
 *   x object operation argument…   the answer, at once or when the wait is over
 *   c                              gives the wait up: the answer, "0" if it was in vain
 * </pre>
 *
 * <p>Each step is guarded by the monitor, the engine's work included: a notice is handled once it
 * is known that the client waits.
 */
final class Client {
  private static final String ACQUIRE = "s.acquire";
  private static final int FIRST_ARGUMENT = 3;
  private static final int SEMAPHORE_ARGUMENTS = 3;

  private final Agent agent;
  private final Channel channel;
  private final String name;
  private long requests;
  private @Nullable Wait wait;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Wait(String request, String object, Fields command, byte[] bytes, long since) {}

  /**
   * @param name the process, {@code /} and a number
   */
  Client(Agent agent, Channel channel, String name) {
    this.agent = agent;
    this.channel = channel;
    this.name = name;
  }

  /** Serves it until it closes the connection. */
  void serve() throws IOException {
    agent.notices().add(name, this);
    try {
      while (true) {
        Fields message = Fields.read(channel.receive());
        switch (message.text(0)) {
          case "x" -> execute(message);
          case "c" -> giveUp();
          default -> channel.send(agent.questions().answer(message));
        }
      }
    } finally {
      agent.notices().remove(name);
      abandon();
    }
  }

  private synchronized void execute(Fields message) throws IOException {
    String object = message.text(1);
    String request = Long.toString(++requests);
    Object[] command = new Object[message.count()];
    command[0] = name;
    command[1] = request;
    for (int i = 2; i < command.length; i++) {
      command[i] = message.bytes(i);
    }
    agent.uses(ClusterObjects.process(name), object);
    byte[] bytes = Fields.of(command);
    attempt(new Wait(request, object, Fields.read(bytes), bytes, System.nanoTime()));
  }

  /** Gives a command; if there is nothing yet for the client, it waits. */
  private void attempt(Wait attempted) throws IOException {
    byte[] answer = agent.exec(attempted.object, attempted.bytes);
    if (Fields.read(answer).text(0).equals(CommandResult.WAITING)) {
      wait = attempted;
    } else {
      wait = null;
      channel.send(answer);
    }
  }

  private synchronized void giveUp() throws IOException {
    Wait current = wait;
    if (current != null) { // else the answer is on its way
      wait = null;
      channel.send(cancel(current));
    }
  }

  private byte[] cancel(Wait given) {
    boolean semaphore = given.command.text(2).startsWith("s");
    int arguments = semaphore ? SEMAPHORE_ARGUMENTS : 1;
    Object[] command = new Object[FIRST_ARGUMENT + arguments + (semaphore ? 1 : 0)];
    command[0] = name;
    command[1] = Long.toString(++requests);
    command[2] = semaphore ? "s.cancel" : "q.cancel";
    for (int i = 0; i < arguments; i++) {
      command[FIRST_ARGUMENT + i] = given.command.bytes(FIRST_ARGUMENT + i);
    }
    if (semaphore) {
      command[command.length - 1] = given.request;
    }
    return agent.exec(given.object, Fields.of(command));
  }

  /** The connection has ended while the client waited: what it gets now goes to others. */
  private synchronized void abandon() {
    Wait current = wait;
    if (current == null || agent.hasEnded()) {
      return;
    }
    wait = null;
    byte[] answer = cancel(current);
    if (current.command.text(2).equals(ACQUIRE)
        && Fields.read(answer).text(0).equals(CommandResult.DONE)) {
      agent.exec(
          current.object,
          Fields.of(
              name,
              ++requests,
              "s.release",
              current.command.bytes(FIRST_ARGUMENT),
              current.command.bytes(FIRST_ARGUMENT + 1),
              current.command.bytes(FIRST_ARGUMENT + 2)));
    }
  }

  /**
   * There may be something for the client, or there is.
   *
   * @param request with which it has waited; empty if it is to look again
   */
  synchronized void tell(String request, byte[] answer) {
    Wait current = wait;
    if (current == null) {
      return;
    }
    if (request.isEmpty()) {
      retry(current);
    } else if (request.equals(current.request)) {
      wait = null;
      try {
        channel.send(answer);
      } catch (IOException e) {
        // The thread that reads sees the end, too.
      }
    }
  }

  /**
   * Looks again if it has waited for long: a notice may have been lost with the node that sent it.
   */
  synchronized void retryAfter(long nanos) {
    Wait current = wait;
    if (current != null && System.nanoTime() - current.since >= nanos) {
      retry(
          new Wait(
              current.request, current.object, current.command, current.bytes, System.nanoTime()));
    }
  }

  private void retry(Wait retried) {
    try {
      attempt(retried);
    } catch (IOException e) {
      channel.close();
    } catch (Engine.EngineException e) {
      agent.fail(e);
    }
  }
}
