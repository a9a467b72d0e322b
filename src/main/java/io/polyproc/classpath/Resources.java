package io.polyproc.classpath;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleReader;
import java.lang.module.ResolvedModule;
import java.util.Optional;

/** Resources beside a class, also those that its module does not open. */
public final class Resources {
  private Resources() {}

  /**
   * The full name of a resource, as {@link Class#getResource} finds it.
   *
   * @param name relative to the class's package, or with a {@code /} before it
   */
  public static String resolve(Class<?> anchor, String name) {
    if (name.startsWith("/")) {
      return name.substring(1);
    }
    String folder = anchor.getPackageName().replace('.', '/');
    return folder.isEmpty() ? name : folder + "/" + name;
  }

  /**
   * The content of a resource; empty if there is none of that name.
   *
   * @param name as {@link #resolve} gives it
   * @throws IOException if it can't be read
   */
  public static Optional<byte[]> read(Class<?> anchor, String name) throws IOException {
    try (InputStream in = anchor.getResourceAsStream("/" + name)) {
      if (in != null) {
        return Optional.of(in.readAllBytes());
      }
    }
    // A module hides the resources in its packages from other modules, such as this one.
    ModuleLayer layer = anchor.getModule().getLayer();
    ResolvedModule module =
        layer == null
            ? null
            : layer
                .configuration()
                .findModule(String.valueOf(anchor.getModule().getName()))
                .orElse(null);
    if (module == null) {
      return Optional.empty();
    }
    try (ModuleReader reader = module.reference().open()) {
      InputStream found = reader.open(name).orElse(null);
      if (found == null) {
        return Optional.empty();
      }
      try (InputStream in = found) {
        return Optional.of(in.readAllBytes());
      }
    }
  }
}
