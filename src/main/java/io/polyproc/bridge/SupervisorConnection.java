package io.polyproc.bridge;

import io.polyproc.bridge.Bridge.Supervision;
import io.polyproc.protocol.ControlClient;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * This process's client of its supervisor, made on first need: a script without processes pays
 * nothing for one. A forked child joins its parent's supervisor if it can, and else connects to one
 * of its own. Any thread may call.
 */
final class SupervisorConnection {
  private static final System.Logger LOG = System.getLogger(SupervisorConnection.class.getName());

  private final Supervision supervision;
  private volatile @Nullable ControlClient client;

  /** In a forked child: its parent's client. */
  private volatile @Nullable ControlClient parents;

  private volatile ReentrantLock connecting = new ReentrantLock();

  SupervisorConnection(Supervision supervision) {
    this.supervision = supervision;
  }

  /**
   * The client, which is made on first use.
   *
   * @throws IOException if there is no supervisor, or it has ended
   */
  ControlClient client() throws IOException {
    ReentrantLock lock = connecting;
    lock.lock();
    try {
      ControlClient current = client;
      if (current == null) {
        current = joinOrConnect();
        client = current;
      }
      return current;
    } finally {
      lock.unlock();
    }
  }

  private ControlClient joinOrConnect() throws IOException {
    ControlClient ofParent = parents;
    if (ofParent != null) {
      try {
        return ofParent.join();
      } catch (IOException e) {
        LOG.log(System.Logger.Level.DEBUG, "the parent''s supervisor is not to be joined", e);
      }
    }
    return supervision.connect();
  }

  /**
   * The client by which a child can join the supervisor, as a parent and its children share it;
   * null if there is none.
   */
  @Nullable ControlClient ofChild() {
    if (client == null && parents != null) {
      return parents;
    }
    try {
      return client();
    } catch (IOException e) {
      return null; // the child meets the same error if it ever needs a supervisor
    }
  }

  /** The next use connects anew. */
  void disconnect() {
    client = null;
  }

  /**
   * In a forked child, which has one thread.
   *
   * @param ofParent what {@link #ofChild} gave in the parent
   */
  void afterFork(@Nullable ControlClient ofParent) {
    if (ofParent != null) {
      ofParent.abandonChildren();
    }
    parents = ofParent;
    client = null;
    connecting = new ReentrantLock(); // a thread that is no more may have it
  }
}
