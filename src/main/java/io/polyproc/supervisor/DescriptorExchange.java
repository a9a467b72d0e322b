package io.polyproc.supervisor;

import io.polyproc.posix.Descriptors;
import io.polyproc.protocol.Message.ShareDescriptor;
import io.polyproc.protocol.Message.SharedDescriptor;
import io.polyproc.protocol.Message.TakeDescriptor;
import io.polyproc.protocol.Message.TakenDescriptor;
import io.polyproc.supervisor.WorkerJvm.Peer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The descriptors that processes have left for others under a token, each to be taken once. Those
 * that are not taken stay open until the supervisor ends. Only its thread touches them.
 */
final class DescriptorExchange {
  private final Map<String, Integer> descriptors = new HashMap<>();

  /** Keeps a descriptor, which is this object's from now on, and says so. */
  void share(Peer peer, ShareDescriptor share, int descriptor) {
    Integer former = descriptors.put(share.token(), descriptor);
    if (former != null) {
      Descriptors.close(former);
    }
    peer.send(new SharedDescriptor(share.request()));
  }

  /** Sends the descriptor that was left under a token, or that there is none. */
  void take(Peer peer, TakeDescriptor take) {
    Integer descriptor = descriptors.remove(take.token());
    if (descriptor == null) {
      peer.send(new TakenDescriptor(take.request()));
      return;
    }
    peer.send(new TakenDescriptor(take.request()), descriptor);
    Descriptors.close(descriptor);
  }

  /** Adds those that are open; they stay this object's. */
  void addDescriptorsTo(List<Integer> all) {
    all.addAll(descriptors.values());
  }

  void close() {
    descriptors.values().forEach(Descriptors::close);
  }
}
