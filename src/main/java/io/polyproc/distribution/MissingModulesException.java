package io.polyproc.distribution;

import java.io.Serial;
import java.nio.file.Path;
import java.util.List;

/** A Java runtime that workers would be started with lacks modules that they need. */
public final class MissingModulesException extends IllegalStateException {
  @Serial private static final long serialVersionUID = 1L;

  /**
   * @param modules all that it lacks
   */
  public MissingModulesException(Path jdk, List<String> modules) {
    super(
        "workers can't start: the Java runtime in %s lacks modules that are needed: %s"
            .formatted(jdk, String.join(", ", modules)));
  }
}
