package io.polyproc.daemon;

import io.polyproc.wire.RunRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a worker must be booted with to fit a program: all that cannot be changed later.
 *
 * @param options the interpreter's
 * @param executable {@code sys.executable}
 * @param environment the variables that Python, the C library or the JVM read when they start
 */
record StandbyKey(List<String> options, String executable, Map<String, String> environment) {
  private static final List<String> PREFIXES =
      List.of("PYTHON", "POLYPROC_", "LC_", "LD_", "MALLOC_", "JAVA_", "JDK_");
  private static final Set<String> NAMES = Set.of("HOME", "LANG", "LANGUAGE", "TZ");

  static StandbyKey of(RunRequest request) {
    return of(request.options(), request.executable(), request.environment());
  }

  static StandbyKey of(List<String> options, String executable, Map<String, String> environment) {
    return new StandbyKey(
        options,
        executable,
        environment.entrySet().stream()
            .filter(variable -> matters(variable.getKey()))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  private static boolean matters(String name) {
    return NAMES.contains(name) || PREFIXES.stream().anyMatch(name::startsWith);
  }
}
