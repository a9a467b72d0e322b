package io.polyproc.cluster;

/**
 * What a node tells of itself.
 *
 * @param incarnation its name and a random part: another one each time that its agent starts
 * @param address where its agent listens for others, as {@code HOST:PORT}
 * @param engine where its engine does
 * @param cores how many processors it offers
 */
record NodeInfo(String incarnation, String address, String engine, int cores) {

  /** The name that users know it by. */
  String name() {
    return nameOf(incarnation);
  }

  static String nameOf(String incarnation) {
    int end = incarnation.indexOf('~');
    return end < 0 ? incarnation : incarnation.substring(0, end);
  }

  byte[] toBytes() {
    return Fields.of(incarnation, address, engine, cores);
  }

  static NodeInfo read(byte[] bytes) {
    Fields fields = Fields.read(bytes);
    return new NodeInfo(fields.text(0), fields.text(1), fields.text(2), (int) fields.number(3));
  }
}
