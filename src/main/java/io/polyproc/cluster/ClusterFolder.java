package io.polyproc.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * What a node keeps on disk, for its user only: keys, certificates, the socket that programs
 * connect to, and how its agent was started.
 */
public final class ClusterFolder {
  private final Path folder;

  private ClusterFolder(Path folder) {
    this.folder = folder;
  }

  /** The folder of a node. */
  public static ClusterFolder of(Path folder) {
    return new ClusterFolder(folder);
  }

  /**
   * The folders of this user's nodes on this machine, whether their agents run or not.
   *
   * @param parent where they are
   */
  public static List<ClusterFolder> all(Path parent) {
    List<ClusterFolder> found = new ArrayList<>();
    if (Files.isDirectory(parent)) {
      try (var folders = Files.list(parent)) {
        folders.sorted().map(ClusterFolder::new).forEach(found::add);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + parent, e);
      }
    }
    return found;
  }

  /** Where the folder of a node is, there or not. */
  public static ClusterFolder of(Path parent, String node) {
    return new ClusterFolder(parent.resolve(node));
  }

  /** Makes it, and removes what an earlier agent has left. */
  void make() {
    try {
      Files.createDirectories(folder);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
      for (Path file : List.of(socket(), ready(), failure(), token())) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + folder, e);
    }
  }

  /** Where its agent listens for programs. */
  public Path socket() {
    return folder.resolve("agent.sock");
  }

  /** What the agent logs, for the search of an error. */
  public Path log() {
    return folder.resolve("agent.log");
  }

  /** Is there once the agent serves. */
  public Path ready() {
    return folder.resolve("ready");
  }

  /** Why an agent could not start. */
  public Path failure() {
    return folder.resolve("failure");
  }

  /** Of the node that has started the cluster: what lets others join. */
  public Path token() {
    return folder.resolve("token");
  }

  Path key() {
    return folder.resolve("node.key");
  }

  Path certificate() {
    return folder.resolve("node.pem");
  }

  Path authority() {
    return folder.resolve("authority.pem");
  }

  /** A folder for processes whose own folder is not on this machine; it stays empty. */
  Path empty() {
    Path empty = folder.resolve("empty");
    try {
      Files.createDirectories(empty);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + empty, e);
    }
    return empty;
  }

  Properties settings() {
    Properties settings = new Properties();
    try (var in = Files.newInputStream(folder.resolve("settings"))) {
      settings.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the settings in " + folder, e);
    }
    return settings;
  }

  void write(Properties settings) {
    try (var out = Files.newOutputStream(folder.resolve("settings"))) {
      settings.store(out, null);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the settings in " + folder, e);
    }
  }

  /** Leaves a text in a file of the folder, all of it at once. */
  static void leave(Path file, String text) {
    try {
      Path part = file.resolveSibling(file.getFileName() + ".part");
      Files.createFile(
          part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(part, text);
      Files.move(part, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  @Override
  public String toString() {
    return folder.toString();
  }
}
