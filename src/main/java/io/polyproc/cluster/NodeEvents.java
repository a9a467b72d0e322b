package io.polyproc.cluster;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** What a flight recording of an agent has of its cluster. */
final class NodeEvents {
  private NodeEvents() {}

  static void joined(String node, String address) {
    NodeJoined event = new NodeJoined();
    event.node = node;
    event.address = address;
    event.commit();
  }

  static void lost(String node, String how) {
    NodeLost event = new NodeLost();
    event.node = node;
    event.how = how;
    event.commit();
  }

  @Name("io.polyproc.NodeJoined")
  @Label("Node Joined")
  @Description("An agent has connected to the one that is recorded")
  @Category("polyproc")
  @StackTrace(false)
  @Enabled
  static final class NodeJoined extends Event {
    @Label("Node")
    String node = "";

    @Label("Address")
    String address = "";
  }

  @Name("io.polyproc.NodeLost")
  @Label("Node Lost")
  @Description("A node has left, has ended, or is not heard of any more")
  @Category("polyproc")
  @StackTrace(false)
  @Enabled
  static final class NodeLost extends Event {
    @Label("Node")
    String node = "";

    @Label("How")
    String how = "";
  }
}
