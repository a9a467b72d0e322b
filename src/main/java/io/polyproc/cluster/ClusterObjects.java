package io.polyproc.cluster;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The objects that processes on several nodes share, as state machines: what a command does depends
 * on the object's cells and on nothing else. The engine calls this where it keeps the object.
 *
 * <pre>
 *   command = client, request, operation, arguments…
 *   client  = incarnation of its node '#' process '/' connection
 * </pre>
 */
final class ClusterObjects {
  /** Incarnations of nodes that were lost: what they still ask for does not count. */
  private static final Set<String> FENCED = ConcurrentHashMap.newKeySet();

  static final String LOST = "lost";

  private ClusterObjects() {}

  /** Acts on an object. */
  static byte[] apply(Cells cells, byte[] command) {
    Fields fields = Fields.read(command);
    byte[] head = cells.get(0);
    if (head == null || !LeaseObject.is(head)) {
      return apply(cells, fields, true);
    }
    if (fields.text(2).equals(LOST)) {
      String who = fields.text(3);
      fenceNode(who);
      CommandResult outcome = LeaseObject.lose(cells, head, who);
      return outcome == null ? apply(cells, fields, true) : outcome.toBytes();
    }
    return isFenced(incarnation(fields.text(0)))
        ? new CommandResult(CommandResult.FENCED).toBytes()
        : LeaseObject.apply(cells, head, fields).toBytes();
  }

  /** Acts on an object that the client's node has in its memory. */
  static byte[] applyAtLessee(Cells cells, byte[] command) {
    return apply(cells, Fields.read(command), false);
  }

  /**
   * @param mayLease whether the object may be given to the node of a client that uses it much
   */
  private static byte[] apply(Cells cells, Fields fields, boolean mayLease) {
    String client = fields.text(0);
    String operation = fields.text(2);
    if (operation.equals(LOST)) {
      return lose(cells, fields.text(3));
    }
    if (FENCED.contains(incarnation(client))) {
      return new CommandResult(CommandResult.FENCED).toBytes();
    }
    return switch (operation.charAt(0)) {
      case 's' -> SemaphoreObject.apply(cells, fields, mayLease).toBytes();
      case 'q' -> QueueObject.apply(cells, fields).toBytes();
      case 'r' -> RecordObject.apply(cells, fields).toBytes();
      case 'l' -> new CommandResult(CommandResult.DONE).toBytes(); // what is returned is gone
      default -> throw new IllegalArgumentException("no operation " + operation);
    };
  }

  /**
   * A process or a whole node has ended: what it held passes on, and it waits no more.
   *
   * @param who an incarnation with {@code #}, or that and a process with {@code /}
   */
  private static byte[] lose(Cells cells, String who) {
    fenceNode(who);
    byte[] head = cells.get(0);
    if (head == null || head.length == 0) {
      return new CommandResult(CommandResult.DONE).toBytes();
    }
    return switch (head[0]) {
      case SemaphoreObject.TYPE -> SemaphoreObject.lose(cells, who).toBytes();
      case QueueObject.TYPE -> QueueObject.lose(cells, who).toBytes();
      default -> new CommandResult(CommandResult.DONE).toBytes();
    };
  }

  private static void fenceNode(String who) {
    if (who.endsWith("#")) {
      fence(who.substring(0, who.length() - 1));
    }
  }

  /** From now on nothing that comes from this incarnation counts here. */
  static void fence(String incarnation) {
    FENCED.add(incarnation);
  }

  static boolean isFenced(String incarnation) {
    return FENCED.contains(incarnation);
  }

  static String incarnation(String client) {
    int end = client.indexOf('#');
    return end < 0 ? client : client.substring(0, end);
  }

  /** The process that a client belongs to. */
  static String process(String client) {
    int end = client.indexOf('/');
    return end < 0 ? client : client.substring(0, end);
  }

  /** Whether the client or process is what was lost, or part of it. */
  static boolean isPart(String client, String who) {
    return client.startsWith(who) || (client + "/").equals(who);
  }
}
