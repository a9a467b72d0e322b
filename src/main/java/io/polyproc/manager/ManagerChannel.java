package io.polyproc.manager;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a manager's server: CPython's messages, of which each is a length and a pickle,
 * after both sides have proved by an HMAC that they know the key ({@code
 * multiprocessing.connection.deliver_challenge}).
 *
 * <p>One thread at a time uses it.
 */
final class ManagerChannel implements AutoCloseable {
  private static final byte[] CHALLENGE = ascii("#CHALLENGE#");
  private static final byte[] WELCOME = ascii("#WELCOME#");
  private static final byte[] FAILURE = ascii("#FAILURE#");
  private static final int CHALLENGE_BYTES = 40;
  private static final int MAX_RESPONSE = 256;
  private static final Duration HANDSHAKE = Duration.ofSeconds(30);
  private static final Map<String, String> DIGESTS =
      Map.of(
          "md5", "HmacMD5",
          "sha256", "HmacSHA256",
          "sha384", "HmacSHA384",
          "sha3_256", "HmacSHA3-256",
          "sha3_384", "HmacSHA3-384");

  private final SocketChannel channel;
  private final DataInputStream in;
  private final DataOutputStream out;

  private ManagerChannel(SocketChannel channel) {
    this.channel = channel;
    this.in = new DataInputStream(Channels.newInputStream(channel));
    this.out = new DataOutputStream(Channels.newOutputStream(channel));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Connects and authenticates.
   *
   * @throws IOException if no process listens there, one of the two does not know the key, or the
   *     other side has not shown within 30 s that it does
   */
  static ManagerChannel connect(SocketAddress address, byte[] authkey) throws IOException {
    return connect(address, authkey, HANDSHAKE);
  }

  static ManagerChannel connect(SocketAddress address, byte[] authkey, Duration patience)
      throws IOException {
    ManagerChannel made = new ManagerChannel(open(address));
    AtomicBoolean tooLate = new AtomicBoolean();
    CompletableFuture<Void> deadline =
        CompletableFuture.runAsync(
            () -> {
              tooLate.set(true);
              made.close();
            },
            CompletableFuture.delayedExecutor(patience.toMillis(), TimeUnit.MILLISECONDS));
    try {
      made.answerChallenge(authkey);
      made.deliverChallenge(authkey);
      return made;
    } catch (IOException e) {
      made.close();
      if (tooLate.get()) {
        throw new IOException(
            "the manager at %s has not authenticated itself within %d s"
                .formatted(address, patience.toSeconds()),
            e);
      }
      throw e;
    } finally {
      deadline.cancel(false);
    }
  }

  private static SocketChannel open(SocketAddress address) throws IOException {
    SocketChannel channel =
        address instanceof UnixDomainSocketAddress
            ? SocketChannel.open(StandardProtocolFamily.UNIX)
            : SocketChannel.open();
    try {
      SocketAddress resolved =
          address instanceof InetSocketAddress inet && inet.isUnresolved()
              ? new InetSocketAddress(inet.getHostString(), inet.getPort())
              : address;
      channel.connect(resolved);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw new IOException("no manager answers at " + address + ": " + e.getMessage(), e);
    }
  }

  private void answerChallenge(byte[] authkey) throws IOException {
    byte[] message = receiveShort();
    if (!startsWith(message, CHALLENGE)) {
      throw new IOException("the other side is no manager: it sends no challenge");
    }
    byte[] challenge = Arrays.copyOfRange(message, CHALLENGE.length, message.length);
    send(response(authkey, challenge));
    if (!Arrays.equals(receiveShort(), WELCOME)) {
      throw new IOException("the manager refuses the authentication key");
    }
  }

  private void deliverChallenge(byte[] authkey) throws IOException {
    byte[] random = new byte[CHALLENGE_BYTES];
    new SecureRandom().nextBytes(random);
    byte[] challenge = join(ascii("{sha256}"), random);
    send(join(CHALLENGE, challenge));
    byte[] response = receiveShort();
    String digest = digest(response);
    byte[] expected =
        digest == null
            ? hmac("md5", authkey, challenge)
            : join(ascii("{" + digest + "}"), hmac(digest, authkey, challenge));
    if (!MessageDigest.isEqual(expected, response)) {
      send(FAILURE);
      throw new IOException("the manager does not know the authentication key");
    }
    send(WELCOME);
  }

  /** The digest named in front of a message; null for one of Python 3.11 and before. */
  private static @Nullable String digest(byte[] message) throws IOException {
    if (message.length <= 20) {
      return null;
    }
    String head = new String(message, 0, Math.min(16, message.length), StandardCharsets.ISO_8859_1);
    int end = head.indexOf('}');
    String name = head.startsWith("{") && end > 0 ? head.substring(1, end) : "";
    if (!DIGESTS.containsKey(name)) {
      throw new IOException("the manager asks for a digest that is not known here");
    }
    return name;
  }

  private static byte[] response(byte[] authkey, byte[] challenge) throws IOException {
    String digest = digest(challenge);
    return digest == null
        ? hmac("md5", authkey, challenge)
        : join(ascii("{" + digest + "}"), hmac(digest, authkey, challenge));
  }

  private static byte[] hmac(String digest, byte[] key, byte[] message) throws IOException {
    try {
      Mac mac = Mac.getInstance(DIGESTS.getOrDefault(digest, ""));
      mac.init(new SecretKeySpec(key, mac.getAlgorithm()));
      return mac.doFinal(message);
    } catch (GeneralSecurityException e) {
      throw new IOException("this JDK can't compute an HMAC with " + digest, e);
    }
  }

  private static byte[] join(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static boolean startsWith(byte[] data, byte[] prefix) {
    return data.length >= prefix.length
        && Arrays.equals(data, 0, prefix.length, prefix, 0, prefix.length);
  }

  void send(byte[] message) throws IOException {
    byte[] frame = new byte[message.length + 4];
    java.nio.ByteBuffer.wrap(frame).putInt(message.length).put(message);
    out.write(frame);
    out.flush();
  }

  byte[] receive() throws IOException {
    long length = in.readInt();
    if (length == -1) {
      length = in.readLong();
    }
    return read(length, Integer.MAX_VALUE - 8);
  }

  private byte[] receiveShort() throws IOException {
    return read(in.readInt(), MAX_RESPONSE);
  }

  private byte[] read(long length, int most) throws IOException {
    if (length < 0 || length > most) {
      throw new IOException("a message of %d bytes is too long".formatted(length));
    }
    byte[] message = in.readNBytes((int) length);
    if (message.length < length) {
      throw new EOFException(
          "the manager's answer is cut: %d of %d bytes came".formatted(message.length, length));
    }
    return message;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // It is of no use any more, whatever it says.
      System.getLogger(ManagerChannel.class.getName())
          .log(System.Logger.Level.DEBUG, "closing a connection to a manager", e);
    }
  }
}
