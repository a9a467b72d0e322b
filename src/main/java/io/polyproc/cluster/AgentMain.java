package io.polyproc.cluster;

import io.polyproc.distribution.Installation;
import io.polyproc.posix.Processes;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The process of an agent: {@code AgentMain FOLDER HOME}, where the folder has its settings. It
 * writes the file {@code ready} when it serves, or {@code failure} and ends.
 */
final class AgentMain {
  private static final System.Logger LOG = System.getLogger(AgentMain.class.getName());

  /** How long the cluster may need until it knows that a node that says nothing is lost. */
  private static final int SILENT_MILLIS = 10_000;

  private static final int BACKLOG = 200;

  /** The name of the engine's sockets in its configuration. */
  private static final String SOCKETS = "polyproc";

  private final ClusterFolder folder;
  private final Installation installation;
  private final Properties settings;

  private AgentMain(ClusterFolder folder, Installation installation) {
    this.folder = folder;
    this.installation = installation;
    this.settings = folder.settings();
  }

  public static void main(String[] arguments) {
    Processes.ignore(Processes.SIGHUP);
    Processes.ignore(Processes.SIGINT); // they are the shell's that started it
    ClusterFolder folder = ClusterFolder.of(Path.of(arguments[0]));
    int status = 0;
    try {
      new AgentMain(folder, Installation.of(Path.of(arguments[1]))).run();
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.ERROR, "the agent ends", e);
      if (!Files.exists(folder.ready())) {
        ClusterFolder.leave(folder.failure(), reason(e, folder));
      }
      status = 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(status);
  }

  private static String reason(Exception e, ClusterFolder folder) {
    return e instanceof IllegalArgumentException || e instanceof IOException
        ? String.valueOf(e.getMessage())
        : "%s; all of it is in %s"
            .formatted(String.valueOf(e).lines().findFirst().orElse(""), folder.log());
  }

  private String setting(String name) {
    return settings.getProperty(name, "");
  }

  private void run() throws IOException, InterruptedException {
    String node = setting("node");
    Admission.checkName(node);
    InetAddress address = InetAddress.getByName(setting("address"));
    try (ServerSocket listener = listen(address, Integer.parseInt(setting("port")))) {
      String build = Build.of(installation);
      boolean begins = setting("join").isEmpty();
      Token token = null;
      Admission admission = null;
      List<String> others = List.of();
      int enginePort;
      int copies;
      if (begins) {
        Authority authority = Authority.of(setting("authority"), node);
        token = authority.token();
        enginePort = freePort(address);
        copies = Integer.parseInt(setting("copies"));
        admission = new Admission(authority, build, enginePort, copies);
        certify(node, authority.certificate(), authority.key());
      } else {
        Fields granted = ask(node, build);
        others = List.of(granted.text(3).split(","));
        enginePort = (int) granted.number(4);
        copies = (int) granted.number(5);
      }
      System.setProperty(CoherenceEngine.BACKUPS, Integer.toString(copies - 1));
      serve(node, listener, admission, token, others, enginePort);
    }
  }

  private static ServerSocket listen(InetAddress address, int port) throws IOException {
    ServerSocket listener = new ServerSocket();
    try {
      listener.bind(new InetSocketAddress(address, port), BACKLOG);
      return listener;
    } catch (BindException e) {
      listener.close();
      throw new IOException(
          "cannot listen at %s:%d: %s; choose another one with --port or --address"
              .formatted(address.getHostAddress(), port, e.getMessage()),
          e);
    }
  }

  /** The node that begins gives itself a certificate. */
  private void certify(String node, X509Certificate authority, PrivateKey authorityKey) {
    KeyPair keys = Certificates.newKeys();
    Certificates.write(folder.key(), keys.getPrivate());
    Certificates.write(
        folder.certificate(),
        Certificates.grant(Certificates.request(keys, node), node, authority, authorityKey));
    Certificates.write(folder.authority(), authority);
  }

  /** Asks the cluster for a certificate; see {@link Admission#answer}. */
  private Fields ask(String node, String build) throws IOException {
    Token token = Token.parse(setting("token"));
    InetSocketAddress cluster = Tls.address(setting("join"));
    KeyPair keys = Certificates.newKeys();
    byte[] answer;
    try (TlsChannel channel = Tls.before(token.fingerprint()).connect(cluster)) {
      answer =
          channel.ask(
              Fields.of("join", token.secret(), build, node, Certificates.request(keys, node)));
    } catch (ConnectException e) {
      throw new IOException("no cluster at %s: %s".formatted(setting("join"), e.getMessage()), e);
    } catch (SSLException e) {
      throw new IOException(
          "the cluster at %s is not the one that the token is of, or is none: %s"
              .formatted(setting("join"), e.getMessage()),
          e);
    }
    Fields fields = Fields.read(answer);
    if (!fields.text(0).equals("granted")) {
      throw new IOException(
          "the cluster at %s refuses this node: %s".formatted(setting("join"), fields.text(1)));
    }
    Certificates.write(folder.key(), keys.getPrivate());
    write(folder.certificate(), fields.text(1));
    write(folder.authority(), fields.text(2));
    return fields;
  }

  private static void write(Path file, String pem) throws IOException {
    Files.deleteIfExists(file);
    ClusterFolder.leave(file, pem);
  }

  private void serve(
      String node,
      ServerSocket listener,
      @Nullable Admission admission,
      @Nullable Token token,
      List<String> others,
      int enginePort)
      throws IOException, InterruptedException {
    String host = listener.getInetAddress().getHostAddress();
    int ownEnginePort = freePort(listener.getInetAddress());
    NodeInfo info =
        new NodeInfo(
            node + "~" + Certificates.secret(6),
            host + ":" + listener.getLocalPort(),
            host + ":" + ownEnginePort,
            cores());
    Tls tls = Tls.of(folder);
    PeerServer peers = new PeerServer(listener, tls, admission);
    peers.start();
    try (Engine engine = CoherenceEngine.start(engineSettings(info, others, enginePort))) {
      Agent agent = new Agent(info, tls, engine, folder, installation);
      agent.start();
      peers.serve(agent);
      Files.deleteIfExists(folder.socket());
      new LocalServer(agent, folder.socket()).start();
      if (token != null) {
        ClusterFolder.leave(folder.token(), token.toString());
      }
      ClusterFolder.leave(folder.ready(), info.address());
      LOG.log(Level.INFO, "node {0} serves at {1}", info.incarnation(), info.address());
      agent.await();
      Files.deleteIfExists(folder.ready());
      Files.deleteIfExists(folder.socket());
      agent.giveBackAll();
      agent.killAll();
      leaveInTime();
    }
  }

  /** An engine that has lost the others may try for long to leave them in order. */
  private static void leaveInTime() {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                TimeUnit.SECONDS.sleep(5);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              Runtime.getRuntime().halt(0);
            });
  }

  private int cores() {
    String chosen = setting("cores");
    return chosen.isEmpty() ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(chosen);
  }

  private static int freePort(InetAddress address) throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, address)) {
      return free.getLocalPort();
    }
  }

  private Map<String, String> engineSettings(NodeInfo info, List<String> others, int enginePort)
      throws IOException {
    Path override = folder.log().resolveSibling("engine-override.xml");
    Files.writeString(
        override,
        override(others.isEmpty() ? List.of(info.engine()) : others),
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING);
    int colon = info.engine().lastIndexOf(':');
    Map<String, String> all = new TreeMap<>();
    all.put("coherence.override", override.toUri().toString());
    all.put("coherence.cluster", "polyproc");
    all.put("coherence.member", info.incarnation());
    all.put("coherence.localhost", info.engine().substring(0, colon));
    all.put("coherence.localport", info.engine().substring(colon + 1));
    all.put("coherence.localport.adjust", "false");
    all.put("coherence.clusterport", Integer.toString(enginePort));
    all.put("coherence.socketprovider", SOCKETS);
    all.put("coherence.publisher.delivery.timeout", Integer.toString(SILENT_MILLIS));
    all.put("coherence.management", "none");
    all.put("coherence.log", "jdk");
    all.put("coherence.log.level", "3");
    all.put("coherence.shutdownhook", "none");
    all.put("coherence.ttl", "0");
    return all;
  }

  /**
   * What the engine is told besides properties: whom it finds the cluster by, and its sockets.
   *
   * <p>They speak TLS 1.2. In a handshake of TLS 1.3 the client may close its connection while the
   * server has yet to read the end of the handshake, as Coherence's ring of members does when
   * members join; Coherence 25.03.2 then leaves bytes in a buffer, finds the connection readable
   * for ever, and keeps a processor busy.
   */
  private String override(List<String> addresses) {
    StringBuilder known = new StringBuilder();
    int id = 1;
    for (String address : addresses) {
      int colon = address.lastIndexOf(':');
      known.append(
          """
                <socket-address id="%d">
                  <address>%s</address>
                  <port>%s</port>
                </socket-address>
          """
              .formatted(id++, address.substring(0, colon), address.substring(colon + 1)));
    }
    return """
        <?xml version="1.0"?>
        <coherence xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                   xmlns="http://xmlns.oracle.com/coherence/coherence-operational-config"
                   xsi:schemaLocation="http://xmlns.oracle.com/coherence/coherence-operational-config coherence-operational-config.xsd">
          <cluster-config>
            <unicast-listener>
              <well-known-addresses>
        %s      </well-known-addresses>
            </unicast-listener>
            <socket-providers>
              <socket-provider id="%s">
                <ssl>
                  <identity-manager>
                    <key>%s</key>
                    <cert>%s</cert>
                  </identity-manager>
                  <trust-manager>
                    <cert>%s</cert>
                  </trust-manager>
                  <protocol-versions>
                    <name>TLSv1.2</name>
                  </protocol-versions>
                  <socket-provider>tcp</socket-provider>
                  <client-auth>required</client-auth>
                </ssl>
              </socket-provider>
            </socket-providers>
          </cluster-config>
        </coherence>
        """
        .formatted(
            known,
            SOCKETS,
            folder.key().toUri(),
            folder.certificate().toUri(),
            folder.authority().toUri());
  }
}
