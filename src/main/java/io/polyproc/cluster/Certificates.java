package io.polyproc.cluster;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * The cluster's certificate authority and the certificates of its nodes. The JDK can read and check
 * certificates and cannot make them; Bouncy Castle can.
 */
final class Certificates {
  private static final String CURVE = "secp256r1";
  private static final String SIGNATURE = "SHA256withECDSA";
  private static final Duration VALID = Duration.ofDays(825);

  /** Clocks of machines differ. */
  private static final Duration EARLY = Duration.ofHours(1);

  private static final int SERIAL_BITS = 127;
  private static final SecureRandom RANDOM = new SecureRandom();

  private Certificates() {}

  /** A new pair of keys. */
  static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(CURVE), RANDOM);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + CURVE, e);
    }
  }

  /** The authority's own certificate. */
  static X509Certificate authority(KeyPair keys, String cluster) {
    X500Name name = name("polyproc cluster " + cluster);
    Instant now = Instant.now();
    return sign(
        new JcaX509v3CertificateBuilder(
            name, serial(), start(now), end(now), name, keys.getPublic()),
        keys.getPrivate(),
        true);
  }

  /** A request of a node for a certificate, in DER. */
  static byte[] request(KeyPair keys, String node) {
    try {
      return new JcaPKCS10CertificationRequestBuilder(name(node), keys.getPublic())
          .build(new JcaContentSignerBuilder(SIGNATURE).build(keys.getPrivate()))
          .getEncoded();
    } catch (OperatorCreationException | IOException e) {
      throw new IllegalStateException("a certificate request", e);
    }
  }

  /**
   * Grants a request. The name in it does not count.
   *
   * @throws IllegalArgumentException if it is none, or does not show that the sender has the key
   */
  static X509Certificate grant(
      byte[] request, String node, X509Certificate authority, PrivateKey authorityKey) {
    try {
      PKCS10CertificationRequest asked = new PKCS10CertificationRequest(request);
      if (!asked.isSignatureValid(
          new JcaContentVerifierProviderBuilder().build(asked.getSubjectPublicKeyInfo()))) {
        throw new IllegalArgumentException("a request that its key has not signed");
      }
      Instant now = Instant.now();
      return sign(
          new JcaX509v3CertificateBuilder(
              X500Name.getInstance(authority.getSubjectX500Principal().getEncoded()),
              serial(),
              start(now),
              end(now),
              name(node),
              new JcaPKCS10CertificationRequest(asked).getPublicKey()),
          authorityKey,
          false);
    } catch (IOException | OperatorCreationException | PKCSException | GeneralSecurityException e) {
      throw new IllegalArgumentException("no certificate request: " + e.getMessage(), e);
    }
  }

  private static X509Certificate sign(
      X509v3CertificateBuilder builder, PrivateKey key, boolean authority) {
    try {
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      builder.addExtension(
          Extension.keyUsage,
          true,
          new KeyUsage(authority ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
    } catch (IOException | OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException("a certificate could not be made", e);
    }
  }

  private static X500Name name(String common) {
    return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, common).build();
  }

  private static BigInteger serial() {
    return new BigInteger(SERIAL_BITS, RANDOM).add(BigInteger.ONE);
  }

  private static Date start(Instant now) {
    return Date.from(now.minus(EARLY));
  }

  private static Date end(Instant now) {
    return Date.from(now.plus(VALID));
  }

  /** By which a node knows the authority before it has its certificate. */
  static byte[] fingerprint(X509Certificate certificate, int bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return Arrays.copyOf(digest, bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** A text that cannot be guessed. */
  static String secret(int bytes) {
    byte[] secret = new byte[bytes];
    RANDOM.nextBytes(secret);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
  }

  /** Writes a key or certificate as PEM, for this user only. */
  static void write(Path file, Object pem) {
    try {
      Files.deleteIfExists(file);
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, pem(pem), StandardOpenOption.TRUNCATE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  /** A key or certificate as PEM; private keys as PKCS #8, which the JDK reads. */
  static String pem(Object object) {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      writer.writeObject(
          object instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : object);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
