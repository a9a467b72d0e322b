package io.polyproc.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * What a command has done: the answer for the client, and which waiting clients are to look again
 * or have got what they waited for.
 */
final class CommandResult {
  static final String DONE = "1";

  /** It can't be done now, and the client does not want to wait. */
  static final String NOT_NOW = "0";

  /** The client waits, and is told later. */
  static final String WAITING = "w";

  /** It can't be done at all, such as a release of what is not held. */
  static final String REFUSED = "e";

  /** The client's node was lost to the others: nothing that it asks counts any more. */
  static final String FENCED = "f";

  /**
   * The object is in the memory of the node that follows: give the command again once it is not.
   */
  static final String LEASED = "l";

  /**
   * The command is done, and the object is in the memory of the client's node from now on: what is
   * to be answered, and the object's head.
   */
  static final String LEASED_TO_YOU = "L";

  private final List<Object> fields = new ArrayList<>();

  /**
   * @param answer its first field is one of the above
   */
  CommandResult(Object... answer) {
    fields.add(Fields.of(answer));
  }

  /** The client is to give its command again. */
  void wake(String client) {
    grant(client, "", new byte[0]);
  }

  /** The client has what it waited for with this request: the answer says what. */
  void grant(String client, String request, byte[] answer) {
    fields.add(client);
    fields.add(request);
    fields.add(answer);
  }

  byte[] toBytes() {
    return Fields.of(fields.toArray());
  }
}
