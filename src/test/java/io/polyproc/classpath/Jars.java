package io.polyproc.classpath;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes jars for tests. */
public final class Jars {
  private Jars() {}

  /** With compressed entries. */
  public static void write(Path jar, Map<String, byte[]> files) throws IOException {
    write(jar, files, ZipEntry.DEFLATED);
  }

  /** As a jar has the jars that are in it. */
  public static void writeStored(Path jar, Map<String, byte[]> files) throws IOException {
    write(jar, files, ZipEntry.STORED);
  }

  private static void write(Path jar, Map<String, byte[]> files, int method) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        ZipEntry entry = new ZipEntry(file.getKey());
        entry.setMethod(method);
        if (method == ZipEntry.STORED) {
          CRC32 crc = new CRC32();
          crc.update(file.getValue());
          entry.setCrc(crc.getValue());
          entry.setSize(file.getValue().length);
        }
        zip.putNextEntry(entry);
        zip.write(file.getValue());
      }
    }
  }
}
