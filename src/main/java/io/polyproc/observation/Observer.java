package io.polyproc.observation;

import io.polyproc.posix.Descriptors;
import io.polyproc.posix.MessageListener;
import io.polyproc.posix.MessageSocket;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks running processes what they do. Connections stay open, so that a second question costs no
 * signal; closing ends them, and leaves nothing behind in the processes.
 *
 * <p>Confined to one thread.
 */
public final class Observer implements AutoCloseable {
  private static final String DISPATCHER = "Signal Dispatch"; // the kernel keeps 15 characters

  /** How much is wanted; more takes a process longer. */
  public enum Detail {
    /** Stacks, and what pools have to do. */
    BRIEF,
    /** What each thread waits for, too. */
    WAITS,
    /** The values of local variables, too. */
    LOCALS;

    private String question() {
      return Json.write(Map.of("brief", this == BRIEF, "locals", this == LOCALS));
    }
  }

  private final MessageListener listener;
  private final Map<Integer, Conversation> open = new HashMap<>();

  /**
   * Begins to listen.
   *
   * @throws IOException if there is no place to meet that is this user's alone
   */
  public Observer() throws IOException {
    try {
      listener = MessageListener.at(Rendezvous.ofObserver());
    } catch (PosixException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /**
   * Asks processes, all at once.
   *
   * @param patience how long to wait for all of them together
   * @return the answers of those that gave one, by their ids; see {@code docs/observation.md}
   */
  public Map<Integer, Map<String, @Nullable Object>> ask(
      Collection<Integer> pids, Detail detail, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    String question = detail.question();
    Map<Integer, Map<String, @Nullable Object>> answers = new LinkedHashMap<>();
    Set<Integer> awaited = new HashSet<>();
    for (int pid : pids) {
      if (open.containsKey(pid) ? say(pid, question) : invite(pid)) {
        awaited.add(pid);
      }
    }
    while (!awaited.isEmpty() && System.nanoTime() - deadline < 0) {
      int millis = (int) Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
      List<Integer> connected = awaited.stream().filter(open::containsKey).toList();
      int[] fds = new int[connected.size() + 1];
      fds[0] = listener.fd();
      for (int i = 0; i < connected.size(); i++) {
        fds[i + 1] = conversation(connected.get(i)).fd();
      }
      boolean[] ready = Descriptors.poll(fds, millis);
      for (int i = 0; i < connected.size(); i++) {
        if (ready[i + 1]) {
          awaited.remove(connected.get(i));
          hear(connected.get(i)).ifPresent(answer -> answers.put(pidOf(answer), answer));
        }
      }
      if (ready[0]) {
        accept(awaited, question);
      }
    }
    return answers;
  }

  private Conversation conversation(int pid) {
    Conversation found = open.get(pid);
    if (found == null) {
      throw new IllegalStateException("no conversation with " + pid);
    }
    return found;
  }

  private static int pidOf(Map<String, @Nullable Object> answer) {
    return answer.get("pid") instanceof Long pid ? pid.intValue() : 0;
  }

  /**
   * Lets a process know that it is waited for. The thread that takes signals gets this one, so that
   * no system call of the program's ends early.
   */
  private static boolean invite(int pid) {
    if (!ProcessTable.catches(pid, Processes.SIGURG)) {
      return false;
    }
    for (Map.Entry<Integer, String> thread : ProcessTable.threads(pid).entrySet()) {
      if (thread.getValue().equals(DISPATCHER)) {
        return Processes.signalThread(pid, thread.getKey(), Processes.SIGURG);
      }
    }
    return false; // it has just been forked, and is not complete yet
  }

  private void accept(Set<Integer> awaited, String question) {
    Optional<MessageSocket> socket = listener.accept(0);
    if (socket.isEmpty()) {
      return;
    }
    Conversation conversation = new Conversation(socket.get());
    MessageSocket.Peer peer = conversation.peer();
    if (peer.user() != Processes.effectiveUser()
        || !awaited.contains(peer.pid())
        || open.containsKey(peer.pid())) {
      conversation.close();
      return;
    }
    open.put(peer.pid(), conversation);
    if (!say(peer.pid(), question)) {
      awaited.remove(peer.pid());
    }
  }

  private boolean say(int pid, String question) {
    try {
      conversation(pid).say(question);
      return true;
    } catch (IOException e) {
      forget(pid);
      return false;
    }
  }

  @SuppressWarnings("unchecked") // an object of JSON
  private Optional<Map<String, @Nullable Object>> hear(int pid) {
    try {
      String answer = conversation(pid).listen();
      if (answer != null && Json.parse(answer) instanceof Map<?, ?> facts) {
        Map<String, @Nullable Object> known =
            new LinkedHashMap<>((Map<String, @Nullable Object>) facts);
        known.put("pid", (long) pid); // as it is called here: it may be in a namespace
        return Optional.of(known);
      }
    } catch (PosixException | IllegalArgumentException e) {
      // It has gone, or is no process of this runtime's.
    }
    forget(pid);
    return Optional.empty();
  }

  private void forget(int pid) {
    Conversation conversation = open.remove(pid);
    if (conversation != null) {
      conversation.close();
    }
  }

  @Override
  public void close() {
    new ArrayList<>(open.values()).forEach(Conversation::close);
    open.clear();
    listener.close();
  }
}
