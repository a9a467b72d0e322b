package io.polyproc.host;

import io.polyproc.distribution.Installation;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a Java program wants of its workers.
 *
 * @param installation what they are started from
 * @param standby how many wait booted; null for as many as the machine allows
 * @param workerOptions more options for each worker's JVM
 * @param environment the variables of each worker
 * @param folder the working directory of each worker
 * @param hostClassPath where {@code java.type} looks for classes
 * @param modules where Python finds those of the program
 * @param startMethod how Python code starts processes of its own by default
 * @param isSpread whether processes may be on other nodes of a cluster
 * @param output takes their standard output; null for this JVM's own
 * @param error takes their standard error; null for this JVM's own
 */
public record HostOptions(
    Installation installation,
    @Nullable Integer standby,
    List<String> workerOptions,
    Map<String, String> environment,
    Path folder,
    String hostClassPath,
    HostResources.Folders modules,
    String startMethod,
    boolean isSpread,
    @Nullable OutputStream output,
    @Nullable OutputStream error) {

  public HostOptions {
    workerOptions = List.copyOf(workerOptions);
    environment = Map.copyOf(environment);
  }
}
