package io.polyproc.cluster;

import java.security.cert.X509Certificate;
import java.util.Base64;

/**
 * What lets a node join: a secret for the cluster, and the beginning of the digest of the
 * authority's certificate, by which the node knows that it talks to the cluster before it tells the
 * secret.
 */
record Token(String secret, String authority) {
  private static final int SECRET_BYTES = 16;
  private static final int DIGEST_BYTES = 15;

  static Token of(X509Certificate authority) {
    return new Token(
        Certificates.secret(SECRET_BYTES),
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(Certificates.fingerprint(authority, DIGEST_BYTES)));
  }

  /**
   * Reads a token.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Token parse(String text) {
    String[] parts = text.strip().split("\\.", -1);
    try {
      if (parts.length == 2 && Base64.getUrlDecoder().decode(parts[1]).length == DIGEST_BYTES) {
        return new Token(parts[0], parts[1]);
      }
    } catch (IllegalArgumentException e) {
      // not of the alphabet
    }
    throw new IllegalArgumentException(
        "that is no token: take the one that `polyproc cluster start` has printed");
  }

  byte[] fingerprint() {
    return Base64.getUrlDecoder().decode(authority);
  }

  @Override
  public String toString() {
    return secret + "." + authority;
  }
}
