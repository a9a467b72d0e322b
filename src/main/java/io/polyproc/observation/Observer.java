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
    /** The lengths of queues, too. */
    QUEUES,
    /** What each thread waits for, too. */
    WAITS,
    /** The values of local variables, too. */
    LOCALS;

    private String question() {
      return Json.write(
          Map.of(
              "brief", this == BRIEF || this == QUEUES,
              "queues", this == QUEUES,
              "locals", this == LOCALS));
    }
  }

  private final MessageListener listener;
  private final Map<Integer, Conversation> open = new HashMap<>();

  /** Those that have not answered the last question yet: what comes first is that answer. */
  private final Set<Integer> unanswered = new HashSet<>();

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
    Map<Integer, Detail> wanted = new LinkedHashMap<>();
    pids.forEach(pid -> wanted.put(pid, detail));
    return ask(wanted, patience);
  }

  /**
   * Asks processes, all at once.
   *
   * @param wanted by the ids of the processes, what is wanted of each
   * @param patience how long to wait for all of them together
   * @return as the other {@code ask}
   */
  Map<Integer, Map<String, @Nullable Object>> ask(Map<Integer, Detail> wanted, Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    Map<Integer, Map<String, @Nullable Object>> answers = new LinkedHashMap<>();
    Set<Integer> awaited = new HashSet<>();
    Set<Integer> late = new HashSet<>(unanswered);
    wanted.forEach(
        (pid, detail) -> {
          if (unanswered.contains(pid)
              || (open.containsKey(pid) ? say(pid, detail.question()) : invite(pid))) {
            awaited.add(pid);
          }
        });
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
          int pid = connected.get(i);
          awaited.remove(pid);
          unanswered.remove(pid);
          hear(pid).ifPresent(answer -> answers.put(pid, answer));
          Detail detail = wanted.get(pid);
          if (late.remove(pid) && detail != null && open.containsKey(pid)) {
            // That was what it had been asked before.
            if (say(pid, detail.question())) {
              awaited.add(pid);
            }
          }
        }
      }
      if (ready[0]) {
        accept(awaited, wanted);
      }
    }
    awaited.stream().filter(open::containsKey).forEach(unanswered::add);
    return answers;
  }

  /** Ends the conversations with all other processes. */
  void keep(Set<Integer> pids) {
    List.copyOf(open.keySet()).stream().filter(pid -> !pids.contains(pid)).forEach(this::forget);
  }

  private Conversation conversation(int pid) {
    Conversation found = open.get(pid);
    if (found == null) {
      throw new IllegalStateException("no conversation with " + pid);
    }
    return found;
  }

  /**
   * Lets a process know that it is waited for. The thread that takes signals gets this one, so that
   * no system call of the program's ends early.
   */
  private static boolean invite(int pid) {
    if (!ProcessFiles.catches(pid, Processes.SIGURG)) {
      return false;
    }
    int thread = ProcessFiles.thread(pid, DISPATCHER);
    // If there is none it has just been forked, and is not complete yet.
    return thread != 0 && Processes.signalThread(pid, thread, Processes.SIGURG);
  }

  private void accept(Set<Integer> awaited, Map<Integer, Detail> wanted) {
    Optional<MessageSocket> socket = listener.accept(0);
    if (socket.isEmpty()) {
      return;
    }
    Conversation conversation = new Conversation(socket.get());
    MessageSocket.Peer peer = conversation.peer();
    Detail detail = wanted.get(peer.pid());
    if (detail == null
        || peer.user() != Processes.effectiveUser()
        || !awaited.contains(peer.pid())
        || open.containsKey(peer.pid())) {
      conversation.close();
      return;
    }
    open.put(peer.pid(), conversation);
    if (!say(peer.pid(), detail.question())) {
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
    unanswered.remove(pid);
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
