package io.polyproc.cluster;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Descriptors that processes of this machine have left for one on another, each to be taken once by
 * its name. Any thread may call.
 */
final class ExportedDescriptors {
  private final String incarnation;
  private final AtomicLong serial = new AtomicLong();
  private final Map<String, LocalChannel> channels = new ConcurrentHashMap<>();

  /**
   * Has none yet.
   *
   * @param incarnation of this node, with which each name begins
   */
  ExportedDescriptors(String incarnation) {
    this.incarnation = incarnation;
  }

  /** Leaves a descriptor; returns the name by which it is opened. */
  String add(LocalChannel channel) {
    String name = incarnation + "/" + serial.incrementAndGet();
    channels.put(name, channel);
    return name;
  }

  /** Takes what was left under a name; null if there is nothing. */
  @Nullable LocalChannel take(String name) {
    return channels.remove(name);
  }

  /** Closes those of these names that were not taken. */
  void drop(List<String> names) {
    for (String name : names) {
      LocalChannel channel = channels.remove(name);
      if (channel != null) {
        channel.close();
      }
    }
  }
}
