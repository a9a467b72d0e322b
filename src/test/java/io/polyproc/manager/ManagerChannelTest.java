package io.polyproc.manager;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server may do wrong; with a right one, ManagerIT. */
@Timeout(60)
final class ManagerChannelTest {
  private static final byte[] KEY = {1, 2, 3};

  private ServerSocketChannel server;
  private SocketAddress address;

  @BeforeEach
  void listen() throws IOException {
    server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    address = server.getLocalAddress();
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  private static byte[] frame(int length, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(4 + bytes.length).putInt(length).put(bytes).array();
  }

  private String refusalAfter(byte... sent) throws IOException {
    CompletableFuture<Void> serving =
        CompletableFuture.runAsync(
            () -> {
              try (SocketChannel peer = server.accept()) {
                peer.write(ByteBuffer.wrap(sent));
                peer.shutdownOutput();
                while (peer.read(ByteBuffer.allocate(100)) >= 0) {
                  // until the client has had enough
                }
              } catch (IOException e) {
                // The client has closed before it read all, which resets the connection.
              }
            });
    String message = refusal(Duration.ofSeconds(30));
    serving.join();
    return message;
  }

  private String refusal(Duration patience) {
    IOException e =
        assertThrows(IOException.class, () -> ManagerChannel.connect(address, KEY, patience));
    return String.valueOf(e.getMessage());
  }

  @Test
  void shouldGiveUpASilentServer() {
    String message = refusal(Duration.ofSeconds(1));
    assertTrue(message.endsWith("has not authenticated itself within 1 s"), message);
  }

  @Test
  void shouldSayThatNobodyListens() throws IOException {
    server.close();
    String message = refusal(Duration.ofSeconds(30));
    assertTrue(message.startsWith("no manager answers at "), message);
  }

  @Test
  void shouldNoticeACutMessage() throws IOException {
    assertEquals("the manager's answer is cut: 3 of 52 bytes came", refusalAfter(frame(52, "#CH")));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, -2, 257, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void shouldReadNoLongMessageBeforeTheEndOfTheHandshake(int length) throws IOException {
    assertEquals(
        "a message of %d bytes is too long".formatted(length), refusalAfter(frame(length, "x")));
  }

  @Test
  void shouldRefuseWhatIsNoManager() throws IOException {
    assertEquals(
        "the other side is no manager: it sends no challenge", refusalAfter(frame(8, "HTTP/1.1")));
  }

  @Test
  void shouldRefuseADigestThatIsNotKnown() throws IOException {
    assertEquals(
        "the manager asks for a digest that is not known here",
        refusalAfter(frame(41, "#CHALLENGE#{crc32}xxxxxxxxxxxxxxxxxxxxxxxxxxx".substring(0, 41))));
  }
}
