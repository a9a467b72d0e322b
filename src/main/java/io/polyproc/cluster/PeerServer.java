package io.polyproc.cluster;

import io.polyproc.observation.Json;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.UnixStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Serves the agents of other nodes. A connection with a certificate of the cluster begins with what
 * it is for (control, questions or stream), its sender and its receiver; one without can only ask
 * to join.
 */
final class PeerServer {
  private static final System.Logger LOG = System.getLogger(PeerServer.class.getName());

  private final ServerSocket listener;
  private final Tls tls;
  private final @Nullable Admission admission;
  private volatile @Nullable Agent agent;

  /**
   * @param admission lets others join; null where the authority's key is not
   */
  PeerServer(ServerSocket listener, Tls tls, @Nullable Admission admission) {
    this.listener = listener;
    this.tls = tls;
    this.admission = admission;
  }

  void start() {
    Thread.ofPlatform().daemon().name("peers").start(this::accept);
  }

  /** From now on it serves nodes. */
  void serve(Agent served) {
    agent = served;
  }

  private void accept() {
    try {
      while (true) {
        Socket transport = listener.accept();
        Thread.ofPlatform().daemon().name("peer").start(() -> serve(transport));
      }
    } catch (IOException e) {
      if (!listener.isClosed()) {
        LOG.log(Level.ERROR, "no node can connect any more", e);
      }
    }
  }

  private void serve(Socket transport) {
    String from = String.valueOf(transport.getRemoteSocketAddress());
    TlsChannel channel;
    try {
      channel = tls.accept(transport);
    } catch (SSLException e) {
      LOG.log(
          Level.WARNING,
          "a connection from {0} is refused: its certificate is not of this cluster, or it speaks no TLS"
              + " 1.3 ({1})",
          from,
          e.getMessage());
      close(transport);
      return;
    } catch (IOException e) {
      close(transport);
      return;
    }
    try {
      if (channel.peer().isEmpty()) {
        join(channel, from);
      } else {
        serve(channel, Fields.read(channel.receive()), from);
      }
    } catch (IOException | PosixException e) {
      // The peer has gone.
    } catch (IllegalArgumentException e) {
      LOG.log(Level.WARNING, "a connection from {0} is refused: {1}", from, e.getMessage());
    } catch (Engine.EngineException e) {
      Agent served = agent;
      if (served != null) {
        served.fail(e);
      }
    } finally {
      channel.close();
    }
  }

  private static void close(Socket transport) {
    try {
      transport.close();
    } catch (IOException e) {
      // It has gone.
    }
  }

  private void join(TlsChannel channel, String from) throws IOException {
    Admission gate = admission;
    Fields request = Fields.read(channel.receive());
    if (gate == null) {
      channel.send(
          Fields.of("refused", "nodes join at the node where the cluster was started, not here"));
      return;
    }
    channel.send(gate.answer(request, from, agent));
  }

  private void serve(TlsChannel channel, Fields first, String from) throws IOException {
    Agent served = agent;
    if (served == null) {
      return;
    }
    String kind = first.text(0);
    String speaker = first.text(1);
    if (!NodeInfo.nameOf(speaker).equals(channel.peer())
        || !first.text(2).equals(served.info().incarnation())) {
      throw new IllegalArgumentException(
          "%s has the certificate of %s and asks for %s"
              .formatted(speaker, channel.peer(), first.text(2)));
    }
    if (served.isLost(speaker)) {
      LOG.log(
          Level.WARNING,
          "a connection of node {0} from {1} is refused: it was lost",
          channel.peer(),
          from);
      if (kind.equals("control")) {
        byte[] _ = channel.receive();
        channel.send(Fields.of(CommandResult.FENCED));
      }
      return;
    }
    served.meet(speaker);
    switch (kind) {
      case "control" -> control(served, channel, speaker);
      case "questions" -> {
        while (!served.isLost(speaker)) {
          channel.send(answer(served, Fields.read(channel.receive())));
        }
      }
      default -> stream(served, channel, Fields.read(channel.receive()));
    }
  }

  /** Answers heartbeats: who sends the next one has got the answer to the one before. */
  private static void control(Agent served, TlsChannel channel, String speaker) throws IOException {
    byte[] _ = channel.receive();
    while (!served.isLost(speaker)) {
      long sent = System.nanoTime();
      channel.send(Fields.of(CommandResult.DONE));
      byte[] _ = channel.receive();
      served.confirm(speaker, sent);
    }
    channel.send(Fields.of(CommandResult.FENCED));
  }

  private static byte[] answer(Agent agent, Fields question) {
    return switch (question.text(0)) {
      case "notice" -> {
        agent.notices().tell(question.text(1), question.text(2), question.bytes(3));
        yield Fields.of(CommandResult.DONE);
      }
      case "ended" -> {
        agent.programEnded(question.text(1));
        yield Fields.of(CommandResult.DONE);
      }
      case "return" -> {
        agent.giveBack(question.text(1));
        yield Fields.of(CommandResult.DONE);
      }
      case "load" -> agent.placement().load();
      case "describe" -> Fields.of(Json.write(agent.questions().describe()));
      case "stop" -> {
        Thread.ofPlatform().start(agent::end);
        yield Fields.of(CommandResult.DONE);
      }
      default -> agent.questions().answer(question);
    };
  }

  private static void stream(Agent agent, TlsChannel channel, Fields first) throws IOException {
    switch (first.text(0)) {
      case "start" ->
          agent
              .processes()
              .run(
                  channel,
                  first.text(1),
                  first.text(2),
                  first.text(3).lines().toList(),
                  agent::isLost);
      case "open" -> {
        LocalChannel exported = agent.exports().take(first.text(1));
        channel.send(Fields.of(exported == null ? CommandResult.NOT_NOW : CommandResult.DONE));
        if (exported != null) {
          Channel.join(channel, exported);
        }
      }
      case "connect" -> {
        LocalChannel local;
        try {
          local =
              new LocalChannel(
                  UnixStream.connect(Path.of(first.text(1))), LocalChannel.Kind.SOCKET);
        } catch (PosixException e) {
          channel.send(Fields.of(CommandResult.NOT_NOW));
          return;
        }
        channel.send(Fields.of(CommandResult.DONE));
        Channel.join(channel, local);
      }
      default -> throw new IllegalArgumentException("no stream for " + first.text(0));
    }
  }
}
