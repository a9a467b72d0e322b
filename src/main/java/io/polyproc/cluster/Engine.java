package io.polyproc.cluster;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What the agents of a cluster have in common: objects that survive the end of any one node, and
 * which nodes belong to the cluster. All that is known of a particular product is in the one class
 * that implements this.
 */
interface Engine extends AutoCloseable {

  /**
   * Lets {@link ClusterObjects#apply} act on an object: atomically and exactly once. Before it
   * returns, as many nodes keep the outcome as there are to be copies of an object, or all nodes
   * where there are fewer.
   *
   * @return the outcome
   * @throws EngineException if this node does not belong to the cluster any more
   */
  byte[] exec(String object, byte[] command);

  /** The same for each object there is whose name begins so; the outcomes. */
  List<byte[]> execAll(String prefix, byte[] command);

  /** Forgets the objects whose names begin so. */
  void removeAll(String prefix);

  /** The incarnations of the nodes in the cluster, this one's among them. */
  Set<String> members();

  /** Calls it with the incarnation of each node that leaves or is lost from now on. */
  void onLeft(Consumer<String> listener);

  /**
   * Calls it if objects are gone: all nodes that kept a copy were lost at once. As many nodes as
   * there are copies are enough for that.
   */
  void onDataLost(Runnable listener);

  /** Leaves the cluster; what is held here goes to others first. */
  @Override
  void close();

  /** A node that was cut off, or whose engine has ended. */
  final class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EngineException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
