package io.polyproc.cluster;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.ConnectException;
import java.net.Socket;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;

/**
 * Another agent as this one sees it: a channel for notices and heartbeats, channels for questions,
 * which are used again, and one channel for each stream. Any thread may call.
 *
 * <p>A peer whose agent has ended refuses connections at once; one that hangs, or was cut off,
 * gives no answer to a heartbeat.
 */
final class PeerNode {
  private static final System.Logger LOG = System.getLogger(PeerNode.class.getName());
  private static final long HEARTBEAT_MILLIS = 500;
  private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(8);
  private static final long AGAIN_MILLIS = 100;
  private static final int MAX_IDLE = 4;
  private static final int PROBE_MILLIS = 1_000;

  private final NodeInfo info;
  private final String own;
  private final Tls tls;
  private final Runnable onLost;
  private final Set<TlsChannel> streams = ConcurrentHashMap.newKeySet();
  private final Deque<TlsChannel> idle = new ConcurrentLinkedDeque<>();
  private volatile long heard = System.nanoTime();
  private volatile boolean gone;
  private volatile long confirmed;
  private volatile boolean hasConfirmed;

  /**
   * @param own this node's incarnation
   * @param onLost called once nothing is to be heard of it any more
   */
  PeerNode(NodeInfo info, String own, Tls tls, Runnable onLost) {
    this.info = info;
    this.own = own;
    this.tls = tls;
    this.onLost = onLost;
  }

  NodeInfo info() {
    return info;
  }

  void start() {
    Thread.ofPlatform().daemon().name("heart-" + info.name()).start(this::beat);
    Thread.ofPlatform().daemon().name("watch-" + info.name()).start(this::watch);
  }

  /** Asks for a sign of life for as long as there is one. */
  private void beat() {
    while (!gone) {
      try (TlsChannel channel = open("control")) {
        while (!gone) {
          byte[] answer = channel.ask(Fields.of("ping"));
          if (Fields.read(answer).text(0).equals(CommandResult.FENCED)) {
            LOG.log(Level.ERROR, "{0} says that this node was lost", info.name());
            ClusterObjects.fence(own);
            return;
          }
          heard = System.nanoTime();
          Thread.sleep(HEARTBEAT_MILLIS);
        }
      } catch (IOException e) {
        if (refuses(e)) {
          LOG.log(Level.WARNING, "the agent of {0} has ended", info.name());
          lose();
        }
        pause();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(AGAIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether no process listens where the agent did, so that it has ended. */
  private static boolean refuses(IOException e) {
    return e instanceof ConnectException && String.valueOf(e.getMessage()).contains("refused");
  }

  private void watch() {
    try {
      while (!gone) {
        if (System.nanoTime() - heard > SILENT_NANOS) {
          LOG.log(
              Level.WARNING,
              "nothing was heard of {0} for {1} s",
              info.name(),
              TimeUnit.NANOSECONDS.toSeconds(SILENT_NANOS));
          lose();
        }
        Thread.sleep(HEARTBEAT_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * It has got an answer of this node's that was sent at this time: it had not given this node up
   * then.
   */
  void confirm(long nanos) {
    confirmed = nanos;
    hasConfirmed = true;
  }

  /** Whether it had not given this node up so long ago. */
  boolean hasConfirmedWithin(long nanos) {
    return hasConfirmed && System.nanoTime() - confirmed < nanos;
  }

  /** Whether its agent has certainly ended: no process listens in its place. May take a second. */
  boolean hasEnded() {
    try (Socket socket = new Socket()) {
      socket.connect(Tls.address(info.address()), PROBE_MILLIS);
      return false;
    } catch (IOException e) {
      return refuses(e);
    }
  }

  private void lose() {
    if (!gone) {
      onLost.run();
    }
  }

  /** Ends all that goes on with it. */
  void close() {
    gone = true;
    streams.forEach(TlsChannel::abort);
    idle.forEach(TlsChannel::abort);
  }

  private TlsChannel open(String kind) throws IOException {
    TlsChannel channel = tls.connect(Tls.address(info.address()));
    if (!channel.peer().equals(info.name())) {
      channel.abort();
      throw new IOException(
          "at %s is %s, not %s".formatted(info.address(), channel.peer(), info.name()));
    }
    streams.add(channel);
    streams.removeIf(TlsChannel::isClosed);
    if (gone) {
      channel.abort();
    }
    channel.send(Fields.of(kind, own, info.incarnation()));
    return channel;
  }

  /** A new connection for a stream, which begins with this message. */
  TlsChannel stream(byte[] first) throws IOException {
    TlsChannel channel = open("stream");
    channel.send(first);
    return channel;
  }

  /** Asks it something and waits for the answer. */
  byte[] ask(byte[] question) throws IOException {
    TlsChannel channel = idle.poll();
    if (channel != null) {
      try {
        return ask(channel, question);
      } catch (IOException e) {
        // The peer has closed what was idle.
      }
    }
    return ask(open("questions"), question);
  }

  private byte[] ask(TlsChannel channel, byte[] question) throws IOException {
    try {
      byte[] answer = channel.ask(question);
      if (idle.size() < MAX_IDLE && !gone) {
        idle.push(channel);
      } else {
        channel.close();
      }
      return answer;
    } catch (IOException e) {
      channel.abort();
      throw e;
    }
  }
}
