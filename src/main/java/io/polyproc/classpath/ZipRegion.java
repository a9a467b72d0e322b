package io.polyproc.classpath;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * A zip archive that is a file or, stored without compression, an entry of one. Its directory is
 * read once, and an entry's content when it is asked for, straight from the file: a jar within a
 * jar need not be copied to be looked into.
 *
 * <pre>
 *   local header, data   of each entry                    30 bytes, name, extra field; the data
 *   central header       of each entry                    46 bytes, name, extra field, comment
 *   zip64 end, locator   of archives of 65,535 entries    56 and 20 bytes
 *   end                                                   22 bytes, comment
 * </pre>
 *
 * <p>Immutable, so safe for any thread; the file must not change.
 */
public final class ZipRegion {
  private static final int LOCAL_BYTES = 30;
  private static final int CENTRAL_BYTES = 46;
  private static final int END_BYTES = 22;
  private static final int LOCATOR_BYTES = 20;
  private static final int END64_BYTES = 56;
  private static final int MAX_COMMENT = 0xFFFF;
  private static final int CENTRAL_SIGNATURE = 0x02014b50;
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int LOCATOR_SIGNATURE = 0x07064b50;
  private static final int EXTRA_OF_ZIP64 = 1;
  private static final long IN_EXTRA = 0xFFFFFFFFL;
  private static final int STORED = 0;
  private static final int DEFLATED = 8;

  private final Path file;
  private final long start;
  private final long length;
  private final Map<String, Entry> entries = new TreeMap<>();

  /**
   * An entry of the archive.
   *
   * @param offset of its local header, from the start of the file
   */
  private record Entry(int method, long crc, long compressed, long size, long offset) {}

  private ZipRegion(Path file, long start, long length, FileChannel channel) throws IOException {
    this.file = file;
    this.start = start;
    this.length = length;
    readDirectory(channel);
  }

  /**
   * An archive that is a file.
   *
   * @throws IOException if it can't be read, or is none
   */
  public static ZipRegion of(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      return new ZipRegion(file, 0, channel.size(), channel);
    }
  }

  /**
   * An archive that is an entry of this one.
   *
   * @throws IOException if there is none of that name, or it is compressed
   */
  public ZipRegion nested(String name) throws IOException {
    Entry entry = entry(name);
    if (entry.method() != STORED) {
      throw new ZipException("%s in %s is compressed".formatted(name, file));
    }
    try (FileChannel channel = FileChannel.open(file)) {
      return new ZipRegion(file, data(channel, entry), entry.size(), channel);
    }
  }

  /** The file that it is, or is in. */
  public Path file() {
    return file;
  }

  /** Whether it is the whole file. */
  public boolean isFile() {
    return start == 0;
  }

  /** How many bytes it has. */
  public long length() {
    return length;
  }

  /** The names of its entries with their checksums, in alphabetical order; folders have none. */
  public Map<String, Long> checksums() {
    Map<String, Long> checksums = new TreeMap<>();
    entries.forEach((name, entry) -> checksums.put(name, entry.crc()));
    return Collections.unmodifiableMap(checksums);
  }

  /** Whether it has an entry of this name. */
  public boolean has(String name) {
    return entries.containsKey(name);
  }

  /**
   * The content of an entry.
   *
   * @throws IOException if there is none of that name, or it can't be read
   */
  public byte[] read(String name) throws IOException {
    Entry entry = entry(name);
    try (FileChannel channel = FileChannel.open(file)) {
      byte[] data = bytes(channel, data(channel, entry), entry.compressed()).array();
      return switch (entry.method()) {
        case STORED -> data;
        case DEFLATED -> inflate(data, Math.toIntExact(entry.size()));
        default -> throw new ZipException("%s is compressed in an unknown way".formatted(name));
      };
    }
  }

  /** Writes the whole archive. */
  public void copyTo(FileChannel target) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      for (long done = 0; done < length; ) {
        long copied = channel.transferTo(start + done, length - done, target);
        if (copied <= 0) {
          throw new EOFException(file + " was cut while it was read");
        }
        done += copied;
      }
    }
  }

  private Entry entry(String name) throws IOException {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new ZipException("%s has no %s".formatted(file, name));
    }
    return entry;
  }

  private static byte[] inflate(byte[] data, int size) throws IOException {
    byte[] content = new byte[size];
    try (Inflater inflater = new Inflater(true)) {
      inflater.setInput(data);
      int done = inflater.inflate(content);
      if (done != size) {
        throw new ZipException("%d bytes in the place of %d".formatted(done, size));
      }
      return content;
    } catch (DataFormatException e) {
      throw new ZipException(String.valueOf(e.getMessage()));
    }
  }

  private void readDirectory(FileChannel channel) throws IOException {
    int searched = (int) Math.min(length, END_BYTES + LOCATOR_BYTES + MAX_COMMENT);
    ByteBuffer tail = bytes(channel, start + length - searched, searched);
    int end = searched - END_BYTES;
    while (end >= 0 && tail.getInt(end) != END_SIGNATURE) {
      end--;
    }
    if (end < 0) {
      throw new ZipException(file + " is no zip archive");
    }
    long size = tail.getInt(end + 12) & IN_EXTRA;
    long offset = tail.getInt(end + 16) & IN_EXTRA;
    long directoryEnd = start + length - searched + end;
    int locator = end - LOCATOR_BYTES;
    if (locator >= 0 && tail.getInt(locator) == LOCATOR_SIGNATURE) {
      directoryEnd = start + tail.getLong(locator + 8);
      ByteBuffer end64 = bytes(channel, directoryEnd, END64_BYTES);
      size = end64.getLong(40);
      offset = end64.getLong(48);
    }
    // What stands before the archive, such as a script that starts it, shifts all offsets.
    long shift = directoryEnd - size - offset;
    ByteBuffer directory = bytes(channel, directoryEnd - size, size);
    while (directory.remaining() >= CENTRAL_BYTES
        && directory.getInt(directory.position()) == CENTRAL_SIGNATURE) {
      readEntry(directory, shift);
    }
  }

  private void readEntry(ByteBuffer directory, long shift) {
    int at = directory.position();
    int nameLength = directory.getShort(at + 28) & 0xFFFF;
    int extraLength = directory.getShort(at + 30) & 0xFFFF;
    int commentLength = directory.getShort(at + 32) & 0xFFFF;
    long[] numbers = {
      directory.getInt(at + 24) & IN_EXTRA, // size
      directory.getInt(at + 20) & IN_EXTRA, // compressed
      directory.getInt(at + 42) & IN_EXTRA // offset
    };
    int extra = at + CENTRAL_BYTES + nameLength;
    readZip64(directory, extra, extra + extraLength, numbers);
    byte[] name = new byte[nameLength];
    directory.get(at + CENTRAL_BYTES, name);
    entries.put(
        new String(name, StandardCharsets.UTF_8),
        new Entry(
            directory.getShort(at + 10),
            directory.getInt(at + 16) & IN_EXTRA,
            numbers[1],
            numbers[0],
            shift + numbers[2]));
    directory.position(extra + extraLength + commentLength);
  }

  private static void readZip64(ByteBuffer directory, int from, int to, long[] numbers) {
    int at = from;
    while (at + 4 <= to) {
      int next = at + 4 + (directory.getShort(at + 2) & 0xFFFF);
      if (directory.getShort(at) == EXTRA_OF_ZIP64) {
        int value = at + 4;
        for (int i = 0; i < numbers.length && value + Long.BYTES <= next; i++) {
          if (numbers[i] == IN_EXTRA) {
            numbers[i] = directory.getLong(value);
            value += Long.BYTES;
          }
        }
      }
      at = next;
    }
  }

  /** Where the data of an entry begins; its local header may be longer than its central one. */
  private static long data(FileChannel channel, Entry entry) throws IOException {
    ByteBuffer header = bytes(channel, entry.offset(), LOCAL_BYTES);
    return entry.offset()
        + LOCAL_BYTES
        + (header.getShort(26) & 0xFFFF)
        + (header.getShort(28) & 0xFFFF);
  }

  private static ByteBuffer bytes(FileChannel channel, long from, long count) throws IOException {
    if (from < 0 || count < 0 || count > Integer.MAX_VALUE - 8) {
      throw new ZipException("a zip archive that is damaged");
    }
    ByteBuffer buffer = ByteBuffer.allocate((int) count).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, from + buffer.position()) < 0) {
        throw new EOFException("a zip archive that is cut off");
      }
    }
    return buffer.flip();
  }
}
