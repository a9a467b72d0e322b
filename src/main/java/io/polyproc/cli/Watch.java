package io.polyproc.cli;

import io.polyproc.cluster.ClusterFolder;
import io.polyproc.cluster.NodeControl;
import io.polyproc.observation.LiveView;
import io.polyproc.observation.NodePids;
import io.polyproc.observation.NodeProcesses;
import io.polyproc.observation.ProcessRow;
import io.polyproc.observation.WaitReport;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a command shows live: the processes of this user on this machine, and those on the other
 * nodes of a cluster if it was asked for them. Processes are named by the numbers of their rows.
 *
 * <p>Confined to one thread.
 */
final class Watch implements AutoCloseable {
  /** How long what was asked for once may take. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration LOOK = Duration.ofMillis(300);

  private final LiveView here;
  private final @Nullable NodeControl agent;

  /** The names of the other nodes, by their numbers: each keeps its own. */
  private final List<String> nodes = new ArrayList<>(List.of(""));

  /**
   * @param agent of this machine's node; null to show this machine alone
   * @throws IOException if this user's programs can't be looked at
   */
  Watch(@Nullable NodeControl agent) throws IOException {
    this.agent = agent;
    here = agent == null ? new LiveView(LOOK) : new LiveView(LOOK, () -> elsewhere(agent));
  }

  private List<NodeProcesses> elsewhere(NodeControl asked) {
    List<NodeProcesses> found = new ArrayList<>();
    try {
      for (Map.Entry<String, String> node : asked.lookAtOthers(LOOK).entrySet()) {
        if (!nodes.contains(node.getKey())) {
          nodes.add(node.getKey());
        }
        found.add(NodeProcesses.read(nodes.indexOf(node.getKey()), node.getKey(), node.getValue()));
      }
    } catch (IOException e) {
      // The agent has ended: what is on this machine is still shown.
    }
    return found;
  }

  /** Asked of the agent of this machine, which knows the others. */
  @FunctionalInterface
  private interface Question<T> {
    T ask(NodeControl agent, String node, int pid) throws IOException;
  }

  private <T> T ask(int number, Question<T> question) throws IOException {
    int node = NodePids.node(number);
    if (agent == null || node >= nodes.size()) {
      throw new IOException("there is no process with the number " + number);
    }
    return question.ask(agent, nodes.get(node), NodePids.pid(number));
  }

  /** Looks at all processes; returns each before those that it has started. */
  List<ProcessRow> look() {
    return here.look();
  }

  /**
   * The stacks of a process, for people.
   *
   * @throws IOException if it is on another node, and can't be asked
   */
  String stack(int number) throws IOException {
    return NodePids.isLocal(number)
        ? here.stack(number)
        : ask(number, (asked, node, pid) -> asked.stack(node, pid, false, PATIENCE));
  }

  /**
   * The last lines of what a process writes to files, for people.
   *
   * @throws IOException if there is no such process of this user
   */
  String logs(int number) throws IOException {
    return NodePids.isLocal(number) ? here.logs(number) : ask(number, NodeControl::logs);
  }

  /**
   * Who waits for whom in the program of a process.
   *
   * @throws IOException if there is no such process of this user
   */
  NodeControl.WhyAnswer waits(int number) throws IOException {
    return NodePids.isLocal(number)
        ? onAllNodes(here.waits(number), number)
        : ask(number, (asked, node, pid) -> asked.waits(node, pid, PATIENCE));
  }

  /**
   * Adds what other nodes know, if a program uses a cluster.
   *
   * @param seen on this machine
   * @param pid of one of the program's processes here
   */
  static NodeControl.WhyAnswer onAllNodes(WaitReport seen, int pid) {
    String problem = "";
    if (seen.clusterFolder().isPresent()) {
      try {
        return new NodeControl(ClusterFolder.of(seen.clusterFolder().get()))
            .waits("", pid, PATIENCE);
      } catch (IOException e) {
        problem = "%nWhat is on other nodes is not known: %s%n".formatted(e.getMessage());
      }
    }
    return new NodeControl.WhyAnswer(
        seen.toText() + problem, seen.toJson(), seen.hasFoundSomething());
  }

  /**
   * Sends a signal to a process.
   *
   * @throws IOException if there is no such process of this user
   */
  void signal(int number, int signal) throws IOException {
    if (!NodePids.isLocal(number)) {
      boolean _ =
          ask(
              number,
              (asked, node, pid) -> {
                asked.signal(node, pid, signal);
                return true;
              });
      return;
    }
    try {
      Processes.signal(number, signal);
    } catch (PosixException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    here.close();
  }
}
