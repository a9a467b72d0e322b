package io.polyproc.process;

import io.polyproc.PythonFunction;
import io.polyproc.PythonTuple;
import io.polyproc.host.EmbeddedRuntime;
import io.polyproc.host.Events;
import io.polyproc.host.HostOptions;
import io.polyproc.host.HostResources;
import io.polyproc.posix.Processes;
import io.polyproc.protocol.ChildHandle;
import io.polyproc.value.ApiAccess;
import io.polyproc.value.ValueWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Starts the processes of a runtime, each of which calls a function. Their payload is what {@code
 * _polyproc/process/child.py} and {@code _polyproc/java} read.
 *
 * <p>Any thread may call.
 */
public final class ProcessStarter {
  private static final int KEY_BYTES = 32;

  private final EmbeddedRuntime host;
  private final byte[] authkey = new byte[KEY_BYTES];
  private final AtomicLong numbers = new AtomicLong();

  /** For the processes of one runtime. */
  public ProcessStarter(EmbeddedRuntime host) {
    this.host = host;
    new SecureRandom().nextBytes(authkey);
  }

  /** What the processes of this runtime, and its managers, know each other by. */
  public byte[] authkey() {
    return authkey.clone();
  }

  /**
   * Starts a process, on any node if there is a cluster.
   *
   * @param name of the process; empty for one with its number
   * @throws IllegalStateException if the runtime is closed, or workers can't start
   */
  public ChildHandle start(String name, PythonFunction function, PythonTuple arguments) {
    return start(name, function, arguments, host.options().isSpread());
  }

  /** As {@link #start}, but always on this machine. */
  public ChildHandle startHere(String name, PythonFunction function, PythonTuple arguments) {
    return start(name, function, arguments, false);
  }

  private ChildHandle start(
      String name, PythonFunction function, PythonTuple arguments, boolean anywhere) {
    host.checkOpen();
    long number = numbers.incrementAndGet();
    String processName = name.isEmpty() ? "Process-" + number : name;
    Events.ProcessStart event = Events.processStarts();
    byte[] payload = payload(processName, number, function, arguments, anywhere);
    Events.processWritten(event);
    try {
      String title = "polyproc: %s (%s)".formatted(processName, function);
      ChildHandle child = host.startProcess(title, payload);
      Events.processStarted(event, child, processName, function.toString());
      return child;
    } catch (IOException e) {
      host.checkOpen();
      throw new IllegalStateException("workers can't start: " + e.getMessage(), e);
    }
  }

  private byte[] payload(
      String name, long number, PythonFunction function, PythonTuple arguments, boolean anywhere) {
    byte[] head = ValueWriter.write(head(name, number, anywhere), "start");
    PythonTuple call = ApiAccess.get().parts(function).call(arguments);
    byte[] body =
        anywhere
            ? ValueWriter.writeForAnyNode(call, "arguments", true)
            : ValueWriter.write(call, "arguments", host);
    return ValueWriter.write(
        PythonTuple.of("java", surroundings(), PythonTuple.of(head, body)), "payload");
  }

  private Map<String, @Nullable Object> head(String name, long number, boolean anywhere) {
    HostOptions options = host.options();
    HostResources.Folders modules = options.modules();
    Map<String, @Nullable Object> head = new LinkedHashMap<>();
    head.put("path", modules.path().stream().map(Path::toString).toList());
    head.put("sites", modules.sites().stream().map(Path::toString).toList());
    head.put("authkey", authkey);
    head.put("parent", Processes.id());
    head.put("method", options.startMethod());
    head.put("name", name);
    head.put("number", number);
    head.put("anywhere", anywhere);
    return head;
  }

  private Map<String, @Nullable Object> surroundings() {
    Map<String, @Nullable Object> surroundings = new LinkedHashMap<>();
    surroundings.put("cwd", host.options().folder().toString());
    surroundings.put("umask", Processes.fileModeMask());
    surroundings.put("environment", host.options().environment());
    surroundings.put("descriptors", List.of());
    surroundings.put("options", List.of());
    surroundings.put("of_java_program", true);
    return surroundings;
  }
}
