package io.polyproc.worker;

import io.polyproc.bridge.Bridge;
import io.polyproc.protocol.ControlClient;
import io.polyproc.supervisor.StandbyPolicy;
import io.polyproc.supervisor.Supervisor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Starts the supervisor when a process is wanted; before there is a program, there is none. A
 * worker has one elsewhere.
 */
final class ImageSupervision implements Bridge.Supervision, AutoCloseable {
  private @Nullable List<String> workerCommand;
  private Map<String, String> environment = Map.of();
  private Supervisor.@Nullable Connection supervisor;
  private @Nullable ControlClient client;

  synchronized void begin(List<String> command, Map<String, String> variables) {
    workerCommand = command;
    environment = variables;
  }

  synchronized void end() {
    workerCommand = null;
    environment = Map.of();
    supervisor = null;
    client = null;
  }

  synchronized void connected(@Nullable ControlClient connected) {
    client = connected;
  }

  @Override
  public synchronized ControlClient connect() {
    ControlClient connected = client;
    if (connected != null) {
      return connected;
    }
    List<String> command = workerCommand;
    if (command == null) {
      throw new IllegalStateException("an image has no program yet");
    }
    Supervisor.Connection connection =
        Supervisor.start(command, environment, StandbyPolicy.fromEnvironment());
    supervisor = connection;
    return ControlClient.connect(connection.socket(), () -> {});
  }

  @Override
  public void beforeEnd() {
    close();
  }

  @Override
  public synchronized void afterFork() {
    client = null;
    Supervisor.Connection connection = supervisor;
    if (connection != null) {
      supervisor = null;
      connection.abandon();
    }
  }

  @Override
  public synchronized void close() {
    Supervisor.Connection connection = supervisor;
    if (connection != null) {
      connection.close();
    }
  }
}
