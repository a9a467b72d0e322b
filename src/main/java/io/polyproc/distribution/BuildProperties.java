package io.polyproc.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The file {@code lib/image.properties}: what the build did, what it could not do and why.
 *
 * <p>Plain {@code key=value} lines without {@link Properties}' escapes, because the bash launcher
 * reads it too. Not thread-safe: one builder owns it.
 */
final class BuildProperties {

  static final String JIT = "jit";
  static final String AOT = "aot";

  /** The place for which the AOT cache was made. */
  static final String AOT_HOME = "aot.home";

  private static final String REASON = ".reason";
  private static final String FINGERPRINT = "fingerprint.";

  private final Map<String, String> values = new TreeMap<>();

  /** A file that is not there is one without values. */
  static BuildProperties read(Path file) throws IOException {
    BuildProperties properties = new BuildProperties();
    if (Files.exists(file)) {
      Files.readAllLines(file).forEach(properties::parse);
    }
    return properties;
  }

  private void parse(String line) {
    int equals = line.indexOf('=');
    if (equals > 0 && !line.startsWith("#")) {
      values.put(line.substring(0, equals), line.substring(equals + 1));
    }
  }

  void write(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    List<String> lines =
        values.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).toList();
    if (Files.exists(file) && Files.readAllLines(file).equals(lines)) {
      return;
    }
    Replace.<RuntimeException>file(file, temporary -> Files.write(temporary, lines));
  }

  Optional<String> get(String key) {
    return Optional.ofNullable(values.get(key));
  }

  void put(String key, String value) {
    values.put(key, value.lines().map(String::strip).collect(Collectors.joining(" ")));
  }

  boolean isOn(String feature) {
    return get(feature).equals(Optional.of("on"));
  }

  void on(String feature) {
    put(feature, "on");
    values.remove(feature + REASON);
  }

  void off(String feature, String reason) {
    put(feature, "off");
    put(feature + REASON, reason);
  }

  boolean hasFingerprint(String step, String fingerprint) {
    return get(FINGERPRINT + step).equals(Optional.of(fingerprint));
  }

  void putFingerprint(String step, String fingerprint) {
    put(FINGERPRINT + step, fingerprint);
  }

  Properties toProperties() {
    Properties properties = new Properties();
    properties.putAll(values);
    return properties;
  }
}
