package io.polyproc.cluster;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A semaphore or mutex, from which the standard library makes locks, conditions, events and
 * barriers: see {@code SharedSemaphore} for the one of a single machine. Clients get permits in the
 * order of their coming. What a lost process held passes on where its holder is known: a mutex
 * always, other semaphores if it was asked for and no client has ever released what it had not
 * acquired.
 *
 * <p>How often a recursive mutex was acquired by its owner is counted in the owner's process.
 *
 * <pre>
 *   s.acquire track value max wait   s.release track value max   s.value track value max
 *   s.cancel track value max request s.enlist …  s.delist …  s.gone …  s.holders …
 * </pre>
 *
 * <p>Track is {@code t} or nothing, and the value the first one: the first command makes the
 * object.
 */
final class SemaphoreObject {
  static final byte TYPE = 's';

  private static final int FIRST_ARGUMENT = 3;

  /** After so many acquisitions in a row by one node a mutex is leased to it. */
  private static final int STREAK = 3;

  private int value;
  private int max;
  private boolean tracked;

  /** A client has released what it had not acquired: permits are signals. */
  private boolean signals;

  /** How many processes have ended while they were enlisted. */
  private int gone;

  /** The process that has ended with the permit that is free now; empty for none. */
  private String lostHolder = "";

  /** The node that has acquired last, and how often in a row without that another one came. */
  private String node = "";

  private int streak;

  /** Whether it was just acquired, and for some time by the same node only. */
  private boolean isUsedByOneNode;

  /** The process that had ended with the permit that was just acquired. */
  private String acquiredFrom = "";

  private final Map<String, Integer> holders = new LinkedHashMap<>();
  private final Map<String, Integer> enlisted = new LinkedHashMap<>();

  /** Clients and the requests with which they wait, the first to be served first. */
  private final Map<String, String> waiting = new LinkedHashMap<>();

  /** Clients that were served while they waited, and the requests and answers. */
  private final Map<String, Grant> granted = new LinkedHashMap<>();

  private record Grant(String request, String lost) {}

  private SemaphoreObject() {}

  /**
   * @param mayLease whether a mutex that only one node uses goes into this node's memory
   */
  static CommandResult apply(Cells cells, Fields command, boolean mayLease) {
    byte[] head = cells.get(0);
    SemaphoreObject semaphore = new SemaphoreObject();
    if (head == null) {
      semaphore.tracked = command.text(FIRST_ARGUMENT).equals("t");
      semaphore.value = (int) command.number(FIRST_ARGUMENT + 1);
      semaphore.max = (int) command.number(FIRST_ARGUMENT + 2);
    } else {
      semaphore.read(head);
    }
    CommandResult outcome = semaphore.perform(command);
    if (command.text(2).equals("s.value") || command.text(2).equals("s.holders")) {
      return outcome;
    }
    byte[] state = semaphore.write();
    if (mayLease && semaphore.isUsedByOneNode) {
      cells.put(0, LeaseObject.head(semaphore.node, state));
      return new CommandResult(CommandResult.LEASED_TO_YOU, semaphore.acquiredFrom, state);
    }
    cells.put(0, state);
    return outcome;
  }

  static CommandResult lose(Cells cells, String who) {
    SemaphoreObject semaphore = new SemaphoreObject();
    semaphore.read(Objects.requireNonNull(cells.get(0)));
    CommandResult outcome = semaphore.lose(who);
    cells.put(0, semaphore.write());
    return outcome;
  }

  private CommandResult perform(Fields command) {
    String client = command.text(0);
    String request = command.text(1);
    String process = ClusterObjects.process(client);
    if (!ClusterObjects.incarnation(client).equals(node)) {
      node = ClusterObjects.incarnation(client);
      streak = 0;
    }
    return switch (command.text(2)) {
      case "s.acquire" -> acquire(client, request, command.number(FIRST_ARGUMENT + 3) != 0);
      case "s.cancel" -> cancel(client, command.text(FIRST_ARGUMENT + 3));
      case "s.release" -> release(process);
      case "s.value" -> new CommandResult(CommandResult.DONE, value);
      case "s.holders" -> {
        List<Object> answer = new ArrayList<>(List.of(CommandResult.DONE, value));
        answer.addAll(holders.keySet());
        yield new CommandResult(answer.toArray());
      }
      case "s.enlist" -> {
        enlisted.merge(process, 1, Integer::sum);
        yield new CommandResult(CommandResult.DONE);
      }
      case "s.delist" ->
          new CommandResult(take(enlisted, process) ? CommandResult.DONE : CommandResult.NOT_NOW);
      case "s.gone" -> {
        int count = gone;
        gone = 0;
        yield new CommandResult(CommandResult.DONE, count);
      }
      default -> throw new IllegalArgumentException("no operation " + command.text(2));
    };
  }

  private CommandResult acquire(String client, String request, boolean wait) {
    Grant grant = granted.remove(client);
    if (grant != null && grant.request.equals(request)) {
      return new CommandResult(CommandResult.DONE, grant.lost);
    }
    if (waiting.containsKey(client)) { // it asks again, as it has heard nothing for a while
      waiting.put(client, request);
      return new CommandResult(CommandResult.WAITING);
    }
    if (value > 0) {
      value--;
      holders.merge(ClusterObjects.process(client), 1, Integer::sum);
      acquiredFrom = lostHolder;
      lostHolder = "";
      isUsedByOneNode = ++streak >= STREAK && max == 1 && waiting.isEmpty();
      return new CommandResult(CommandResult.DONE, acquiredFrom);
    }
    if (wait) {
      waiting.put(client, request);
      return new CommandResult(CommandResult.WAITING);
    }
    return new CommandResult(CommandResult.NOT_NOW);
  }

  /** The client waits no more; it may have been served meanwhile. */
  private CommandResult cancel(String client, String request) {
    waiting.remove(client);
    Grant grant = granted.remove(client);
    return grant != null && grant.request.equals(request)
        ? new CommandResult(CommandResult.DONE, grant.lost)
        : new CommandResult(CommandResult.NOT_NOW);
  }

  private CommandResult release(String process) {
    if (value >= max) {
      return new CommandResult(CommandResult.REFUSED);
    }
    if (!take(holders, process)) {
      if (max == 1) {
        holders.clear(); // another process may release a lock
      } else {
        signals = true;
      }
    }
    CommandResult outcome = new CommandResult(CommandResult.DONE);
    pass("", outcome);
    return outcome;
  }

  /** Gives a permit to the first that waits, or lets it be free. */
  private void pass(String lost, CommandResult outcome) {
    Iterator<Map.Entry<String, String>> first = waiting.entrySet().iterator();
    if (!first.hasNext()) {
      value++;
      lostHolder = lost;
      return;
    }
    streak = 0;
    Map.Entry<String, String> next = first.next();
    String client = next.getKey();
    String request = next.getValue();
    first.remove();
    holders.merge(ClusterObjects.process(client), 1, Integer::sum);
    granted.put(client, new Grant(request, lost));
    outcome.grant(client, request, Fields.of(CommandResult.DONE, lost));
  }

  private CommandResult lose(String who) {
    CommandResult outcome = new CommandResult(CommandResult.DONE);
    waiting.keySet().removeIf(client -> ClusterObjects.isPart(client, who));
    granted.keySet().removeIf(client -> ClusterObjects.isPart(client, who));
    for (String process : part(enlisted, who)) {
      gone += Objects.requireNonNull(enlisted.remove(process));
    }
    for (String process : part(holders, who)) {
      int count = Objects.requireNonNull(holders.remove(process));
      for (int i = 0; i < count && passesOn(); i++) {
        pass(process, outcome);
      }
    }
    return outcome;
  }

  private boolean passesOn() {
    return value < max && (max == 1 || (tracked && !signals));
  }

  private static List<String> part(Map<String, Integer> processes, String who) {
    List<String> found = new ArrayList<>(processes.keySet());
    found.removeIf(process -> !ClusterObjects.isPart(process, who));
    return found;
  }

  private static boolean take(Map<String, Integer> counts, String process) {
    Integer count = counts.get(process);
    if (count == null) {
      return false;
    }
    if (count == 1) {
      counts.remove(process);
    } else {
      counts.put(process, count - 1);
    }
    return true;
  }

  private void read(byte[] head) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(head))) {
      in.readByte();
      value = in.readInt();
      max = in.readInt();
      tracked = in.readBoolean();
      signals = in.readBoolean();
      gone = in.readInt();
      node = in.readUTF();
      streak = in.readInt();
      lostHolder = in.readUTF();
      readCounts(in, holders);
      readCounts(in, enlisted);
      for (int left = in.readInt(); left > 0; left--) {
        waiting.put(in.readUTF(), in.readUTF());
      }
      for (int left = in.readInt(); left > 0; left--) {
        granted.put(in.readUTF(), new Grant(in.readUTF(), in.readUTF()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void readCounts(DataInputStream in, Map<String, Integer> counts)
      throws IOException {
    for (int left = in.readInt(); left > 0; left--) {
      counts.put(in.readUTF(), in.readInt());
    }
  }

  private byte[] write() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(TYPE);
      out.writeInt(value);
      out.writeInt(max);
      out.writeBoolean(tracked);
      out.writeBoolean(signals);
      out.writeInt(gone);
      out.writeUTF(node);
      out.writeInt(streak);
      out.writeUTF(lostHolder);
      writeCounts(out, holders);
      writeCounts(out, enlisted);
      out.writeInt(waiting.size());
      for (Map.Entry<String, String> entry : waiting.entrySet()) {
        out.writeUTF(entry.getKey());
        out.writeUTF(entry.getValue());
      }
      out.writeInt(granted.size());
      for (Map.Entry<String, Grant> entry : granted.entrySet()) {
        out.writeUTF(entry.getKey());
        out.writeUTF(entry.getValue().request);
        out.writeUTF(entry.getValue().lost);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void writeCounts(DataOutputStream out, Map<String, Integer> counts)
      throws IOException {
    out.writeInt(counts.size());
    for (Map.Entry<String, Integer> entry : counts.entrySet()) {
      out.writeUTF(entry.getKey());
      out.writeInt(entry.getValue());
    }
  }
}
