package io.polyproc.cli;

import io.polyproc.distribution.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What {@code doctor} finds in the distribution and in the JVM that was started from it. */
final class InstallationFindings {

  private static final String RUNTIME_IMAGE = "runtime image";
  private static final String AOT_CACHE = "AOT cache";
  private static final String PROCESS_IMAGE = "process image";
  private static final String SHIM = "shim";

  private final Installation installation;

  InstallationFindings(Installation installation) {
    this.installation = installation;
  }

  List<Finding> all() {
    return List.of(polyproc(), java(), runtimeImage(), aotCache(), processImage(), shim());
  }

  private Finding polyproc() {
    return Finding.ok("polyproc", Version.POLYPROC + " in " + installation.home());
  }

  private static Finding java() {
    return Finding.ok(
        "Java",
        "%s (%s) in %s"
            .formatted(
                System.getProperty("java.runtime.version"),
                System.getProperty("java.vendor"),
                System.getProperty("java.home")));
  }

  private Finding runtimeImage() {
    Path runtime = installation.home().resolve("runtime");
    if (Path.of(System.getProperty("java.home")).equals(runtime)) {
      return Finding.ok(RUNTIME_IMAGE, "in use");
    }
    return Finding.note(
        RUNTIME_IMAGE,
        installation.jit()
            ? "not in use: this JVM was not started by bin/polyproc"
            : "not in use: " + property("jit.reason", "the distribution has none"));
  }

  private Finding aotCache() {
    Optional<Path> cache = installation.aotCache();
    if (cache.isPresent()) {
      return aotCache(cache.get());
    }
    String madeFor = property("aot.home", "");
    boolean moved = !madeFor.isEmpty() && !madeFor.equals(installation.home().toString());
    return Finding.note(
        AOT_CACHE,
        "not in use: "
            + (moved
                ? "it was made for " + madeFor + ", and could not be made again here"
                : property("aot.reason", "the distribution has none")));
  }

  /** The JVM is silent about a cache that it refuses; one that it uses is mapped into memory. */
  private static Finding aotCache(Path cache) {
    try {
      String text = "%s (%s)".formatted(cache, Bytes.text(Files.size(cache)));
      return Files.readString(Path.of("/proc/self/maps")).contains(cache.toString())
          ? Finding.ok(AOT_CACHE, "in use: " + text)
          : Finding.note(
              AOT_CACHE,
              "not in use: the JVM refused %s; POLYPROC_JAVA_OPTS=-Xlog:aot tells why"
                  .formatted(text));
    } catch (IOException e) {
      return Finding.note(AOT_CACHE, cache + ", and whether it is in use is not known: " + e);
    }
  }

  private Finding processImage() {
    ImageFile image = ImageFile.of(installation);
    if (Installation.IMAGES_OFF.equals(System.getenv(Installation.IMAGES_VARIABLE))) {
      return Finding.note(
          PROCESS_IMAGE, "not used: " + Installation.IMAGES_VARIABLE + "=off is set");
    }
    try {
      ImageFile.State state = image.state();
      return state.fits()
          ? Finding.ok(PROCESS_IMAGE, "fits: " + image.path())
          : Finding.note(PROCESS_IMAGE, "not used: " + state.reason());
    } catch (IOException e) {
      return Finding.note(PROCESS_IMAGE, "whether it fits is not known: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Finding.note(PROCESS_IMAGE, "whether it fits is not known: interrupted");
    }
  }

  private Finding shim() {
    Path shim = installation.pythonShim();
    return Files.isDirectory(shim.resolve("multiprocessing"))
        ? Finding.ok(SHIM, shim.toString())
        : Finding.problem(SHIM, "there is no " + shim.resolve("multiprocessing"));
  }

  private String property(String key, String otherwise) {
    return installation.properties().getProperty(key, otherwise);
  }
}
