package io.polyproc.cluster;

import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Decides which nodes may join, where the authority's key is: those that know the secret. */
final class Admission {
  private static final System.Logger LOG = System.getLogger(Admission.class.getName());
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,23}");

  private final Authority authority;
  private final String build;
  private final int enginePort;
  private final int copies;

  /**
   * @param build what the distribution of this node is made of
   * @param enginePort that the engines of this cluster have in common
   * @param copies on how many nodes these keep each item
   */
  Admission(Authority authority, String build, int enginePort, int copies) {
    this.copies = copies;
    this.build = build;
    this.authority = authority;
    this.enginePort = enginePort;
  }

  /**
   * Checks a node's name: it is part of others.
   *
   * @throws IllegalArgumentException if it can't be one
   */
  static void checkName(String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          name + " can't be a node's name: up to 24 letters, digits and _ . - are");
    }
  }

  /**
   * Answers a request to join.
   *
   * @param request {@code join SECRET BUILD NAME REQUEST}
   */
  byte[] answer(Fields request, String from, @Nullable Agent agent) {
    String reason = objection(request, agent);
    if (reason.isEmpty()) {
      try {
        X509Certificate granted =
            Certificates.grant(
                request.bytes(4), request.text(3), authority.certificate(), authority.key());
        LOG.log(Level.INFO, "a certificate is given to node {0} at {1}", request.text(3), from);
        return Fields.of(
            "granted",
            Certificates.pem(granted),
            Certificates.pem(authority.certificate()),
            String.join(",", engines(agent)),
            enginePort,
            copies);
      } catch (IllegalArgumentException e) {
        reason = String.valueOf(e.getMessage());
      }
    }
    LOG.log(Level.WARNING, "a node at {0} that wants to join is refused: {1}", from, reason);
    return Fields.of("refused", reason);
  }

  private String objection(Fields request, @Nullable Agent agent) {
    if (!request.text(0).equals("join")) {
      return "a connection without a certificate can only ask to join";
    }
    if (!MessageDigest.isEqual(
        request.bytes(1), authority.token().secret().getBytes(StandardCharsets.US_ASCII))) {
      return "the token is not this cluster's";
    }
    if (!request.text(2).equals(build)) {
      return "the node has another build of polyproc (%s) than the cluster (%s)"
          .formatted(request.text(2), build);
    }
    if (agent == null) {
      return "the cluster is still starting";
    }
    String name = request.text(3);
    try {
      checkName(name);
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
    boolean taken =
        Stream.concat(Stream.of(agent.info()), agent.peers().stream().map(PeerNode::info))
            .anyMatch(node -> node.name().equals(name));
    return taken ? "there is a node named %s in the cluster".formatted(name) : "";
  }

  private static List<String> engines(@Nullable Agent agent) {
    return agent == null
        ? List.of()
        : Stream.concat(Stream.of(agent.info()), agent.peers().stream().map(PeerNode::info))
            .map(NodeInfo::engine)
            .toList();
  }
}
