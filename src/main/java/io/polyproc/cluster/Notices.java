package io.polyproc.cluster;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Tells clients that they have what they waited for: those of this machine itself, others by the
 * agents of their nodes. Any thread may call; none is kept waiting.
 */
final class Notices {
  private final String incarnation;

  /** By their incarnations. */
  private final Map<String, PeerNode> peers;

  private final Map<String, Client> clients = new ConcurrentHashMap<>();
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * On a node.
   *
   * @param peers the other nodes, as they come and go
   */
  Notices(String incarnation, Map<String, PeerNode> peers) {
    this.incarnation = incarnation;
    this.peers = peers;
  }

  void add(String name, Client client) {
    clients.put(name, client);
  }

  void remove(String name) {
    clients.remove(name);
  }

  /** Lets those look again that have waited for so long. */
  void retryAfter(long nanos) {
    clients.values().forEach(client -> client.retryAfter(nanos));
  }

  /**
   * Tells those whom the outcome of a command concerns.
   *
   * @param outcome as {@link CommandResult#toBytes}
   * @return the answer for the client that gave the command
   */
  byte[] dispatch(byte[] outcome) {
    Fields fields = Fields.read(outcome);
    for (int at = 1; at + 2 < fields.count(); at += 3) {
      notify(fields.text(at), fields.text(at + 1), fields.bytes(at + 2));
    }
    return fields.bytes(0);
  }

  private void notify(String name, String request, byte[] answer) {
    String where = ClusterObjects.incarnation(name);
    if (where.equals(incarnation)) {
      executor.execute(() -> tell(name, request, answer));
      return;
    }
    PeerNode peer = peers.get(where);
    if (peer != null) {
      executor.execute(
          () -> {
            try {
              byte[] _ = peer.ask(Fields.of("notice", name, request, answer));
            } catch (IOException e) {
              // The client looks again by itself, or its node is about to be lost.
            }
          });
    }
  }

  /** Tells a client of this machine that it is served. */
  void tell(String name, String request, byte[] answer) {
    Client client = clients.get(name);
    if (client != null) {
      client.tell(request, answer);
    }
  }
}
