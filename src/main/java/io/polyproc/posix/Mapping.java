package io.polyproc.posix;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A range of this process's memory: see {@code man 5 proc_pid_maps}.
 *
 * @param from its first byte's address
 * @param to the address behind its last byte
 * @param permissions {@code rwx}, {@code -} for what is not allowed, then {@code p} for private or
 *     {@code s} for shared
 * @param anonymous whether there is no file behind it
 */
record Mapping(long from, long to, String permissions, boolean anonymous) {

  /**
   * All of them, by address.
   *
   * @throws IOException if there is no Linux {@code /proc}
   */
  static List<Mapping> all() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1).stream()
        .map(Mapping::parse)
        .toList();
  }

  /** A line has: from-to, permissions, offset, device, inode, and perhaps a name. */
  private static Mapping parse(String line) {
    String[] fields = line.split(" +", 6);
    int dash = fields[0].indexOf('-');
    return new Mapping(
        Long.parseUnsignedLong(fields[0], 0, dash, 16),
        Long.parseUnsignedLong(fields[0], dash + 1, fields[0].length(), 16),
        fields[1],
        fields[4].equals("0"));
  }

  boolean contains(long address) {
    return from <= address && address < to;
  }

  boolean isReadable() {
    return permissions.startsWith("r");
  }

  boolean isPrivate() {
    return permissions.endsWith("p");
  }
}
