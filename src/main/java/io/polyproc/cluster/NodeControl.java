package io.polyproc.cluster;

import io.polyproc.distribution.Installation;
import io.polyproc.posix.Descriptors;
import io.polyproc.posix.PosixException;
import io.polyproc.posix.UnixStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** What the command does with the agent of a node on this machine. */
public final class NodeControl {
  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration STOP = Duration.ofSeconds(20);
  private static final long LOOK_MILLIS = 50;

  private final ClusterFolder folder;

  public NodeControl(ClusterFolder folder) {
    this.folder = folder;
  }

  /**
   * How a node is to be.
   *
   * @param name by which users know it
   * @param address at which it listens, and others find it
   * @param port 0 for any
   * @param cores how many it offers; null for all of the machine's; with 0 it runs processes only
   *     where no other node is left
   * @param cluster where the cluster was started, as {@code HOST:PORT}; empty to start one
   * @param token that {@code start} has printed; empty to start one
   * @param authority a folder in which the cluster's keys and token are kept; empty for new ones
   * @param copies on how many nodes the cluster keeps each item and lock; only for one that starts
   */
  public record Settings(
      String name,
      String address,
      int port,
      @Nullable Integer cores,
      String cluster,
      String token,
      String authority,
      int copies) {

    /** On how many nodes an item and a lock can be kept. */
    static final int MIN_COPIES = 2;

    static final int MAX_COPIES = 5;

    /** Checks the number of copies. */
    public Settings {
      if (copies < MIN_COPIES || copies > MAX_COPIES) {
        throw new IllegalArgumentException(
            "a cluster keeps %d to %d copies, not %d".formatted(MIN_COPIES, MAX_COPIES, copies));
      }
    }
  }

  /**
   * Starts an agent and waits until it serves.
   *
   * @return where it listens for other nodes
   * @throws IOException if it could not start, with the reason
   */
  public String start(Installation installation, Settings settings) throws IOException {
    Admission.checkName(settings.name());
    if (!Files.isDirectory(installation.clusterLibrary())) {
      throw new IOException(
          "this installation has no %s, the optional part that agents need"
              .formatted(installation.clusterLibrary()));
    }
    if (isRunning()) {
      throw new IOException("the agent of node %s runs already".formatted(settings.name()));
    }
    folder.make();
    Properties properties = new Properties();
    properties.setProperty("node", settings.name());
    properties.setProperty("address", settings.address());
    properties.setProperty("port", Integer.toString(settings.port()));
    properties.setProperty("cores", Objects.toString(settings.cores(), ""));
    properties.setProperty("join", settings.cluster());
    properties.setProperty("token", settings.token());
    properties.setProperty("authority", settings.authority());
    properties.setProperty("copies", Integer.toString(settings.copies()));
    folder.write(properties);
    List<String> command = new ArrayList<>(installation.agentCommand());
    command.addAll(
        List.of(AgentMain.class.getName(), folder.toString(), installation.home().toString()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(folder.log().toFile())
            .redirectErrorStream(true)
            .directory(Path.of("/").toFile());
    return awaitStart(builder.start());
  }

  private String awaitStart(Process agent) throws IOException {
    long deadline = System.nanoTime() + START.toNanos();
    while (System.nanoTime() < deadline) {
      if (Files.exists(folder.ready())) {
        return Files.readString(folder.ready());
      }
      if (Files.exists(folder.failure())) {
        throw new IOException(Files.readString(folder.failure()));
      }
      if (!agent.isAlive()) {
        throw new IOException(
            "the agent has ended with status %d; see %s"
                .formatted(agent.exitValue(), folder.log()));
      }
      pause();
    }
    agent.destroyForcibly();
    throw new IOException(
        "the agent does not serve after %d s; see %s".formatted(START.toSeconds(), folder.log()));
  }

  /** The token of the cluster that this node has started. */
  public String token() throws IOException {
    return Files.readString(folder.token());
  }

  /** Whether its agent serves. */
  public boolean isRunning() {
    try {
      Descriptors.close(UnixStream.connect(folder.socket()));
      return true;
    } catch (PosixException e) {
      return false;
    }
  }

  /**
   * The cluster as this node sees it, as JSON.
   *
   * @throws IOException if its agent does not answer
   */
  public String status() throws IOException {
    return ask(Fields.of("status"));
  }

  /**
   * Who waits for whom in a program.
   *
   * @param text for people
   * @param json for programs
   * @param hasFoundSomething whether there are threads that wait for something that will not come
   */
  public record WhyAnswer(String text, String json, boolean hasFoundSomething) {}

  /**
   * Who waits for whom in the program of a process, on all nodes.
   *
   * @param node the name of the one that the process is on; empty for this one
   * @param patience how long each node waits for what processes say
   * @throws IOException if the agent does not answer, or there is no such process of a program that
   *     uses the cluster
   */
  public WhyAnswer waits(String node, int pid, Duration patience) throws IOException {
    Fields answer = request(Fields.of("why", node, pid, patience.toMillis()));
    return new WhyAnswer(answer.text(1), answer.text(2), !answer.text(3).isEmpty());
  }

  /**
   * The Python stacks of a process, as {@code polyproc stack} prints them.
   *
   * @param node the name of the one that the process is on
   * @param locals whether with the values of variables
   * @param patience how long to wait for what the process says
   * @throws IOException if the agent does not answer, or there is no such process of this user
   */
  public String stack(String node, int pid, boolean locals, Duration patience) throws IOException {
    return ask(Fields.of("stack", node, pid, locals ? "locals" : "", patience.toMillis()));
  }

  /**
   * What the processes of this user do on each other node.
   *
   * @param patience how long each node waits for what processes say
   * @return what {@code NodeProcesses.read} reads, by the names of the nodes that answer
   * @throws IOException if this node's agent does not answer
   */
  public Map<String, String> lookAtOthers(Duration patience) throws IOException {
    Fields answer = request(Fields.of("look-others", patience.toMillis()));
    Map<String, String> nodes = new LinkedHashMap<>();
    for (int i = 1; i < answer.count(); i += 2) {
      nodes.put(answer.text(i), answer.text(i + 1));
    }
    return nodes;
  }

  /**
   * The last lines of what a process of a node writes to files.
   *
   * @throws IOException if the agent does not answer, or there is no such process of this user
   */
  public String logs(String node, int pid) throws IOException {
    return ask(Fields.of("logs", node, pid));
  }

  /**
   * Sends a signal to a process of a node.
   *
   * @throws IOException if the agent does not answer, or there is no such process of this user
   */
  public void signal(String node, int pid, int number) throws IOException {
    String _ = ask(Fields.of("signal", node, pid, number));
  }

  /**
   * The processes of this user on each node, as {@code polyproc ps} lists them there.
   *
   * @param json whether as JSON
   * @param shares whether with the shares of memory
   * @param patience how long each node waits for what processes say
   * @return texts by names of nodes; instead of the text of a node that does not answer: why
   * @throws IOException if this node's agent does not answer
   */
  public Map<String, String> processes(boolean json, boolean shares, Duration patience)
      throws IOException {
    Fields answer =
        request(
            Fields.of(
                "ps-all", json ? "json" : "text", shares ? "shares" : "", patience.toMillis()));
    Map<String, String> nodes = new LinkedHashMap<>();
    for (int at = 1; at + 1 < answer.count(); at += 2) {
      nodes.put(answer.text(at), answer.text(at + 1));
    }
    return nodes;
  }

  /** Lets the agent take no more processes, and end when those that it runs for others have. */
  public void leave(long seconds) throws IOException {
    String _ = ask(Fields.of("leave", seconds));
    awaitEnd();
  }

  /**
   * Ends the cluster.
   *
   * @return the names of nodes that could not be told
   */
  public String stop() throws IOException {
    String failed = ask(Fields.of("stop"));
    awaitEnd();
    return failed;
  }

  private void awaitEnd() throws IOException {
    long deadline = System.nanoTime() + STOP.toNanos();
    while (isRunning()) {
      if (System.nanoTime() > deadline) {
        throw new IOException("the agent has not ended after " + STOP.toSeconds() + " s");
      }
      pause();
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(LOOK_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private String ask(byte[] question) throws IOException {
    Fields answer = request(question);
    return answer.count() > 1 ? answer.text(1) : "";
  }

  private Fields request(byte[] question) throws IOException {
    int fd;
    try {
      fd = UnixStream.connect(folder.socket());
    } catch (PosixException e) {
      throw new IOException("no agent runs for the node in " + folder, e);
    }
    try (LocalChannel channel = new LocalChannel(fd, LocalChannel.Kind.SOCKET)) {
      channel.write(new byte[1], 0, 1); // no descriptors
      Fields answer = Fields.read(channel.ask(question));
      if (!answer.text(0).equals(CommandResult.DONE)) {
        throw new IOException(answer.count() > 1 ? answer.text(1) : "the agent refuses");
      }
      return answer;
    }
  }
}
