package io.polyproc.cluster;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A queue: each item is a cell of its own. A client that finds none waits, and gives its command
 * again when it is told that there may be one; so an item that a lost client was told of is still
 * there for others.
 *
 * <pre>
 *   q.put max wait item…   q.get max wait   q.size max   q.done max   q.join max wait   q.cancel max
 * </pre>
 */
final class QueueObject {
  static final byte TYPE = 'q';

  private static final int MAX = 3;
  private static final int WAIT = 4;
  private static final int FIRST_ITEM = 5;

  private long head = 1;
  private long tail = 1;
  private long unfinished;
  private final Set<String> getters = new LinkedHashSet<>();
  private final Set<String> putters = new LinkedHashSet<>();
  private final Set<String> joiners = new LinkedHashSet<>();

  private QueueObject() {}

  static CommandResult apply(Cells cells, Fields command) {
    byte[] stored = cells.get(0);
    QueueObject queue = new QueueObject();
    if (stored != null) {
      queue.read(stored);
    }
    CommandResult outcome = queue.perform(cells, command);
    if (!command.text(2).equals("q.size")) {
      cells.put(0, queue.write());
    }
    return outcome;
  }

  static CommandResult lose(Cells cells, String who) {
    QueueObject queue = new QueueObject();
    queue.read(Objects.requireNonNull(cells.get(0)));
    boolean changed = false;
    for (Set<String> clients : queue.waits()) {
      changed |= clients.removeIf(client -> ClusterObjects.isPart(client, who));
    }
    CommandResult outcome = new CommandResult(CommandResult.DONE);
    if (changed) {
      // A client that was told of an item may be among those that are lost.
      queue.wake(queue.getters, queue.size(), outcome);
      queue.wake(queue.putters, queue.putters.size(), outcome);
      cells.put(0, queue.write());
    }
    return outcome;
  }

  private CommandResult perform(Cells cells, Fields command) {
    String client = command.text(0);
    long max = command.number(MAX);
    return switch (command.text(2)) {
      case "q.put" -> put(cells, command, client, max);
      case "q.get" -> get(cells, client, command.number(WAIT) != 0);
      case "q.size" -> new CommandResult(CommandResult.DONE, size(), unfinished);
      case "q.done" -> done();
      case "q.join" -> join(client);
      case "q.cancel" -> {
        waits().forEach(clients -> clients.remove(client));
        CommandResult outcome = new CommandResult(CommandResult.NOT_NOW);
        wake(getters, size(), outcome); // it may have been told of an item
        yield outcome;
      }
      default -> throw new IllegalArgumentException("no operation " + command.text(2));
    };
  }

  private CommandResult put(Cells cells, Fields command, String client, long max) {
    long room = max > 0 ? Math.max(0, max - size()) : Long.MAX_VALUE;
    int count = (int) Math.min(command.count() - FIRST_ITEM, room);
    if (count == 0) {
      if (command.number(WAIT) == 0) {
        return new CommandResult(CommandResult.NOT_NOW);
      }
      putters.add(client);
      return new CommandResult(CommandResult.WAITING);
    }
    for (int i = 0; i < count; i++) {
      cells.put(tail++, command.bytes(FIRST_ITEM + i));
    }
    unfinished += count;
    putters.remove(client);
    CommandResult outcome = new CommandResult(CommandResult.DONE, count);
    wake(getters, size(), outcome);
    return outcome;
  }

  private CommandResult get(Cells cells, String client, boolean wait) {
    if (size() == 0) {
      if (!wait) {
        return new CommandResult(CommandResult.NOT_NOW);
      }
      getters.add(client);
      return new CommandResult(CommandResult.WAITING);
    }
    byte[] item = Objects.requireNonNull(cells.get(head));
    cells.remove(head++);
    getters.remove(client);
    CommandResult outcome = new CommandResult(CommandResult.DONE, item);
    wake(putters, 1, outcome);
    return outcome;
  }

  private CommandResult done() {
    if (unfinished == 0) {
      return new CommandResult(CommandResult.REFUSED);
    }
    CommandResult outcome = new CommandResult(CommandResult.DONE);
    if (--unfinished == 0) {
      wake(joiners, joiners.size(), outcome);
      joiners.clear();
    }
    return outcome;
  }

  private CommandResult join(String client) {
    if (unfinished == 0) {
      joiners.remove(client);
      return new CommandResult(CommandResult.DONE);
    }
    joiners.add(client);
    return new CommandResult(CommandResult.WAITING);
  }

  private long size() {
    return tail - head;
  }

  /** All that wait; sets that are equal are not the same. */
  private List<Set<String>> waits() {
    return List.of(getters, putters, joiners);
  }

  private void wake(Set<String> clients, long most, CommandResult outcome) {
    clients.stream().limit(most).forEach(outcome::wake);
  }

  private void read(byte[] stored) {
    ByteBuffer buffer = ByteBuffer.wrap(stored, 1, stored.length - 1);
    head = buffer.getLong();
    tail = buffer.getLong();
    unfinished = buffer.getLong();
    byte[] rest = new byte[buffer.remaining()];
    buffer.get(rest);
    Fields names = Fields.read(rest);
    int at = 0;
    for (Set<String> clients : waits()) {
      for (long left = names.number(at++); left > 0; left--) {
        clients.add(names.text(at++));
      }
    }
  }

  private byte[] write() {
    List<Object> names = new ArrayList<>();
    for (Set<String> clients : waits()) {
      names.add(clients.size());
      names.addAll(clients);
    }
    byte[] rest = Fields.of(names.toArray());
    return ByteBuffer.allocate(1 + 3 * Long.BYTES + rest.length)
        .put(TYPE)
        .putLong(head)
        .putLong(tail)
        .putLong(unfinished)
        .put(rest)
        .array();
  }
}
