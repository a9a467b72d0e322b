package io.polyproc.cli;

import io.polyproc.bridge.CacheFolder;
import io.polyproc.cluster.ClusterFolder;
import io.polyproc.cluster.NodeControl;
import io.polyproc.distribution.Installation;
import io.polyproc.observation.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code polyproc cluster}: makes this machine a node of a cluster. */
@Command(
    name = "polyproc cluster",
    synopsisSubcommandLabel = "(start | join | status | leave | stop)",
    description = {
      "Makes this machine a node of a cluster, on which programs started with",
      "`polyproc --cluster` or POLYPROC_CLUSTER=on run processes: docs/cluster.md.",
      ""
    },
    subcommands = {
      ClusterCommand.Start.class,
      ClusterCommand.Join.class,
      ClusterCommand.Status.class,
      ClusterCommand.Leave.class,
      ClusterCommand.Stop.class
    })
final class ClusterCommand implements Callable<Integer> {
  private static final int PORT = 7740;
  private static final int COPIES = 2;

  /** The environment variable for the folder of the nodes. */
  private static final String FOLDER = "POLYPROC_CLUSTER_FOLDER";

  @Mixin
  @SuppressWarnings("unused") // Picocli fills it
  private final HelpOption help = new HelpOption();

  static int execute(List<String> arguments) {
    return new CommandLine(new ClusterCommand())
        .setExecutionExceptionHandler(
            (failure, line, result) -> {
              if (failure instanceof IOException || failure instanceof IllegalArgumentException) {
                System.err.println("polyproc: " + failure.getMessage());
                return ExitCode.FAILED.status();
              }
              throw failure;
            })
        .execute(arguments.toArray(String[]::new));
  }

  @Override
  public Integer call() {
    CommandLine.usage(this, System.err);
    return ExitCode.USAGE.status();
  }

  /** Where the nodes of this machine keep their keys. */
  private static Path nodes() throws IOException {
    String chosen = System.getenv().getOrDefault(FOLDER, "");
    if (!chosen.isEmpty()) {
      return Path.of(chosen).toAbsolutePath();
    }
    return switch (CacheFolder.find()) {
      case CacheFolder.Usable usable -> usable.path().resolve("cluster");
      case CacheFolder.Unusable unusable ->
          throw new IOException(
              "a node keeps its keys in the cache folder %s, which can't be used: %s; %s can name another one"
                  .formatted(unusable.path(), unusable.reason(), FOLDER));
    };
  }

  /** The node that a command without a name means: the only one, or the first that runs. */
  static NodeControl existing(String name) throws IOException {
    if (!name.isEmpty()) {
      return new NodeControl(ClusterFolder.of(nodes(), name));
    }
    List<NodeControl> running =
        ClusterFolder.all(nodes()).stream()
            .map(NodeControl::new)
            .filter(NodeControl::isRunning)
            .toList();
    if (running.isEmpty()) {
      throw new IOException("no agent runs here: see `polyproc cluster start` and `join`");
    }
    return running.getFirst();
  }

  /** What {@code start} and {@code join} have in common. */
  static final class NodeOptions {
    @Option(
        names = "--name",
        paramLabel = "<name>",
        defaultValue = "",
        description = "what the node is called (the host's name)")
    private String name = "";

    @Option(
        names = "--address",
        paramLabel = "<host>",
        defaultValue = "127.0.0.1",
        description = "where it listens and others find it (127.0.0.1)")
    private String address = "";

    @Option(
        names = "--cores",
        paramLabel = "<n>",
        description =
            "how many it offers (all); 0: it runs no process, as long as others are there")
    private @Nullable Integer cores;

    private NodeControl.Settings settings(
        int port, String cluster, String token, String authority, int copies)
        throws UnknownHostException {
      String chosen = name.isEmpty() ? hostName() : name;
      if (cores != null && cores < 0) {
        throw new IllegalArgumentException("--cores must not be negative, and is " + cores);
      }
      return new NodeControl.Settings(
          chosen, address, port, cores, cluster, token, authority, copies);
    }

    private static String hostName() throws UnknownHostException {
      return InetAddress.getLocalHost().getHostName().replaceFirst("\\..*", "");
    }
  }

  /** Starts a cluster. */
  @Command(
      name = "start",
      description = {"Starts a cluster with this machine as its first node.", ""})
  static final class Start implements Callable<Integer> {
    @Mixin private final NodeOptions options = new NodeOptions();

    @Option(
        names = "--authority",
        paramLabel = "<folder>",
        defaultValue = "",
        description = "keeps keys and token there, for the next start (new ones each time)")
    private String authority = "";

    @Option(
        names = "--port",
        paramLabel = "<port>",
        defaultValue = "" + PORT,
        description = "where it listens (" + PORT + "); 0: any")
    private int port;

    @Option(
        names = "--copies",
        paramLabel = "<n>",
        defaultValue = "" + COPIES,
        description =
            "on how many nodes each item and lock is kept (2): one less may vanish at once")
    private int copies;

    @Mixin
    @SuppressWarnings("unused") // Picocli fills it
    private final HelpOption help = new HelpOption();

    @Override
    public Integer call() throws IOException {
      NodeControl.Settings settings =
          options.settings(
              port,
              "",
              "",
              authority.isEmpty() ? "" : Path.of(authority).toAbsolutePath().toString(),
              copies);
      NodeControl node = new NodeControl(ClusterFolder.of(nodes(), settings.name()));
      String address = node.start(Installation.current(), settings);
      System.out.println(
          "node %s of a new cluster serves at %s".formatted(settings.name(), address));
      System.out.println("others join by");
      System.out.println("  polyproc cluster join %s --token %s".formatted(address, node.token()));
      return ExitCode.OK.status();
    }
  }

  /** Joins one. */
  @Command(
      name = "join",
      description = {"Makes this machine a node of a cluster.", ""})
  static final class Join implements Callable<Integer> {
    @Parameters(paramLabel = "HOST:PORT", description = "where the cluster was started")
    private String cluster = "";

    @Option(
        names = "--token",
        paramLabel = "<token>",
        description = "that `start` has printed; else the variable POLYPROC_CLUSTER_TOKEN")
    private @Nullable String token;

    @Option(
        names = "--port",
        paramLabel = "<port>",
        defaultValue = "0",
        description = "where it listens (any)")
    private int port;

    @Mixin private final NodeOptions options = new NodeOptions();

    @Mixin
    @SuppressWarnings("unused") // Picocli fills it
    private final HelpOption help = new HelpOption();

    @Override
    public Integer call() throws IOException {
      String given = token == null ? System.getenv("POLYPROC_CLUSTER_TOKEN") : token;
      if (given == null) {
        throw new IllegalArgumentException(
            "a token is needed, by --token or the variable POLYPROC_CLUSTER_TOKEN");
      }
      NodeControl.Settings settings = options.settings(port, cluster, given, "", COPIES);
      NodeControl node = new NodeControl(ClusterFolder.of(nodes(), settings.name()));
      String address = node.start(Installation.current(), settings);
      System.out.println(
          "node %s serves at %s, in the cluster of %s"
              .formatted(settings.name(), address, cluster));
      return ExitCode.OK.status();
    }
  }

  /** Which of this machine's nodes is meant. */
  static final class NodeChoice {
    @Option(
        names = "--name",
        paramLabel = "<name>",
        defaultValue = "",
        description = "the node, if several run on this machine")
    private String name = "";

    private NodeControl control() throws IOException {
      return existing(name);
    }
  }

  /** Shows the nodes. */
  @Command(
      name = "status",
      description = {"Lists the nodes of the cluster, and what they run for others.", ""})
  static final class Status implements Callable<Integer> {
    @Mixin private final NodeChoice node = new NodeChoice();

    @Option(names = "--json", description = "print an object instead of a table")
    private boolean json;

    @Mixin
    @SuppressWarnings("unused") // Picocli fills it
    private final HelpOption help = new HelpOption();

    @Override
    public Integer call() throws IOException {
      String status = node.control().status();
      System.out.print(json ? status + "\n" : table(status));
      return ExitCode.OK.status();
    }

    private static String table(String status) {
      StringBuilder text = new StringBuilder();
      text.append(
          "%-24s %-21s %-8s %5s %6s %6s%n"
              .formatted("NODE", "ADDRESS", "STATE", "CORES", "OWN", "HOSTED"));
      if (Json.parse(status) instanceof Map<?, ?> all
          && all.get("nodes") instanceof List<?> nodes) {
        for (Object one : nodes) {
          if (one instanceof Map<?, ?> node) {
            List<?> hosted = node.get("hosted") instanceof List<?> list ? list : List.of();
            text.append(
                "%-24s %-21s %-8s %5s %6s %6s%n"
                    .formatted(
                        node.get("name"),
                        node.get("address"),
                        node.get("state"),
                        node.get("cores") == null ? "" : node.get("cores"),
                        node.get("local") == null ? "" : node.get("local"),
                        hosted.size()));
            for (Object process : hosted) {
              if (process instanceof Map<?, ?> fields) {
                text.append(
                    "  %s %s, of %s%n"
                        .formatted(fields.get("pid"), fields.get("title"), fields.get("of")));
              }
            }
          }
        }
      }
      return text.toString();
    }
  }

  /** Leaves. */
  @Command(
      name = "leave",
      description = {
        "Ends this machine's agent. It takes no more processes, and waits until those",
        "that it runs for other nodes have ended, and so have the programs of its own.",
        ""
      })
  static final class Leave implements Callable<Integer> {
    @Mixin private final NodeChoice node = new NodeChoice();

    @Option(
        names = "--wait",
        paramLabel = "<seconds>",
        defaultValue = "600",
        description = "how long at most (600); then the processes are killed")
    private long seconds;

    @Mixin
    @SuppressWarnings("unused") // Picocli fills it
    private final HelpOption help = new HelpOption();

    @Override
    public Integer call() throws IOException {
      node.control().leave(seconds);
      return ExitCode.OK.status();
    }
  }

  /** Ends all. */
  @Command(
      name = "stop",
      description = {"Ends the cluster: all its agents, and what they run for others.", ""})
  static final class Stop implements Callable<Integer> {
    @Mixin private final NodeChoice node = new NodeChoice();

    @Mixin
    @SuppressWarnings("unused") // Picocli fills it
    private final HelpOption help = new HelpOption();

    @Override
    public Integer call() throws IOException {
      String failed = node.control().stop();
      if (!failed.isEmpty()) {
        System.err.println("polyproc: these nodes could not be told: " + failed);
        return ExitCode.FAILED.status();
      }
      return ExitCode.OK.status();
    }
  }
}
