package io.polyproc.host;

import io.polyproc.bridge.CacheFolder;
import io.polyproc.classpath.ClassPathEntry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where a Java program says that its Python code is: in folders, among its resources, or where
 * GraalPy's plugins have put it.
 *
 * <p>Not thread-safe: one builder owns it.
 */
public final class ModuleSources {
  private final List<Path> path = new ArrayList<>();
  private final List<String> resources = new ArrayList<>();
  private final List<String> graalpyResources = new ArrayList<>();
  private final List<Path> graalpyDirectories = new ArrayList<>();

  /** Adds a folder, or zip file, that comes before all resources. */
  public void addPath(Path entry) {
    path.add(absolute(entry));
  }

  /** Adds folders of the program's resources. */
  public void addResources(List<String> folders) {
    resources.addAll(folders);
  }

  /** Adds a folder of resources that GraalPy's plugins have filled. */
  public void addGraalpyResources(String folder) {
    graalpyResources.add(folder);
  }

  /** Adds a folder on disk that GraalPy's plugins have filled. */
  public void addGraalpyDirectory(Path directory) {
    graalpyDirectories.add(absolute(directory));
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }

  /**
   * The folders that Python can import from.
   *
   * @param program where its resources are
   * @throws IllegalArgumentException if there are no such resources
   * @throws java.io.UncheckedIOException if resources can't be copied
   */
  public HostResources.Folders find(List<ClassPathEntry> program) {
    HostResources all = new HostResources(program, CacheFolder::find);
    List<Path> found = new ArrayList<>(path);
    List<Path> sites = new ArrayList<>();
    resources.forEach(name -> found.addAll(all.folders(name)));
    Stream.concat(
            graalpyResources.stream().map(all::graalpy),
            graalpyDirectories.stream().map(HostResources::graalpy))
        .forEach(
            each -> {
              found.addAll(each.path());
              sites.addAll(each.sites());
            });
    return new HostResources.Folders(found, sites);
  }
}
