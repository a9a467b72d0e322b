package io.polyproc.cluster;

import io.polyproc.observation.Json;
import io.polyproc.observation.LiveView;
import io.polyproc.observation.NodeProcesses;
import io.polyproc.observation.Observation;
import io.polyproc.observation.Observer;
import io.polyproc.observation.ProcessReport;
import io.polyproc.observation.ProcessTable;
import io.polyproc.observation.StackReport;
import io.polyproc.observation.WaitReport;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.Processes;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Answers what commands and other agents ask of this user's processes: those of this machine, of
 * all nodes, or one whose node is named. Any thread may call.
 */
final class ProcessQuestions {
  private final NodeInfo info;
  private final Map<String, PeerNode> peers;
  private final ProgramWaits waits;

  /**
   * On a node.
   *
   * @param info of this node
   * @param peers the other nodes, by their incarnations
   */
  ProcessQuestions(NodeInfo info, Map<String, PeerNode> peers, ProgramWaits waits) {
    this.info = info;
    this.peers = peers;
    this.waits = waits;
  }

  /**
   * Answers a question.
   *
   * @throws IOException if it can't be answered, with the reason
   */
  byte[] answer(Fields question) throws IOException {
    return switch (question.text(0)) {
      case "ps" -> Fields.of(CommandResult.DONE, ps(question));
      case "ps-all" -> psOfAll(question);
      case "waits" -> Fields.of(CommandResult.DONE, waits.ask(question));
      case "look" -> Fields.of(CommandResult.DONE, look(question.number(1)));
      case "look-others" -> lookAtOthers(question.number(1));
      case "why", "stack", "logs", "signal" ->
          isOfOther(question.text(1))
              ? named(question.text(1)).ask(question.toBytes())
              : ofProcess(question);
      default -> Fields.of(CommandResult.REFUSED, "no question " + question.text(0));
    };
  }

  /** {@code ps FORMAT SHARES MILLIS}: the processes of this machine and user, as JSON or text. */
  private static String ps(Fields question) throws IOException {
    try (Observer observer = new Observer()) {
      ProcessReport report =
          ProcessReport.ofAll(
              observer, Duration.ofMillis(question.number(3)), !question.text(2).isEmpty());
      return question.text(1).equals("json") ? report.toJson() : report.toText();
    }
  }

  /** {@code ps-all FORMAT SHARES MILLIS}: names of nodes and what {@code ps} says there. */
  private byte[] psOfAll(Fields question) throws IOException {
    List<Object> answer = new ArrayList<>(List.of(CommandResult.DONE, info.name(), ps(question)));
    byte[] forwarded = Fields.of("ps", question.text(1), question.text(2), question.text(3));
    for (PeerNode peer : peers.values()) {
      answer.add(peer.info().name());
      try {
        answer.add(Fields.read(peer.ask(forwarded)).text(1));
      } catch (IOException e) {
        String reason = "it does not answer: " + e.getMessage();
        answer.add(question.text(1).equals("json") ? Json.write(reason) : reason + "\n");
      }
    }
    return Fields.of(answer.toArray());
  }

  /** {@code look MILLIS}: what the processes of this machine and user do. */
  private static String look(long millis) throws IOException {
    try (Observer observer = new Observer()) {
      return NodeProcesses.askAll(observer, Duration.ofMillis(millis));
    }
  }

  /** {@code look-others MILLIS}: names of other nodes that answer, and what {@code look} says. */
  private byte[] lookAtOthers(long millis) {
    List<Object> answer = new ArrayList<>(List.of(CommandResult.DONE));
    for (PeerNode peer : peers.values()) {
      try {
        Fields told = Fields.read(peer.ask(Fields.of("look", millis)));
        if (told.text(0).equals(CommandResult.DONE)) {
          answer.add(peer.info().name());
          answer.add(told.text(1));
        }
      } catch (IOException e) {
        // It is about to be lost: its processes are not shown.
      }
    }
    return Fields.of(answer.toArray());
  }

  /** Of a process of this node. */
  private byte[] ofProcess(Fields question) throws IOException {
    return switch (question.text(0)) {
      case "why" -> why(question);
      case "stack" -> stack(question);
      case "logs" -> logs(question);
      default -> signal(question);
    };
  }

  /** {@code why NODE PID MILLIS}: text, JSON, and a letter if there is a deadlock. */
  private byte[] why(Fields question) throws IOException {
    WaitReport report =
        waits.report((int) question.number(2), Duration.ofMillis(question.number(3)));
    return Fields.of(
        CommandResult.DONE,
        report.toText(),
        report.toJson(),
        report.hasFoundSomething() ? "d" : "");
  }

  /** {@code stack NODE PID LOCALS MILLIS}: the Python stacks of a process. */
  private byte[] stack(Fields question) throws IOException {
    int pid = (int) question.number(2);
    try (Observer observer = new Observer()) {
      Observation observation =
          Observation.ofProcess(
              observer,
              pid,
              question.text(3).isEmpty() ? Observer.Detail.WAITS : Observer.Detail.LOCALS,
              Duration.ofMillis(question.number(4)));
      return Fields.of(CommandResult.DONE, StackReport.of(observation, pid));
    }
  }

  /** {@code logs NODE PID}: the last lines of what a process writes to files. */
  private byte[] logs(Fields question) throws IOException {
    try (LiveView view = new LiveView(Duration.ZERO)) {
      return Fields.of(CommandResult.DONE, view.logs((int) question.number(2)));
    }
  }

  /** {@code signal NODE PID NUMBER}: sends a signal to a process of this runtime. */
  private byte[] signal(Fields question) throws IOException {
    int pid = (int) question.number(2);
    if (ProcessTable.entry(pid).isEmpty()) {
      throw new IOException("there is no process %d of this user here".formatted(pid));
    }
    try {
      Processes.signal(pid, (int) question.number(3));
    } catch (PosixException e) {
      throw new IOException(e.getMessage(), e);
    }
    return Fields.of(CommandResult.DONE);
  }

  /** Whether a node that was named is not this one; without a name it is. */
  private boolean isOfOther(String node) {
    return !node.isEmpty() && !node.equals(info.name());
  }

  private PeerNode named(String node) throws IOException {
    return peers.values().stream()
        .filter(peer -> peer.info().name().equals(node))
        .findFirst()
        .orElseThrow(() -> new IOException("there is no node %s in the cluster".formatted(node)));
  }
}
