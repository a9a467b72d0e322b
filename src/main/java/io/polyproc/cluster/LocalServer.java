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
 *   start NODE PROGRAM TITLE OPTIONS KINDS   starts a process there: {@link HostedProcess}
 *   attach TOKEN                      the process that was started, or one that it has forked
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
    LocalChannel channel = new LocalChannel(fd, LocalChannel.Kind.SOCKET);
    try {
      int[] descriptors = UnixStream.receiveDescriptors(channel.descriptor(), MAX_DESCRIPTORS);
      Fields first = Fields.read(channel.receive());
      List<LocalChannel> left = channels(descriptors, first);
      serve(channel, first, left);
    } catch (IOException | PosixException e) {
      // The process has ended or closed the connection, which is no error of the agent's.
    } catch (IllegalArgumentException e) {
      LOG.log(Level.WARNING, "a local connection is refused: {0}", e.getMessage());
    } catch (Engine.EngineException e) {
      agent.fail(e);
    } finally {
      channel.close();
    }
  }

  private static List<LocalChannel> channels(int[] descriptors, Fields first) {
    String kinds = descriptors.length == 0 ? "" : first.text(first.count() - 1);
    List<LocalChannel> channels = new ArrayList<>();
    for (int i = 0; i < descriptors.length; i++) {
      channels.add(
          new LocalChannel(
              descriptors[i],
              switch (i < kinds.length() ? kinds.charAt(i) : ' ') {
                case 'r' -> LocalChannel.Kind.READER;
                case 'w' -> LocalChannel.Kind.WRITER;
                default -> LocalChannel.Kind.SHARED_SOCKET;
              }));
    }
    return channels;
  }

  private void serve(LocalChannel channel, Fields first, List<LocalChannel> left)
      throws IOException {
    switch (first.text(0)) {
      case "program" -> serveProgram(channel, (int) first.number(1));
      case "process" -> serveProcess(channel, first.text(1), (int) first.number(2));
      case "calls" -> new Client(agent, channel, first.text(1) + "/" + first.text(2)).serve();
      case "place" -> place(channel, first.text(1), first.text(2));
      case "start" -> start(channel, first, left);
      case "attach" -> attach(channel, first.text(1));
      case "export" -> export(channel, left);
      case "open" -> open(channel, first.text(1));
      case "connect" -> connect(channel, first.text(1));
      case "leave" -> leave(channel, first.number(1));
      case "stop" -> stop(channel);
      default -> {
        channel.send(agent.questions().answer(first));
        while (true) {
          channel.send(agent.questions().answer(Fields.read(channel.receive())));
        }
      }
    }
  }

  private void serveProgram(LocalChannel channel, int pid) throws IOException {
    String program = agent.newProgram(pid);
    serveProcess(channel, program, pid);
  }

  private void serveProcess(LocalChannel channel, String program, int pid) throws IOException {
    String process = agent.newProcess(pid);
    agent.enter(program);
    try {
      channel.send(
          Fields.of(
              CommandResult.DONE,
              program,
              process,
              agent.info().incarnation(),
              agent.info().name()));
      while (true) {
        byte[] _ = channel.receive(); // it says nothing: it is there, or it is not
      }
    } finally {
      agent.processEnded(process);
      agent.leave(program);
    }
  }

  private void place(LocalChannel channel, String program, String wanted) throws IOException {
    String node;
    try {
      node = agent.placement().place(wanted);
    } catch (IllegalArgumentException e) {
      channel.send(Fields.of(CommandResult.NOT_NOW, String.valueOf(e.getMessage())));
      return;
    }
    if (!node.equals(agent.info().incarnation())) {
      channel.send(Fields.of(CommandResult.DONE, node, NodeInfo.nameOf(node)));
      return;
    }
    agent.processes().ownBegun();
    agent.enter(program);
    try {
      channel.send(Fields.of(CommandResult.DONE, "", NodeInfo.nameOf(node)));
      while (true) {
        byte[] _ = channel.receive();
      }
    } finally {
      agent.processes().ownEnded();
      agent.leave(program);
    }
  }

  private void start(LocalChannel channel, Fields first, List<LocalChannel> left)
      throws IOException {
    String node = first.text(1);
    String program = first.text(2);
    List<String> names = left.stream().map(agent.exports()::add).toList();
    agent.enter(program);
    try {
      PeerNode peer = agent.peer(node);
      if (peer == null) {
        channel.send(
            letter('F', "node " + NodeInfo.nameOf(node) + " is not in the cluster any more"));
        return;
      }
      TlsChannel there;
      try {
        there = peer.stream(Fields.of("start", program, first.text(3), first.text(4)));
      } catch (IOException e) {
        channel.send(
            letter(
                'F',
                "node %s cannot be reached: %s".formatted(peer.info().name(), e.getMessage())));
        return;
      }
      channel.send(letter('K', String.join("\n", names)));
      Channel.join(channel, there);
    } finally {
      agent.exports().drop(names);
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

  private void attach(LocalChannel channel, String token) throws IOException {
    channel.send(Fields.of(CommandResult.DONE));
    agent.processes().attach(token, channel);
  }

  private void export(LocalChannel channel, List<LocalChannel> left) throws IOException {
    List<String> names = left.stream().map(agent.exports()::add).toList();
    channel.send(Fields.of(names.toArray()));
  }

  private void open(LocalChannel channel, String name) throws IOException {
    String incarnation = name.substring(0, Math.max(0, name.indexOf('/')));
    if (incarnation.equals(agent.info().incarnation())) {
      LocalChannel exported = agent.exports().take(name);
      channel.send(Fields.of(exported == null ? CommandResult.NOT_NOW : CommandResult.DONE));
      if (exported != null) {
        Channel.join(channel, exported);
      }
      return;
    }
    PeerNode peer = agent.peer(incarnation);
    if (peer == null) {
      channel.send(Fields.of(CommandResult.NOT_NOW));
      return;
    }
    TlsChannel there = peer.stream(Fields.of("open", name));
    channel.send(there.receive());
    Channel.join(channel, there);
  }

  private void connect(LocalChannel channel, String path) throws IOException {
    for (PeerNode peer : agent.peers()) {
      TlsChannel there = peer.stream(Fields.of("connect", path));
      byte[] answer = there.receive();
      if (Fields.read(answer).text(0).equals(CommandResult.DONE)) {
        channel.send(answer);
        Channel.join(channel, there);
        return;
      }
      there.close();
    }
    channel.send(Fields.of(CommandResult.NOT_NOW));
  }

  private void leave(LocalChannel channel, long seconds) throws IOException {
    try {
      agent.drain(seconds);
      channel.send(Fields.of(CommandResult.DONE));
      agent.end();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stop(LocalChannel channel) throws IOException {
    Map<String, String> failed = new HashMap<>();
    for (PeerNode peer : agent.peers()) {
      try {
        byte[] _ = peer.ask(Fields.of("stop"));
      } catch (IOException e) {
        failed.put(peer.info().name(), String.valueOf(e.getMessage()));
      }
    }
    channel.send(Fields.of(CommandResult.DONE, String.join(", ", failed.keySet())));
    agent.end();
  }
}
