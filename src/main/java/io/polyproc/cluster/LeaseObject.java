package io.polyproc.cluster;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The head of an object that one node has in its memory for a while, so that commands of its
 * processes need not go to the engine: {@code 'l'}, the node's incarnation, and the object's head
 * at the time when it was leased.
 *
 * <pre>
 *   lease.return head      of the lessee: the object as it is now
 * </pre>
 *
 * <p>Every other command is answered by {@link CommandResult#LEASED} and the lessee's incarnation:
 * the node that has given it has the lessee return the object, and gives it again. When the lessee
 * is lost, so are all processes that can have used the object meanwhile, and it counts as at the
 * time of the lease.
 */
final class LeaseObject {
  static final byte TYPE = 'l';
  static final String RETURN = "lease.return";

  private static final int STATE = 3;

  private LeaseObject() {}

  static boolean is(byte[] head) {
    return head[0] == TYPE;
  }

  /** The head of an object that is leased. */
  static byte[] head(String incarnation, byte[] state) {
    byte[] fields = Fields.of(incarnation, state);
    byte[] head = new byte[1 + fields.length];
    head[0] = TYPE;
    System.arraycopy(fields, 0, head, 1, fields.length);
    return head;
  }

  private static Fields read(byte[] head) {
    return Fields.read(Arrays.copyOfRange(head, 1, head.length));
  }

  /**
   * Acts on an object that is leased.
   *
   * @param head of the object
   */
  static CommandResult apply(Cells cells, byte[] head, Fields command) {
    String lessee = read(head).text(0);
    if (command.text(2).equals(RETURN)
        && ClusterObjects.incarnation(command.text(0)).equals(lessee)) {
      cells.put(0, command.bytes(STATE));
      return new CommandResult(CommandResult.DONE);
    }
    return new CommandResult(CommandResult.LEASED, lessee);
  }

  /**
   * A process or a node has ended.
   *
   * @param head of the object
   * @param who as {@link ClusterObjects#isPart} has it
   * @return null if the object is not leased any more, and what was lost may have used it
   */
  static @Nullable CommandResult lose(Cells cells, byte[] head, String who) {
    Fields fields = read(head);
    String lessee = fields.text(0);
    if (!ClusterObjects.incarnation(who).equals(lessee)) {
      return new CommandResult(CommandResult.DONE); // only the lessee's processes can have it
    }
    if (!who.endsWith("#")) {
      return new CommandResult(CommandResult.LEASED, lessee);
    }
    cells.put(0, fields.bytes(1));
    return null;
  }
}
