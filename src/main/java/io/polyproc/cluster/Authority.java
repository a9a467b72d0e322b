package io.polyproc.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;

/** Gives certificates to the nodes of a cluster, to those that have its token. */
record Authority(X509Certificate certificate, PrivateKey key, Token token) {

  /**
   * A new one, or the one in a folder, where it is kept for the next start.
   *
   * @param folder empty for a new one that is not kept
   */
  static Authority of(String folder, String cluster) throws IOException {
    if (folder.isEmpty()) {
      return create(cluster);
    }
    Path certificate = Path.of(folder, "authority.pem");
    Path key = Path.of(folder, "authority.key");
    Path token = Path.of(folder, "token");
    if (!Files.exists(key)) {
      Authority created = create(cluster);
      Files.createDirectories(Path.of(folder));
      Certificates.write(certificate, created.certificate);
      ClusterFolder.leave(token, created.token.toString());
      Certificates.write(key, created.key);
      return created;
    }
    try {
      return new Authority(
          Tls.certificate(certificate), Tls.key(key), Token.parse(Files.readString(token)));
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "the authority in %s cannot be used: %s".formatted(folder, e.getMessage()), e);
    }
  }

  private static Authority create(String cluster) {
    KeyPair keys = Certificates.newKeys();
    X509Certificate certificate = Certificates.authority(keys, cluster);
    return new Authority(certificate, keys.getPrivate(), Token.of(certificate));
  }
}
