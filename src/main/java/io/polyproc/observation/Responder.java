package io.polyproc.observation;

import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lets this process be looked at by its own user. Until then there is the handler of a signal and
 * nothing else: no thread, no descriptor, no file.
 *
 * <pre>
 *   observer  ── listens in its {@link Rendezvous}, sends SIGURG
 *   process   ── the handler's thread connects to each observer, checks who it is, and answers
 *                until the observer closes
 * </pre>
 *
 * <p>SIGURG is what {@code man 7 signal} has ignored by default, so it harms no process that is
 * none of ours, and not even one that has just become another program. Programs that have a handler
 * of their own for it go on having it: the signal is theirs when no observer waits.
 *
 * <p>Any thread may call.
 */
@SuppressWarnings("sunapi") // the JDK has no other interface to signals
public final class Responder implements sun.misc.SignalHandler {
  /** The names of threads that look begin so. */
  public static final String THREAD = "polyproc-observation";

  private final ThreadGroup group;
  private final Function<@Nullable Object, Map<String, @Nullable Object>> answers;
  private volatile sun.misc.@Nullable SignalHandler former;

  /** Open now; closed in a forked child, in which no thread serves them. */
  private final Set<Conversation> conversations = ConcurrentHashMap.newKeySet();

  /**
   * @param group of the threads that answer
   * @param answers gets a question and gives the answer, both as JSON has them
   */
  public Responder(
      ThreadGroup group, Function<@Nullable Object, Map<String, @Nullable Object>> answers) {
    this.group = group;
    this.answers = answers;
  }

  /**
   * Lets the signal be answered.
   *
   * @throws IllegalArgumentException if the JVM needs the signal for itself
   */
  public void open() {
    sun.misc.SignalHandler before = sun.misc.Signal.handle(new sun.misc.Signal("URG"), this);
    if (before != this) {
      former = isCallable(before) ? before : null;
    }
  }

  /** Java can call only Java's handlers, not the kernel's actions; SIGURG is ignored by default. */
  private static boolean isCallable(sun.misc.SignalHandler handler) {
    return !handler.equals(sun.misc.SignalHandler.SIG_DFL)
        && !handler.equals(sun.misc.SignalHandler.SIG_IGN);
  }

  /** In a forked child: its parent goes on with the conversations. */
  public void afterFork() {
    for (Conversation conversation : conversations) {
      conversation.close();
    }
    conversations.clear();
  }

  /** Runs on a thread that the JVM makes for each signal. */
  @Override
  public void handle(sun.misc.Signal signal) {
    sun.misc.SignalHandler other = former;
    if (!answer() && other != null) {
      other.handle(signal);
    }
  }

  /** Answers the observers that wait; false if there are none. */
  public boolean answer() {
    List<Path> observers = Rendezvous.observers();
    for (Path observer : observers) {
      // Of the program's group: a thread that a fork leaves behind in the parent.
      Thread thread = new Thread(group, () -> converse(observer), THREAD);
      thread.setDaemon(true);
      thread.start();
    }
    return !observers.isEmpty();
  }

  /** Answers one observer, as often as it asks. */
  public void converse(Path observer) {
    try (Conversation conversation = new Conversation(MessageSocket.connect(observer))) {
      if (conversation.peer().user() != Processes.effectiveUser()) {
        return;
      }
      conversations.add(conversation);
      try {
        for (String question = conversation.listen();
            question != null;
            question = conversation.listen()) {
          conversation.say(Json.write(answers.apply(Json.parse(question))));
        }
      } finally {
        conversations.remove(conversation);
      }
    } catch (PosixException | IOException | IllegalArgumentException e) {
      // The observer has gone, or does not speak this language: nothing is owed to it.
    }
  }
}
