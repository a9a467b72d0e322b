package io.polyproc.cluster;

import io.polyproc.posix.PosixException;
import io.polyproc.posix.UnixStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Serves the processes of this machine and user: a socket in the node's folder, which is this
 * user's only.
 *
 * <p>A connection begins with one byte, the number of descriptors that come with it, and one
 * message that says what it is for:
 *
 * <pre>
 *   program PID                       it stays open while the program's main process is there
 *   process PROGRAM PID               the same of any other process
 *   calls PROCESS NUMBER              commands to shared objects: {@link Client}
 *   place PROGRAM NODE                where a process is to run; if here, it is there while this is open
 *   start NODE PROGRAM TITLE KINDS    starts a process there: {@link HostedProcess}
 *   attach TOKEN                      the process that was started
 *   export KINDS                      leaves descriptors for others
 *   open NAME                         the other end of one that was left
 *   connect PATH                      a socket in the file system of some node
 *   status, cores, memory …           a question, and maybe more
 *   leave SECONDS, stop               of the command
 * </pre>
 */
final class LocalServer {
  private static final System.Logger LOG = System.getLogger(LocalServer.class.getName());
  private static final int MAX_DESCRIPTORS = 250;

  private final Agent agent;
  private final int listener;

  LocalServer(Agent agent, Path path) {
    this.agent = agent;
    this.listener = UnixStream.listen(path);
  }

  void start() {
    Thread.ofPlatform().daemon().name("local").start(this::accept);
  }

  private void accept() {
    while (true) {
      int fd = UnixStream.accept(listener);
      Thread.ofPlatform().daemon().name("local-" + fd).start(() -> serve(fd));
    }
  }

  private void serve(int fd) {
    LocalLine line = new LocalLine(fd, LocalLine.Kind.SOCKET);
    try {
      int[] descriptors = UnixStream.receiveDescriptors(line.descriptor(), MAX_DESCRIPTORS);
      Fields first = Fields.read(line.receive());
      List<LocalLine> left = lines(descriptors, first);
      serve(line, first, left);
    } catch (IOException | PosixException e) {
      // The process has ended or closed the connection, which is no error of the agent's.
    } catch (IllegalArgumentException e) {
      LOG.log(Level.WARNING, "a local connection is refused: {0}", e.getMessage());
    } catch (Engine.EngineException e) {
      agent.fail(e);
    } finally {
      line.close();
    }
  }

  private static List<LocalLine> lines(int[] descriptors, Fields first) {
    String kinds = descriptors.length == 0 ? "" : first.text(first.count() - 1);
    List<LocalLine> lines = new ArrayList<>();
    for (int i = 0; i < descriptors.length; i++) {
      lines.add(
          new LocalLine(
              descriptors[i],
              switch (i < kinds.length() ? kinds.charAt(i) : ' ') {
                case 'r' -> LocalLine.Kind.READER;
                case 'w' -> LocalLine.Kind.WRITER;
                default -> LocalLine.Kind.SOCKET;
              }));
    }
    return lines;
  }

  private void serve(LocalLine line, Fields first, List<LocalLine> left) throws IOException {
    switch (first.text(0)) {
      case "program" -> serveProgram(line, (int) first.number(1));
      case "process" -> serveProcess(line, first.text(1), (int) first.number(2));
      case "calls" -> new Client(agent, line, first.text(1) + "/" + first.text(2)).serve();
      case "place" -> place(line, first.text(1), first.text(2));
      case "start" -> start(line, first, left);
      case "attach" -> attach(line, first.text(1));
      case "export" -> export(line, left);
      case "open" -> open(line, first.text(1));
      case "connect" -> connect(line, first.text(1));
      case "leave" -> leave(line, first.number(1));
      case "stop" -> stop(line);
      default -> {
        line.send(agent.answer(first));
        while (true) {
          line.send(agent.answer(Fields.read(line.receive())));
        }
      }
    }
  }

  private void serveProgram(LocalLine line, int pid) throws IOException {
    String program = agent.newProgram(pid);
    serveProcess(line, program, pid);
  }

  private void serveProcess(LocalLine line, String program, int pid) throws IOException {
    String process = agent.newProcess(pid);
    agent.enter(program);
    try {
      line.send(
          Fields.of(
              Outcome.DONE, program, process, agent.info().incarnation(), agent.info().name()));
      while (true) {
        byte[] _ = line.receive(); // it says nothing: it is there, or it is not
      }
    } finally {
      agent.processEnded(process);
      agent.leave(program);
    }
  }

  private void place(LocalLine line, String program, String wanted) throws IOException {
    String node;
    try {
      node = agent.place(wanted);
    } catch (IllegalArgumentException e) {
      line.send(Fields.of(Outcome.NOT_NOW, String.valueOf(e.getMessage())));
      return;
    }
    if (!node.equals(agent.info().incarnation())) {
      line.send(Fields.of(Outcome.DONE, node, NodeInfo.nameOf(node)));
      return;
    }
    long _ = agent.held().incrementAndGet();
    agent.enter(program);
    try {
      line.send(Fields.of(Outcome.DONE, "", NodeInfo.nameOf(node)));
      while (true) {
        byte[] _ = line.receive();
      }
    } finally {
      long _ = agent.held().decrementAndGet();
      agent.leave(program);
    }
  }

  private void start(LocalLine line, Fields first, List<LocalLine> left) throws IOException {
    String node = first.text(1);
    String program = first.text(2);
    List<String> names = left.stream().map(agent::export).toList();
    agent.enter(program);
    try {
      Peer peer = agent.peer(node);
      if (peer == null) {
        line.send(letter('F', "node " + NodeInfo.nameOf(node) + " is not in the cluster any more"));
        return;
      }
      TlsLine there;
      try {
        there = peer.stream(Fields.of("start", program, first.text(3)));
      } catch (IOException e) {
        line.send(
            letter(
                'F',
                "node %s cannot be reached: %s".formatted(peer.info().name(), e.getMessage())));
        return;
      }
      line.send(letter('K', String.join("\n", names)));
      Line.join(line, there);
    } finally {
      agent.dropExports(names);
      agent.leave(program);
    }
  }

  private static byte[] letter(char kind, String text) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    byte[] message = new byte[1 + content.length];
    message[0] = (byte) kind;
    System.arraycopy(content, 0, message, 1, content.length);
    return message;
  }

  /** The thread that serves the process reads from the line from now on. */
  private void attach(LocalLine line, String token) throws IOException {
    line.send(Fields.of(Outcome.DONE));
    if (agent.attach(token, line)) {
      line.awaitClose();
    }
  }

  private void export(LocalLine line, List<LocalLine> left) throws IOException {
    List<String> names = left.stream().map(agent::export).toList();
    line.send(Fields.of(names.toArray()));
  }

  private void open(LocalLine line, String name) throws IOException {
    String incarnation = name.substring(0, Math.max(0, name.indexOf('/')));
    if (incarnation.equals(agent.info().incarnation())) {
      LocalLine exported = agent.takeExport(name);
      line.send(Fields.of(exported == null ? Outcome.NOT_NOW : Outcome.DONE));
      if (exported != null) {
        Line.join(line, exported);
      }
      return;
    }
    Peer peer = agent.peer(incarnation);
    if (peer == null) {
      line.send(Fields.of(Outcome.NOT_NOW));
      return;
    }
    TlsLine there = peer.stream(Fields.of("open", name));
    line.send(there.receive());
    Line.join(line, there);
  }

  private void connect(LocalLine line, String path) throws IOException {
    for (Peer peer : agent.peers()) {
      TlsLine there = peer.stream(Fields.of("connect", path));
      byte[] answer = there.receive();
      if (Fields.read(answer).text(0).equals(Outcome.DONE)) {
        line.send(answer);
        Line.join(line, there);
        return;
      }
      there.close();
    }
    line.send(Fields.of(Outcome.NOT_NOW));
  }

  private void leave(LocalLine line, long seconds) throws IOException {
    try {
      agent.drain(seconds);
      line.send(Fields.of(Outcome.DONE));
      agent.end();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stop(LocalLine line) throws IOException {
    Map<String, String> failed = new HashMap<>();
    for (Peer peer : agent.peers()) {
      try {
        byte[] _ = peer.ask(Fields.of("stop"));
      } catch (IOException e) {
        failed.put(peer.info().name(), String.valueOf(e.getMessage()));
      }
    }
    line.send(Fields.of(Outcome.DONE, String.join(", ", failed.keySet())));
    agent.end();
  }
}
