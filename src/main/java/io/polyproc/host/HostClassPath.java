package io.polyproc.host;

import io.polyproc.bridge.CacheFolder;
import io.polyproc.classpath.ClassPathEntry;
import io.polyproc.classpath.JarStore;
import io.polyproc.distribution.SelfInstallation;
import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Where workers find the classes of the program: what its own come from, as files. */
public final class HostClassPath {
  private static final System.Logger LOG = System.getLogger(HostClassPath.class.getName());
  private static final String COPIES = "jars";

  private HostClassPath() {}

  /**
   * The class path for workers, separated as in {@code -cp}. What has no file is copied into the
   * cache folder, once; what can't be copied is left out, and the log says so.
   */
  public static String of(List<ClassPathEntry> program) {
    List<String> path = new ArrayList<>();
    for (ClassPathEntry entry : program) {
      if (!SelfInstallation.isOfWorkers(entry)) {
        try {
          path.add(file(entry).toString());
        } catch (IOException e) {
          LOG.log(Level.WARNING, "workers can't load classes from {0}: {1}", entry.name(), e);
        }
      }
    }
    return String.join(File.pathSeparator, path);
  }

  /** A class path that the program has named, for workers in another folder. */
  public static String absolute(String entries) {
    return entries.isEmpty()
        ? ""
        : Pattern.compile(File.pathSeparator, Pattern.LITERAL)
            .splitAsStream(entries)
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .collect(Collectors.joining(File.pathSeparator));
  }

  private static Path file(ClassPathEntry entry) throws IOException {
    Path own = entry.file().orElse(null);
    if (own != null) {
      return own;
    }
    return switch (CacheFolder.find()) {
      case CacheFolder.Usable usable -> new JarStore(usable.path().resolve(COPIES)).file(entry);
      case CacheFolder.Unusable unusable -> throw new IOException(unusable.reason());
    };
  }
}
