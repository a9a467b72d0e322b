package io.polyproc.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Connections between agents: TLS 1.3 with certificates of the cluster's own authority on both
 * sides.
 */
final class Tls {
  private static final String[] PROTOCOLS = {"TLSv1.3"};
  private static final int CONNECT_MILLIS = 4_000;

  /** A busy machine may take its time with the first ones. */
  private static final int HANDSHAKE_MILLIS = 20_000;

  private static final String COMMON_NAME = "CN=";

  private final SSLContext context;

  private Tls(SSLContext context) {
    this.context = context;
  }

  /** Of a node that has a certificate. */
  static Tls of(ClusterFolder folder) {
    try {
      KeyStore identity = KeyStore.getInstance("PKCS12");
      identity.load(null, null);
      X509Certificate authority = certificate(folder.authority());
      Certificate[] chain = {certificate(folder.certificate()), authority};
      identity.setKeyEntry("node", key(folder.key()), new char[0], chain);
      KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
      keys.init(identity, new char[0]);
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("authority", authority);
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(trusted);
      return of(keys, trust.getTrustManagers());
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("the certificates in " + folder + " cannot be used", e);
    }
  }

  /** Of a node that has none yet: it knows the authority by the beginning of its digest. */
  static Tls before(byte[] fingerprint) {
    try {
      return of(null, new KnownAuthority(fingerprint));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has TLS", e);
    }
  }

  private static Tls of(@Nullable KeyManagerFactory keys, TrustManager... trust)
      throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys == null ? null : keys.getKeyManagers(), trust, null);
    return new Tls(context);
  }

  /** Connects to another agent. */
  TlsChannel connect(InetSocketAddress address) throws IOException {
    Socket transport = new Socket();
    try {
      transport.setTcpNoDelay(true);
      transport.connect(address, CONNECT_MILLIS);
      transport.setSoTimeout(HANDSHAKE_MILLIS);
      SSLSocket socket =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket(transport, address.getHostString(), address.getPort(), true);
      socket.setEnabledProtocols(PROTOCOLS);
      socket.startHandshake();
      transport.setSoTimeout(0);
      return new TlsChannel(socket, transport);
    } catch (IOException e) {
      transport.close();
      throw e;
    }
  }

  /**
   * Takes a connection of another agent, which may show no certificate: it can then do nothing but
   * ask for one.
   */
  TlsChannel accept(Socket transport) throws IOException {
    transport.setTcpNoDelay(true);
    transport.setSoTimeout(HANDSHAKE_MILLIS);
    SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket(transport, (InputStream) null, true);
    socket.setUseClientMode(false);
    socket.setEnabledProtocols(PROTOCOLS);
    socket.setWantClientAuth(true);
    socket.startHandshake();
    transport.setSoTimeout(0);
    return new TlsChannel(socket, transport);
  }

  /** The name in the certificate of the other side; empty if it has shown none. */
  static String nameOf(SSLSocket socket) {
    try {
      String subject = socket.getSession().getPeerPrincipal().getName();
      return subject.startsWith(COMMON_NAME) ? subject.substring(COMMON_NAME.length()) : "";
    } catch (SSLPeerUnverifiedException e) {
      return "";
    }
  }

  static X509Certificate certificate(Path file) throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
  }

  static PrivateKey key(Path file) throws GeneralSecurityException {
    try {
      String text =
          Files.readString(file, StandardCharsets.US_ASCII)
              .lines()
              .filter(channel -> !channel.startsWith("-----"))
              .reduce("", String::concat);
      return KeyFactory.getInstance("EC")
          .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /** An address as {@code HOST:PORT}. */
  static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    try {
      String host = text.substring(0, Math.max(colon, 0)).replaceAll("^\\[|\\]$", "");
      int port = Integer.parseInt(text.substring(colon + 1));
      if (!host.isEmpty()) {
        return new InetSocketAddress(InetAddress.getByName(host), port);
      }
    } catch (NumberFormatException | IOException e) {
      throw new IllegalArgumentException(text + " is no address: HOST:PORT is needed", e);
    }
    throw new IllegalArgumentException(text + " is no address: HOST:PORT is needed");
  }

  /** Trusts a server whose chain ends in the authority that a token names. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record KnownAuthority(byte[] fingerprint) implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("this side has no clients");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      X509Certificate authority = chain[chain.length - 1];
      if (!Arrays.equals(Certificates.fingerprint(authority, fingerprint.length), fingerprint)) {
        throw new CertificateException("the cluster at this address is not the token's");
      }
      try {
        for (X509Certificate certificate : chain) {
          certificate.checkValidity();
          certificate.verify(authority.getPublicKey());
        }
      } catch (GeneralSecurityException e) {
        throw new CertificateException(e);
      }
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
