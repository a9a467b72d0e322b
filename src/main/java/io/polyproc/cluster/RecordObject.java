package io.polyproc.cluster;

/** A byte string under a name, such as what a node tells of itself. */
final class RecordObject {
  static final byte TYPE = 'r';

  static final String SET = "r.set";
  static final String GET = "r.get";

  private RecordObject() {}

  static CommandResult apply(Cells cells, Fields command) {
    if (command.text(2).equals(SET)) {
      byte[] value = command.bytes(3);
      byte[] head = new byte[1 + value.length];
      head[0] = TYPE;
      System.arraycopy(value, 0, head, 1, value.length);
      cells.put(0, head);
      return new CommandResult(CommandResult.DONE);
    }
    byte[] head = cells.get(0);
    if (head == null) {
      return new CommandResult(CommandResult.NOT_NOW);
    }
    byte[] value = new byte[head.length - 1];
    System.arraycopy(head, 1, value, 0, value.length);
    return new CommandResult(CommandResult.DONE, value);
  }
}
